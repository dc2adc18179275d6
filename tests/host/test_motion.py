"""The front end for motion against numpy and scipy."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest
from minfer import motion
from motions import describe, make_axis, random_motion
from scipy import signal

STATISTICS = list(motion.STATISTICS)
FILTERS = {
    "a low-pass": (4, 20, "lowpass", 100),
    "half a hertz of a thousand": (2, 0.5, "lowpass", 1000),
    "that, steeper": (4, 0.5, "lowpass", 1000),
    "no gravity": (2, 0.5, "highpass", 1000),
    "no gravity at all": (4, 0.5, "highpass", 1000),
    "a band": (4, (1, 30), "bandpass", 1000),
    "no mains": (2, (49, 51), "bandstop", 1000),
    "eight poles": (8, 100, "lowpass", 1000),
    "one pole": (1, 3, "lowpass", 100),
    "three poles": (3, 0.3, "highpass", 100),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_are_scipys(name: str) -> None:
    """Rounded to int16, half a unit is the least there can be: 2 are allowed, of a step's 65535."""
    order, cutoff, kind, rate = FILTERS[name]
    sos = signal.butter(order, cutoff, kind, output="sos", fs=rate)
    rows = motion.butter(order, cutoff, kind, rate=rate)
    assert rows == motion.sections(sos)
    for seed in range(8):
        samples = make_axis(random.Random(seed), 4000)
        exact = signal.sosfilt(sos, samples.astype(float))
        wanted = np.clip(exact, -32768, 32767)
        assert np.abs(motion.filtered(rows, samples) - wanted).max() < 2


@pytest.mark.parametrize(
    "sos",
    [
        signal.cheby1(6, 1, 30, output="sos", fs=400),
        signal.ellip(5, 1, 40, (10, 60), "bandpass", output="sos", fs=400),
        signal.tf2sos(*signal.iirnotch(50, 30, 1000)),
        signal.bessel(4, 5, "highpass", output="sos", fs=100),
    ],
    ids=["Chebyshev", "elliptic", "notch", "Bessel"],
)
def test_other_designs(sos: np.ndarray) -> None:
    for seed in range(6):
        samples = make_axis(random.Random(seed), 3000)
        wanted = np.clip(signal.sosfilt(sos, samples.astype(float)), -32768, 32767)
        assert np.abs(motion.filtered(motion.sections(sos), samples) - wanted).max() < 2


def test_a_filter_never_overflows_and_recovers() -> None:
    """The worst input: the signs of the impulse response, backwards. What saturates dies away."""
    rows = motion.butter(4, (1, 2), "bandpass", rate=100)
    sos = signal.butter(4, (1, 2), "bandpass", output="sos", fs=100)
    impulse = signal.sosfilt(sos, np.eye(1, 4000)[0])
    worst = np.where(impulse[::-1] >= 0, 32767, -32768).astype(np.int16)
    samples = np.concatenate([worst, np.zeros(4000, np.int16)])
    wanted = np.clip(signal.sosfilt(sos, samples.astype(float)), -32768, 32767)
    assert np.abs(motion.filtered(rows, samples) - wanted).max() < 2
    # The largest coefficients a row may have, at the edge of stability.
    rows = [[2**28, -(2**28), 2**28, 26, -(2**31) + 3, 2**30 - 1]] * 4
    loud = motion.filtered(rows, make_axis(random.Random(1), 2000))
    assert loud.max() == 32767


def tolerances(
    window: np.ndarray, wanted: np.ndarray, names: list[str], detrend: str | None
) -> np.ndarray:
    """Of each feature, how far from numpy's and scipy's it may be: what docs/MOTION.md states."""
    x = signal.detrend(window.astype(float), type=detrend) if detrend else window.astype(float)
    power, deviation = np.mean(x**2), max(np.std(x), 1e-9)
    moments = 1e-5 + 3e-4 / deviation
    allowed = {
        "mean": 1e-4 + 3e-7 * abs(np.mean(x)),
        "rms": 3e-5 + 3e-7 * np.sqrt(power),
        "std": 3e-5 + 3e-7 * deviation,
        "zero_crossings": 0,
        "skew": moments,
        "kurtosis": moments,
    }
    result = []
    for i, value in enumerate(wanted):
        if i < len(names):
            result.append(allowed.get(names[i], 1e-4 + 3e-7 * abs(value)))
            if names[i] in ("skew", "kurtosis"):
                result[-1] *= max(1, abs(value)) ** 1.5
        else:
            result.append(1e-5 * value + 2e-9 * power + 1e-4 * np.sqrt(value) + 1e-9)
    return np.array(result)


@pytest.mark.parametrize("seed", range(400))
def test_features_are_numpys_and_scipys(seed: int) -> None:
    case = random_motion(seed)
    arguments = {
        key: value
        for key, value in case.arguments.items()
        if key not in ("scale", "zero_point", "mean", "std", "log")
    }
    features = motion.Motion(**arguments).features(case.samples)
    names = arguments["features"]
    axes = [case.samples[axis :: arguments["axes"]] for axis in range(arguments["axes"])]
    if arguments["filter"]:
        axes = [motion.filtered(arguments["filter"], x) for x in axes]
    for number, window in enumerate(features):
        start = number * arguments["every"]
        for found, x in zip(window, axes):
            x = x[start : start + arguments["window"]]
            straight = np.abs(signal.detrend(x.astype(float))).max() < 1e-3
            if straight and (arguments["detrend"] == "linear" or np.ptp(x) == 0):
                # Rounding is all there is left, in scipy too: skewness, kurtosis and crossings mean nothing.
                assert all(
                    value < 2e-4
                    for name, value in zip(names, found)
                    if name in ("std", "peak_to_peak")
                )
                continue
            wanted = describe(x, arguments)
            allowed = tolerances(x, wanted, names, arguments["detrend"])
            wrong = np.abs(found - wanted) > allowed
            if arguments["detrend"] and "zero_crossings" in names:
                # A sample on the line to within 2^-14 may fall on either side.
                wrong[names.index("zero_crossings")] &= (
                    np.abs(signal.detrend(x.astype(float), type=arguments["detrend"])).min() > 1e-4
                )
            assert not wrong.any(), (arguments, found, wanted, allowed)


def test_constants() -> None:
    """Where scipy has no number: skewness 0, kurtosis -3, as of a distribution without a width."""
    for value in (-32768, 0, 1, 32767):
        features = motion.Motion(axes=1, bands=((0, 1), (2, 40))).features(
            np.full(128, value, np.int16)
        )[0, 0]
        named = dict(zip(STATISTICS, features))
        assert named["mean"] == named["min"] == named["max"] == value
        assert named["rms"] == pytest.approx(abs(value), rel=1e-7)
        assert [named[name] for name in ("std", "skew", "kurtosis", "zero_crossings")] == [
            0,
            0,
            -3,
            0,
        ]
        assert features[-1] <= 1e-9 * value**2 + 1e-9


def test_bands_add_up_to_the_variance_of_noise() -> None:
    """Parseval: in the mean of many windows, as the taper weighs samples."""
    noise = np.random.default_rng(1).normal(0, 1000, 128 * 400).astype(np.int16)
    bands = ((0, 10), (10, 20), (20, 50.1))
    features = motion.Motion(axes=1, every=128, features=("std",), bands=bands).features(noise)
    total = features[:, 0, 1:].sum(axis=1).mean()
    assert total == pytest.approx((features[:, 0, 0] ** 2).mean(), rel=0.02)
    logarithms = motion.Motion(axes=1, every=128, features=("std",), bands=bands, log=True)
    assert np.allclose(logarithms.features(noise)[..., 1:], np.log10(features[..., 1:]), atol=1e-6)
    assert (logarithms.features(np.zeros(128, np.int16))[..., 1:] == -6).all()


@pytest.mark.parametrize("seed", range(50))
def test_chunks_change_nothing(seed: int) -> None:
    case = random_motion(seed)
    wanted = case.features()
    front_end = case.front_end()
    generator = random.Random(seed)
    position, windows = 0, []
    while position < case.samples.size:
        end = min(case.samples.size, position + generator.randint(1, 200))
        while position < end:
            position += front_end.write(case.samples[:end], position)
            if front_end.due:
                assert front_end.write(case.samples, 0) == 0
                windows.append(front_end.take())
    assert np.array_equal(np.array(windows), wanted)
    front_end.reset()
    assert np.array_equal(front_end.features(case.samples), wanted)


def test_int8_and_mean_and_std() -> None:
    case = random_motion(7)
    arguments = {**case.arguments, "scale": None, "zero_point": 0, "mean": None, "std": None}
    real = motion.Motion(**arguments).features(case.samples)
    n = real[0].size
    mean, std = np.arange(n), np.arange(1, n + 1)
    flat = real.reshape(-1, n)
    scaled = motion.Motion(**{**arguments, "mean": mean, "std": std}).features(case.samples)
    assert np.allclose(scaled.reshape(-1, n), (flat - mean) / std, rtol=1e-6, atol=1e-6)
    front_end = motion.Motion(
        **{**arguments, "mean": mean, "std": std, "scale": 0.5, "zero_point": 3}
    )
    assert (front_end.typecode, front_end.shape) == ("b", real.shape[1:])
    wanted = np.clip(
        np.sign(scaled) * np.floor(np.abs(scaled / np.float32(0.5)) + 0.5) + 3, -128, 127
    )
    assert np.array_equal(front_end.features(case.samples), wanted)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"axes": 0}, "axes: expected at least 1, found 0"),
        ({"window": 5000}, "window: expected at most 4096, found 5000"),
        ({"every": 0}, "every: expected at least 1, found 0"),
        ({"rate": -1}, "rate: expected 0.001 or more and at most a million, found -1"),
        ({"scale": -1}, "scale: expected 1e-06 or more and at most a million, found -1"),
        ({"zero_point": 128}, "zero_point: expected at most 127, found 128"),
        ({"detrend": "cubic"}, "detrend: expected one of constant|linear, found cubic"),
        ({"features": ()}, "features: expected 1 or more with bands, found 0"),
        ({"features": ("crest",)}, f"features: expected of {', '.join(STATISTICS)}, found crest"),
        ({"bands": ((3,),)}, "bands: expected pairs of frequencies, found (3,)"),
        ({"bands": ((-1, 3),)}, "bands: expected frequencies from 0 to the rate, found (-1, 3)"),
        (
            {"bands": ((1, 1.5),)},
            "bands: expected (low, high) with a frequency of the spectrum in between, found none in (1, 1.5):"
            " a wider band or a longer window",
        ),
        (
            {"filter": [[1, 0, 0, 30, 0, 2**30]]},
            "filter: section 1 of 1: expected a stable one, found poles outside the unit circle",
        ),
        (
            {"filter": [[1, 0, 0, 1, 0, 0]]},
            "filter: section 1 of 1: expected b of at most 2 ** 28 in size and a shift from 26 to 58:"
            " rows of minfer.motion.sections()",
        ),
        ({"mean": (1, 2)}, "mean: expected a number, or 27 of them, found 2"),
    ],
)
def test_refusals(arguments: dict, words: str) -> None:
    with pytest.raises(ValueError) as refusal:
        motion.Motion(**arguments)
    assert str(refusal.value) == words


def test_filters_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="section 1: expected poles well inside the unit circle"):
        motion.sections([[1, 0, 0, 1, -2, 1.0]])
    with pytest.raises(ValueError, match="a higher cut-off for this rate"):
        motion.butter(2, 0.01, "lowpass", rate=1000)
    with pytest.raises(ValueError, match="expected a gain above 0"):
        motion.sections([[0, 0, 0, 1, 0, 0.0]])
    with pytest.raises(ValueError, match="less gain"):
        motion.sections([[50, 0, 0, 1, 0, 0.0]])
    with pytest.raises(ValueError, match="expected rows of b0"):
        motion.sections([1, 2, 3.0])
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ImportError, match="butter: expected scipy, found none: pip install scipy"):
        motion.butter(2, 5, rate=100)
