"""Random motion, random front ends for it, and what scipy and numpy make of them."""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np
from minfer import motion
from scipy import signal, stats
from sounds import Sound


class MotionCase(Sound):
    """A Sound of several axes, for minfer.motion.Motion."""

    def front_end(self) -> motion.Motion:
        """A new one."""
        return motion.Motion(**self.arguments)


def make_axis(generator: random.Random, n: int) -> np.ndarray:
    """int16: noise of any level about any constant, tones, impulses, steps, ramps, full scale."""
    noise = np.random.default_rng(generator.getrandbits(32))
    time = np.arange(n)
    level = generator.choice((1, 10, 300, 4000, 20000))
    offset = generator.choice((0, 0, generator.uniform(-30000, 30000)))
    period = generator.uniform(2, 100)
    x = {
        "noise": lambda: offset + noise.normal(0, level, n),
        "uniform": lambda: noise.integers(-32768, 32768, n),
        "tone": lambda: offset + level * np.sin(2 * np.pi * time / period) + noise.normal(0, 1, n),
        "clipped": lambda: 90000 * np.sin(2 * np.pi * time / period),
        "impulse": lambda: np.where(time % 97 == 3, 32767, 0),
        "step": lambda: np.where(time > n // 3, 32767, -32768),
        "ramp": lambda: np.linspace(-30000, 30000, n),
        "constant": lambda: np.full(n, round(offset)),
        "least": lambda: np.full(n, -32768),
        "square": lambda: np.where(time % period < period / 2, 32767, -32768),
    }
    chosen = generator.choice(("noise", "noise", "tone", *x))
    return np.clip(np.rint(x[chosen]()), -32768, 32767).astype(np.int16)


def random_filter(generator: random.Random, rate: float) -> Any:
    """Rows of sections(), or none."""
    kind = generator.choice((None, "lowpass", "highpass", "bandpass"))
    if kind is None:
        return None
    cutoff: Any = rate * 10 ** generator.uniform(-3.2, -0.4)
    if kind == "bandpass":
        cutoff = (cutoff / 2, cutoff)
    return motion.butter(generator.randint(1, 4), cutoff, kind, rate=rate)


def random_motion(seed: int) -> MotionCase:
    """A few windows, and a front end for them; the same for the same seed."""
    generator = random.Random(f"motion {seed}")
    axes = generator.choice((1, 2, 3, 3, 6))
    rate = generator.choice((25, 62.5, 100, 104, 1000, 26667))
    window = generator.choice((16, 50, 64, 100, 128, 128, 200, 256))
    every = generator.randint(window // 4, 2 * window)
    names = generator.sample(motion.STATISTICS, generator.randint(1, len(motion.STATISTICS)))
    edges = [0, rate / 16, rate / 8, rate / 3, rate / 2, rate]
    bands = [[edges[i], edges[j]] for i, j in ((0, 1), (1, 2), (2, 4), (3, 5))]
    arguments = {
        "axes": axes,
        "rate": rate,
        "window": window,
        "every": every,
        "detrend": generator.choice((None, "constant", "linear")),
        "filter": random_filter(generator, rate),
        "features": names,
        "bands": bands[: generator.randint(0, 4)],
        "log": generator.random() < 0.5,
    }
    n_features = axes * (len(names) + len(arguments["bands"]))
    if generator.random() < 0.5:
        arguments["scale"] = generator.choice((0.05, 1.0, 300.0))
        arguments["zero_point"] = generator.randint(-128, 127)
    if generator.random() < 0.3:
        arguments["mean"] = [generator.randint(-100, 100) for _ in range(n_features)]
        arguments["std"] = generator.choice(
            (2.5, [generator.randint(1, 50) for _ in range(n_features)])
        )
    n = window + every * generator.randint(0, 2) + generator.randint(0, every)
    samples = np.stack([make_axis(generator, n) for _ in range(axes)], axis=1)
    return MotionCase("Motion", arguments, samples.ravel())


def describe(window: np.ndarray, arguments: dict[str, Any]) -> np.ndarray:
    """The features of one axis, by numpy and scipy, from a window behind the filter: float64."""
    x = window.astype(float)
    if arguments["detrend"]:
        x = signal.detrend(x, type=arguments["detrend"])
    n = len(x)
    statistics = {
        "mean": np.mean,
        "rms": lambda x: np.sqrt(np.mean(x**2)),
        "std": np.std,
        "min": np.min,
        "max": np.max,
        "skew": stats.skew,
        "kurtosis": stats.kurtosis,
        "zero_crossings": lambda x: np.count_nonzero(np.diff(np.signbit(x))),
        "peak_to_peak": np.ptp,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # skewness and kurtosis of constants
        features = [statistics[name](x) for name in arguments["features"]]
    n_fft = max(64, 1 << (n - 1).bit_length())
    frequencies, density = signal.welch(
        x, arguments["rate"], "hann", nperseg=n, nfft=n_fft, detrend=False
    )
    for low, high in arguments["bands"]:
        inside = (frequencies >= low) & (frequencies < high)
        features.append(density[inside].sum() * frequencies[1])
    return np.array(features)
