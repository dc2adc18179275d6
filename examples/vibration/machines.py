"""Generated vibration: what an accelerometer on the housing of a pump measures, healthy and with faults.

x and y are radial, z is axial. Samples are int16, 256 to a g, 1600 a second: as an ADXL345 gives them in full
resolution. Machines are of one type; each has a speed, an imbalance and resonances of its own, and
its load changes while it runs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter

RATE = 1600  # samples a second
ONE_G = 256  # counts
FAULTS = ("imbalance", "bearing", "looseness")

TURNS = 24.7  # a second, of the shaft: 1480 a minute
VANES = 7  # of the pump's wheel
ROLLING = 3.57  # times a turn that a rolling element passes a place of the outer ring


class Machine(NamedTuple):
    """One machine of the type. Amplitudes are in g."""

    turns: float  # a second
    orders: np.ndarray  # amplitude of once, twice, three times a turn
    vanes: float
    mains: float
    hiss: float
    resonances: np.ndarray  # Hz
    gain: np.ndarray  # of the axes, by how the sensor is mounted


def machine(rng: np.random.Generator) -> Machine:
    """A machine, sound and in order."""
    return Machine(
        turns=TURNS * rng.uniform(0.97, 1.03),
        orders=np.array([0.07, 0.03, 0.012]) * 2 ** rng.uniform(-0.5, 0.5, 3),
        vanes=0.04 * 2 ** rng.uniform(-0.5, 0.5),
        mains=0.025 * 2 ** rng.uniform(-0.5, 0.5),
        hiss=0.04 * 2 ** rng.uniform(-0.4, 0.4),
        resonances=np.array([310, 560]) * rng.uniform(0.94, 1.06, 2),
        gain=np.array([1, 0.8, 0.5]) * rng.uniform(0.8, 1.2, 3),
    )


def run(
    pump: Machine, seconds: float, rng: np.random.Generator, fault: str = "", severity: float = 1
) -> np.ndarray:
    """Samples int16 [N, 3] of a machine that runs, with a fault of FAULTS or without.

    severity: 0.5 is early, 2 is advanced.
    """
    n = int(seconds * RATE)
    load = 1 + 0.15 * _wander(n, 0.4, rng)
    speed = pump.turns * (1 - 0.01 * (load - 1) + 0.002 * _wander(n, 1, rng))
    turn = np.cumsum(speed) / RATE + rng.uniform()
    moved = np.zeros((n, 3))
    orders = pump.orders * ([1 + 1.5 * severity, 1, 1] if fault == "imbalance" else 1)
    for order, amplitude in enumerate(orders, 1):
        moved += amplitude * _round(order * turn, rng)
    moved += (pump.vanes * load)[:, np.newaxis] * _round(VANES * turn, rng)
    moved += pump.mains * _round(100 * np.arange(n) / RATE, rng)
    for axis in range(3):
        hiss = 0.5 * rng.standard_normal(n)
        hiss += sum(_ringing(rng.standard_normal(n), f, 8) for f in pump.resonances)
        moved[:, axis] += pump.hiss * load * hiss
    if fault:
        moved += EXTRA[fault](pump, turn, severity, rng)
    felt = pump.gain * moved + [0, 0, 1] + rng.normal(0, 0.006, (n, 3))
    return np.clip(np.round(felt * ONE_G), -4096, 4095).astype(np.int16)


def _bearing(
    pump: Machine, turn: np.ndarray, severity: float, rng: np.random.Generator
) -> np.ndarray:
    # A dent in the outer ring: each rolling element strikes it, the harder where the load presses; the housing rings.
    passed = ROLLING * turn + 0.01 * _wander(len(turn), 50, rng)
    struck = np.diff(np.floor(passed), prepend=np.floor(passed[0]))
    strokes = struck * rng.uniform(0.7, 1.3, len(turn)) * (1 + 0.4 * np.cos(2 * np.pi * turn))
    rings = _ringing(strokes, pump.resonances[1], 12)
    return 0.5 * severity * rings[:, np.newaxis] * [1, 0.9, 0.6]


def _looseness(
    pump: Machine, turn: np.ndarray, severity: float, rng: np.random.Generator
) -> np.ndarray:
    # A foot that lifts and hits: halves and multiples of the turns, which come and go.
    moved = np.zeros((len(turn), 3))
    for order in (0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6):
        swell = 1 + 0.5 * _wander(len(turn), 3, rng)
        size = 0.025 * severity * rng.uniform(0.4, 1) * swell
        moved += size[:, np.newaxis] * _round(order * turn, rng) * [0.6, 1.4, 0.8]
    return moved


def _nothing(pump: Machine, turn: np.ndarray, severity: float, rng: np.random.Generator) -> float:
    return 0.0  # imbalance is more of what is there


EXTRA = {"imbalance": _nothing, "bearing": _bearing, "looseness": _looseness}


def _round(turn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # Something that turns: around in x and y, a little in z, [N, 3].
    phase = 2 * np.pi * (turn + rng.uniform())
    return np.stack([np.cos(phase), np.sin(phase), 0.4 * np.cos(phase + 1)], axis=1)


def _ringing(struck: np.ndarray, frequency: float, quality: float) -> np.ndarray:
    # Strokes through a resonance: two poles, and a gain that leaves a stroke about its size.
    radius = np.exp(-np.pi * frequency / quality / RATE)
    angle = 2 * np.pi * frequency / RATE
    return lfilter([np.sin(angle)], [1, -2 * radius * np.cos(angle), radius**2], struck)


def _wander(n: int, per_second: float, rng: np.random.Generator) -> np.ndarray:
    # A curve within -1 to 1 that takes another direction a few times a second.
    points = rng.uniform(-1, 1, max(2, int(n / RATE * per_second) + 2))
    return np.interp(np.linspace(0, len(points) - 1, n), np.arange(len(points)), points)
