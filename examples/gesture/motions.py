"""Generated motion: what an accelerometer in somebody's hand measures while they wave, draw circles and punch.

Axes of the world: x to the right, y forward, z up. The sensor lies flat in the hand, more or less, and measures
acceleration against gravity in int16, 8192 to a g, 100 times a second: as an MPU-6050 does that is set to 4 g.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

RATE = 100  # samples a second
ONE_G = 8192  # counts
LABELS = ("idle", "wave", "circle", "punch")


class Person(NamedTuple):
    """How somebody moves: drawn once, varied a little from gesture to gesture."""

    tempo: float  # times the usual speed
    strength: float  # times the usual acceleration
    hand: int  # 1 right, -1 left: which way circles go
    tilt: np.ndarray  # how the sensor is held: a rotation vector, in radians
    tremor: float  # of acceleration, in g
    bias: np.ndarray  # of the sensor, in g


class Session(NamedTuple):
    """Samples int16 [N, 3], and rows of (label, first sample, sample behind the last), one for each gesture."""

    samples: np.ndarray
    gestures: np.ndarray


def person(rng: np.random.Generator) -> Person:
    """Somebody."""
    return Person(
        tempo=float(2 ** rng.uniform(-0.5, 0.5)),
        strength=float(2 ** rng.uniform(-0.7, 0.7)),
        hand=int(rng.choice([-1, 1])),
        tilt=_direction(rng) * np.radians(rng.uniform(0, 25)),
        tremor=float(rng.uniform(0.005, 0.03)),
        bias=rng.normal(0, 0.02, 3),
    )


def session(who: Person, labels: list[int], rng: np.random.Generator) -> Session:
    """Gestures one after the other, with pauses of 1 to 2.5 seconds around them."""
    pieces, gestures, at = [], [], 0
    for label in [*labels, 0]:
        pause = _pause(int(rng.uniform(1, 2.5) * RATE), rng)
        pieces.append(pause)
        at += len(pause)
        if label:
            moved = GESTURES[LABELS[label]](who, rng)
            gestures.append((label, at, at + len(moved)))
            pieces.append(moved)
            at += len(moved)
    acceleration = np.concatenate(pieces)
    acceleration += who.tremor * _smooth(rng.standard_normal((at, 3)), 3)
    # The hand turns a little while it moves.
    turns = who.tilt + np.radians(6) * _smooth(rng.standard_normal((at, 3)), RATE)
    felt = np.einsum("nij,nj->ni", _rotations(turns), acceleration + [0, 0, 1])
    felt += who.bias + rng.normal(0, 0.004, felt.shape)
    counts = np.clip(np.round(felt * ONE_G), -32768, 32767).astype(np.int16)
    return Session(counts, np.array(gestures, np.int64).reshape(-1, 3))


def _pause(n: int, rng: np.random.Generator) -> np.ndarray:
    # Rest, small movements, now and then a larger one that is no gesture: reaching, turning, setting down.
    size = rng.choice([0.0, 0.02, 0.1, 0.3], p=[0.3, 0.3, 0.25, 0.15])
    return size * _smooth(rng.standard_normal((n, 3)), rng.integers(8, 30))


def _wave(who: Person, rng: np.random.Generator) -> np.ndarray:
    # From side to side, on a shallow arc.
    t, envelope = _time(who.tempo * rng.uniform(1.8, 2.8), rng.integers(3, 6))
    size = who.strength * rng.uniform(0.5, 1.1)
    arc = rng.uniform(0.05, 0.3)
    return size * envelope * np.stack([np.sin(t), 0.1 * np.sin(t), arc * np.cos(2 * t)], axis=1)


def _circle(who: Person, rng: np.random.Generator) -> np.ndarray:
    # In the air, upright, one way round or the other.
    t, envelope = _time(who.tempo * rng.uniform(1.1, 1.9), rng.integers(2, 5))
    size = who.strength * rng.uniform(0.4, 0.9)
    round_ = rng.uniform(0.75, 1.3)  # height to width
    x, z = np.sin(who.hand * t), round_ * np.cos(t)
    return size * envelope * np.stack([x, 0.15 * np.sin(t + 1), z], axis=1)


def _punch(who: Person, rng: np.random.Generator) -> np.ndarray:
    # Forward, hard to a stop, and slowly back.
    out = int(RATE * rng.uniform(0.14, 0.22) / who.tempo)
    stop = int(RATE * rng.uniform(0.06, 0.1) / who.tempo)
    back = int(RATE * rng.uniform(0.3, 0.5) / who.tempo)
    push = np.sin(np.linspace(0, np.pi, out))
    halt = -np.sin(np.linspace(0, np.pi, stop)) * push.sum() / stop * np.pi / 2
    retreat = -0.25 * np.sin(np.linspace(0, 2 * np.pi, back))
    forward = who.strength * rng.uniform(0.9, 1.6) * np.concatenate([push, halt, retreat])
    aside = rng.uniform(-0.2, 0.2, 2)
    return np.stack([aside[0] * forward, forward, aside[1] * forward], axis=1)


GESTURES = {"wave": _wave, "circle": _circle, "punch": _punch}


def _time(frequency: float, turns: int) -> tuple[np.ndarray, np.ndarray]:
    # The phase at each sample of some turns, in radians, and how the movement starts and ends, [N, 1].
    n = int(RATE * turns / frequency)
    ramp = np.minimum(1, np.minimum(np.arange(n) + 1, np.arange(n, 0, -1)) / (0.12 * n))
    return 2 * np.pi * frequency * np.arange(n) / RATE, ramp[:, np.newaxis]


def _smooth(noise: np.ndarray, width: int) -> np.ndarray:
    # A moving average over each column, with the noise's own strength.
    kernel = np.ones(width) / np.sqrt(width)
    return np.stack([np.convolve(column, kernel, "same") for column in noise.T], axis=1)


def _direction(rng: np.random.Generator) -> np.ndarray:
    vector = rng.standard_normal(3)
    return vector / np.linalg.norm(vector)


def _rotations(vectors: np.ndarray) -> np.ndarray:
    # Matrices [N, 3, 3] of rotation vectors [N, 3]: Rodrigues' formula.
    angle = np.linalg.norm(vectors, axis=1)[:, np.newaxis, np.newaxis]
    x, y, z = (vectors / np.maximum(angle[:, 0], 1e-9)).T
    zero = np.zeros_like(x)
    cross = np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]).transpose(2, 0, 1)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
