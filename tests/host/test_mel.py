"""LogMel and MFCC against librosa, and against speechpy's definitions, which Edge Impulse's blocks follow."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minfer.audio import MFCC, LogMel

librosa = pytest.importorskip("librosa")

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
RATE = 16000


def make_signals() -> dict[str, np.ndarray]:
    """Sounds of a second: speech where it is at hand, noise, tones, silence, full scale."""
    i, random = np.arange(RATE), np.random.default_rng(1)
    signals = {
        "noise": random.normal(0, 3000, RATE),
        "white": random.integers(-32768, 32768, RATE),
        "faint noise": random.integers(-1, 2, RATE),
        "tone": 32767 * np.sin(2 * np.pi * 1000.3 * i / RATE),
        "low tone": 30000 * np.sin(2 * np.pi * 61 * i / RATE),
        "tone of a bin": 32767 * np.sin(2 * np.pi * 1000 * i / RATE),
        "faint tone": 2 * np.sin(2 * np.pi * 440 * i / RATE),
        "tone and noise": 20000 * np.sin(i * 0.1) + 10 * random.standard_normal(RATE),
        "sweep": 32767 * np.sin(2 * np.pi * (20 + 3800 * i / RATE) * i / RATE),
        "square": np.where(np.sin(i * 0.3) < 0, -32768, 32767),
        "clicks": np.where(i % 100 == 0, 32767, 0),
        "silence": np.zeros(RATE),
        "constant": np.full(RATE, -32768),
    }
    for path in sorted(SAMPLES.glob("*.wav")):
        with wave.open(str(path)) as file:
            signals[path.stem] = np.frombuffer(file.readframes(RATE), np.int16)
    return {name: np.rint(signal).astype(np.int16) for name, signal in signals.items()}


SIGNALS = make_signals()
WINDOWS = {"none": "boxcar", "hamming_symmetric": np.hamming, "hann_symmetric": np.hanning}


def by_librosa(
    samples: np.ndarray,
    dtype: type = np.float32,
    *,
    window: int = 480,
    hop: int = 320,
    n_fft: int = 512,
    mels: int = 40,
    low: float = 0,
    high: float | None = None,
    window_function: str = "hann",
    mel_scale: str = "slaney",
    norm: str = "slaney",
    preemphasis: float = 0,
    power: float = 2,
    log: str = "db",
    ref: float = 1,
    amin: float = 1e-10,
    offset: float = 0,
) -> np.ndarray:
    """Frames of log-mel from librosa, as docs/AUDIO.md maps the arguments."""
    y = (samples / 32768).astype(dtype)
    if preemphasis:
        y = librosa.effects.preemphasis(y, coef=preemphasis, zi=[0])
    function = WINDOWS.get(window_function, window_function)
    # librosa puts the window into the middle of n_fft samples.
    n = 1 + (len(y) - window) // hop
    y = np.pad(y, ((n_fft - window) // 2, n_fft))
    mel = librosa.feature.melspectrogram(
        y=y,
        sr=RATE,
        n_fft=n_fft,
        hop_length=hop,
        win_length=window,
        window=function(window) if callable(function) else function,
        center=False,
        power=power,
        n_mels=mels,
        fmin=low,
        fmax=high,
        htk=mel_scale == "htk",
        norm=None if norm == "none" else norm,
        dtype=dtype,
    )
    db = librosa.power_to_db(mel[:, :n] + dtype(offset), ref=ref, amin=amin, top_db=None).T
    return db * {"db": 1, "log10": 0.1, "ln": np.log(10) / 10}[log]


SETTINGS: list[dict[str, Any]] = [
    {},
    {"log": "ln", "mel_scale": "htk", "norm": "none", "offset": 1e-6, "amin": 1e-30},
    {"log": "log10", "window": 400, "hop": 160, "mels": 80, "ref": 0.01},
    {"window": 400, "hop": 160, "n_fft": 1024, "preemphasis": 0.97, "low": 20, "high": 7600},
    {"window": 512, "window_function": "hamming", "mels": 64, "mel_scale": "htk"},
    {"window": 321, "window_function": "hamming_symmetric", "mels": 13, "low": 300},
    {"window": 4096, "n_fft": 4096, "window_function": "hann_symmetric", "mels": 128},
    {"window": 64, "n_fft": 64, "hop": 100, "mels": 10, "norm": "none"},
    {"window_function": "none", "mels": 32},
    {"window": 1000, "n_fft": 2048, "mels": 128, "power": 1},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("name", SIGNALS)
def test_log_mel_is_librosas(name: str, settings: dict[str, Any]) -> None:
    """Within 0.01 dB down to 60 dB below the frame's loudest band, within 2e-6 of its amplitude below that."""
    samples = SIGNALS[name]
    decibel = {"db": 1, "log10": 10, "ln": 10 / np.log(10)}[settings.get("log", "db")]
    db = decibel * LogMel(frames=1, **settings).features(samples)[:, 0].astype(float)
    expected = decibel * by_librosa(samples, **settings).astype(float)
    assert db.shape == expected.shape
    loudest = expected.max(axis=1, keepdims=True)
    error = abs(db - expected)
    power = settings.get("power", 2)
    assert error[expected > loudest - 30 * power].max() < 0.01
    amplitude = 2 / power / 20
    error = abs(10 ** (amplitude * (db - loudest)) - 10 ** (amplitude * (expected - loudest)))
    assert (error < 2e-6 + 0.0012 * 10 ** (amplitude * (expected - loudest))).all()


MFCC_SETTINGS: list[dict[str, Any]] = [
    {},
    {"coefficients": 20, "lifter": 22, "log": "ln", "mel_scale": "htk", "norm": "none"},
    {"coefficients": 40, "mels": 128, "window": 400, "hop": 160, "n_fft": 1024},
    {"coefficients": 13, "mels": 13, "preemphasis": 0.97, "lifter": 5},
]


TONES = ("tone", "low tone", "tone of a bin", "tone and noise", "sweep", "constant")


@pytest.mark.parametrize("settings", MFCC_SETTINGS, ids=str)
@pytest.mark.parametrize("name", SIGNALS)
def test_mfcc_is_librosas(name: str, settings: dict[str, Any]) -> None:
    """Within 0.005, or 0.2 where the faint bands beside a loud tone, down to -80 dB, weigh as much as it does."""
    settings = {"amin": 1e-8, **settings}
    found = MFCC(frames=1, **settings).features(SIGNALS[name])[:, 0]
    of_mel = {k: v for k, v in settings.items() if k not in ("coefficients", "lifter")}
    expected = librosa.feature.mfcc(
        S=by_librosa(SIGNALS[name], **of_mel).T,
        n_mfcc=settings.get("coefficients", 13),
        lifter=settings.get("lifter", 0),
    ).T
    assert abs(found - expected).max() < (0.2 if name in TONES else 0.005)


def by_speechpy(
    samples: np.ndarray, window: int, hop: int, n_fft: int, bands: int, low: float, high: float
) -> tuple[np.ndarray, np.ndarray]:
    """Energies of mel bands and of frames as speechpy's mfe defines them, corners at whole bins; preemphasis of 0.98."""
    y = samples / 32768
    y = y - 0.98 * np.concatenate([[0], y[:-1]])
    starts = range(0, len(y) - window + 1, hop)
    power = abs(np.fft.rfft([y[s : s + window] for s in starts], n_fft)) ** 2 / n_fft
    mel = np.linspace(1127 * np.log1p(low / 700), 1127 * np.log1p(high / 700), bands + 2)
    hertz = 700 * (np.exp(mel / 1127) - 1)
    hertz[-1] -= 0.001
    corners = np.floor((n_fft + 1) * hertz / RATE).astype(int)
    bank = np.zeros((bands, n_fft // 2 + 1))
    for i, (left, middle, right) in enumerate(zip(corners, corners[1:], corners[2:])):
        for k in range(left, right + 1):
            if left < k <= middle:
                bank[i, k] = (k - left) / (middle - left)
            if middle <= k < right:
                bank[i, k] = (right - k) / (right - middle)
    return power @ bank.T, power.sum(axis=1)


SPEECHPY = {
    "window_function": "none",
    "mel_scale": "htk",
    "norm": "none",
    "edges": "bins",
    "preemphasis": 0.98,
    "low": 300,
}
BLOCKS = [(320, 320, 512, 40), (320, 160, 256, 32), (640, 320, 1024, 40)]


@pytest.mark.parametrize("window, hop, n_fft, bands", BLOCKS)
@pytest.mark.parametrize("name", SIGNALS)
def test_mfe_of_edge_impulse(name: str, window: int, hop: int, n_fft: int, bands: int) -> None:
    energies, _ = by_speechpy(SIGNALS[name], window, hop, n_fft, bands, 300, 8000)
    noise_floor = -52
    db = 10 * np.log10(np.maximum(energies, 1e-30))
    steps = np.clip(np.around(256 * np.clip((db - noise_floor) / (12 - noise_floor), 0, 1)), 0, 255)
    found = LogMel(
        frames=1,
        window=window,
        hop=hop,
        n_fft=n_fft,
        mels=bands,
        **SPEECHPY,
        ref=n_fft,
        amin=1e-20,
        mean=noise_floor,
        std=12 - noise_floor,
        scale=1 / 256,
        zero_point=-128,
    ).features(SIGNALS[name])[:, 0]
    difference = abs(found.astype(int) + 128 - steps)
    # A half may round either way.
    assert difference.max() <= 1 and (difference > 0).mean() < 0.01


@pytest.mark.parametrize("name", ["noise", "white", "square", "clicks"])
def test_mfcc_of_edge_impulse(name: str) -> None:
    energies, frames = by_speechpy(SIGNALS[name], 320, 320, 512, 32, 300, 8000)
    basis = np.cos(np.pi / 32 * np.outer(np.arange(13), np.arange(32) + 0.5)) * np.sqrt(2 / 32)
    expected = np.log(energies) @ basis.T
    expected[:, 0] = np.log(frames)
    found = MFCC(
        frames=1,
        window=320,
        hop=320,
        mels=32,
        **SPEECHPY,
        log="ln",
        ref=512,
        amin=1e-20,
        first="energy",
    ).features(SIGNALS[name])[:, 0]
    assert abs(found - expected).max() < 0.005


REFUSED = {
    "n_fft: expected a power of 2, up to 4096, found 500": {"n_fft": 500},
    "window: expected at most 512, which is n_fft, found 513": {"window": 513},
    "hop: expected at most 480, the window, with preemphasis, found 481": {
        "hop": 481,
        "preemphasis": 0.97,
    },
    "high: expected at most 8000, half of the rate, found 8001": {"high": 8001},
    "low: expected below 4000, which is high, found 4000": {"low": 4000, "high": 4000},
    "offset: expected 0, or at least 1e-30, found 1e-32": {"offset": 1e-32},
    "mels: expected at most 256, found 257": {"mels": 257},
    "amin: expected at least 1e-30, found 0": {"amin": 0},
    "preemphasis: expected at most 0.9999, found 1": {"preemphasis": 1},
    "log: expected one of ln|log10|db, found log2": {"log": "log2"},
}


@pytest.mark.parametrize("words", REFUSED)
@pytest.mark.parametrize("kind", [LogMel, MFCC])
def test_arguments_refused(kind: type, words: str) -> None:
    with pytest.raises(ValueError) as refused:
        kind(**REFUSED[words])
    assert str(refused.value) == words


def test_more_coefficients_than_bands_refused() -> None:
    with pytest.raises(ValueError) as refused:
        MFCC(mels=12)
    assert str(refused.value) == "coefficients: expected at most 12, which is mels, found 13"
