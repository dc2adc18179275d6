"""Scenes: noise of many kinds, and utterances at known places in it, as a microphone might hear them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.signal import fftconvolve

from speech import RATE


class Scene(NamedTuple):
    """Sound, int16 at 16 kHz, and where the wake word begins and ends in it: rows of two samples' numbers."""

    sound: np.ndarray
    spoken: np.ndarray


def _coloured(n: int, slope: float, rng: np.random.Generator) -> np.ndarray:
    # Noise whose amplitude falls with frequency to the power of `slope`: 0 is white, 1 is brown.
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequency = np.maximum(np.arange(len(spectrum)), 20 * n / RATE)
    return np.fft.irfft(spectrum / frequency**slope, n)


def _tones(n: int, rng: np.random.Generator) -> np.ndarray:
    # Notes that ring and fade, a few at a time: something like music, bells, beeps.
    sound = np.zeros(n)
    for _ in range(max(1, int(n / RATE * rng.uniform(1, 6)))):
        length = min(n, int(RATE * rng.uniform(0.08, 1.5)))
        start = rng.integers(0, n - length + 1)
        t = np.arange(length) / RATE
        pitch, fading = 110 * 2 ** rng.uniform(0, 4.5), rng.uniform(0, 8)
        for harmonic in range(1, rng.integers(2, 7)):
            if harmonic * pitch < RATE / 2:
                wave = np.sin(2 * np.pi * harmonic * pitch * t) / harmonic
                sound[start : start + length] += wave * np.exp(-fading * t)
    return sound


def _hum(n: int, rng: np.random.Generator) -> np.ndarray:
    # A motor or the mains: harmonics of a low note that wanders a little.
    pitch = rng.uniform(40, 240) * (1 + 0.02 * _wander(n, 0.5, rng))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    harmonics = rng.integers(2, 12)
    return sum(rng.uniform(0.1, 1) * np.sin(k * phase) for k in range(1, harmonics))


def _clicks(n: int, rng: np.random.Generator) -> np.ndarray:
    # Keys, cutlery, steps: short bursts of noise.
    sound = np.zeros(n)
    for _ in range(max(1, int(n / RATE * rng.uniform(1, 8)))):
        length = int(RATE * rng.uniform(0.005, 0.12))
        start = rng.integers(0, n - length)
        burst = _coloured(length, rng.uniform(0, 0.7), rng)
        burst *= np.exp(-np.linspace(0, rng.uniform(3, 8), length)) / np.abs(burst).max()
        sound[start : start + length] += rng.uniform(0.2, 1) * burst
    return sound


def _babble(n: int, others: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    # Several people at once.
    sound = np.zeros(n)
    for _ in range(rng.integers(3, 8)):
        at = 0
        while at < n:
            voice = others[rng.integers(len(others))][: n - at].astype(np.float64)
            sound[at : at + len(voice)] += voice * rng.uniform(0.3, 1) / 8000
            at += len(voice) + int(RATE * rng.uniform(0, 0.5))
    return sound


def _wander(n: int, per_second: float, rng: np.random.Generator) -> np.ndarray:
    # A curve within -1 to 1 that takes another direction a few times a second.
    points = rng.uniform(-1, 1, max(2, int(n / RATE * per_second) + 2))
    return np.interp(np.linspace(0, len(points) - 1, n), np.arange(len(points)), points)


def noise(n: int, others: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """n samples of a noise, float64 with an RMS of 1: one or two kinds, steady or coming and going."""
    kinds = [
        lambda: _coloured(n, rng.uniform(0, 1.1), rng),
        lambda: _tones(n, rng),
        lambda: _hum(n, rng) + 0.3 * _coloured(n, 0.5, rng),
        lambda: _clicks(n, rng),
        lambda: _babble(n, others, rng),
    ]
    sound = np.zeros(n)
    for kind in rng.choice(len(kinds), rng.integers(1, 3), replace=False):
        part = kinds[kind]()
        if rng.random() < 0.5:
            part = part * 10 ** (_wander(n, rng.uniform(0.3, 4), rng) * rng.uniform(0, 0.7))
        sound += part / np.sqrt(np.mean(part**2) + 1e-12)
    return sound / np.sqrt(np.mean(sound**2) + 1e-12)


def in_room(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An utterance as it comes out of a room and a microphone: float64, reverberant, with another colour and length."""
    # Read slower or faster: other heads, other pitches.
    n = int(len(sound) * rng.uniform(0.86, 1.17))
    sound = np.interp(np.linspace(0, len(sound) - 1, n), np.arange(len(sound)), sound)
    if rng.random() < 0.6:
        length = int(RATE * rng.uniform(0.05, 0.4))
        echo = rng.standard_normal(length) * np.exp(-np.linspace(0, 7, length))
        echo *= rng.uniform(0.1, 0.9) / np.sqrt(np.sum(echo**2))
        echo[0] += 1
        sound = fftconvolve(sound, echo)[:n]
    spectrum = np.fft.rfft(sound)
    # Up to 9 dB more or less here and there, from one octave to the next.
    octave = np.log2(np.maximum(np.arange(len(spectrum)) * RATE / n, 62.5) / 62.5)
    curve = np.interp(octave, np.arange(8), rng.uniform(-9, 9, 8))
    return np.fft.irfft(spectrum * 10 ** (curve / 20), n)


def scene(
    utterances: list[np.ndarray],
    is_word: list[bool],
    others: list[np.ndarray],
    rng: np.random.Generator,
    snr: tuple[float, float] = (3, 35),
    gaps: tuple[float, float] = (0.4, 1.2),
) -> Scene:
    """Utterances one after another in noise.

    snr, gaps: ranges that the ratio of speech to noise in dB, and the seconds in between, are drawn from.
    """
    voices = [in_room(sound, rng) for sound in utterances]
    starts, at = [], int(RATE * rng.uniform(0.3, 1.5))
    for voice in voices:
        starts.append(at)
        at += len(voice) + int(RATE * rng.uniform(*gaps))
    mixed = noise(at + RATE, others, rng)
    loudness = 10 ** rng.uniform(1.3, 3.7)  # RMS of speech, of 32768
    mixed *= loudness / 10 ** (rng.uniform(*snr) / 20)
    for start, voice in zip(starts, voices):
        level = loudness * 10 ** rng.uniform(-0.2, 0.2)
        mixed[start : start + len(voice)] += voice * level / np.sqrt(np.mean(voice**2) + 1e-9)
    spoken = [
        (start, start + len(voice)) for start, voice, is_it in zip(starts, voices, is_word) if is_it
    ]
    sound = np.clip(np.round(mixed), -32768, 32767).astype(np.int16)
    return Scene(sound, np.array(spoken, np.int64).reshape(-1, 2))


def scenes(
    said: list[np.ndarray],
    unsaid: list[np.ndarray],
    each: int,
    rng: np.random.Generator,
    babble: list[np.ndarray],
    **settings: object,
) -> Iterator[Scene]:
    """The wake word's utterances `said` and others, `unsaid`, shuffled, `each` to a scene; the rest as for scene()."""
    everything = [(sound, True) for sound in said] + [(sound, False) for sound in unsaid]
    order = rng.permutation(len(everything))
    for first in range(0, len(order), each):
        utterances, is_word = zip(*(everything[i] for i in order[first : first + each]))
        yield scene(utterances, is_word, babble, rng, **settings)


def noises(
    seconds: float, each: float, others: list[np.ndarray], rng: np.random.Generator
) -> Iterator[Scene]:
    """Scenes of `each` seconds without speech but babble, from almost silent to loud."""
    for _ in range(int(seconds / each)):
        sound = noise(int(each * RATE), others, rng) * 10 ** rng.uniform(0, 4)
        samples = np.clip(np.round(sound), -32768, 32767).astype(np.int16)
        yield Scene(samples, np.zeros((0, 2), np.int64))
