"""Front ends for sound: against what defines them, however the samples come."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from micro_speech_reference import Reference
from minfer.audio import MicroSpeech
from sounds import GOLDEN, KINDS, SHARED, golden_sounds, make_samples, random_sound


@pytest.mark.skipif(
    not GOLDEN.exists(), reason="no golden features beside the project (../shared/golden)"
)
def test_golden_frames() -> None:
    for sound, features in golden_sounds():
        assert np.count_nonzero(sound.features()[0] != features) == 0, sound.arguments


@pytest.mark.skipif(
    not GOLDEN.exists(), reason="no golden features beside the project (../shared/golden)"
)
def test_golden_spectrograms() -> None:
    """Of whole recordings, header of 44 bytes aside."""
    spectrograms = np.load(SHARED / "golden" / "micro_speech_features.npz")
    for name in spectrograms:
        samples = (SHARED / "samples" / f"{name}.wav").read_bytes()[44:]
        assert np.array_equal(MicroSpeech().features(samples)[0].ravel(), spectrograms[name])


def reference_frames(samples: np.ndarray, **arguments) -> np.ndarray:
    reference = Reference(**arguments)
    window, hop = arguments.get("window", 480), arguments.get("hop", 320)
    starts = range(0, len(samples) - window + 1, hop)
    return np.array([reference.frame(samples[i : i + window]) for i in starts], np.int8)


@pytest.mark.parametrize("seed", range(40))
def test_micro_speech_is_what_its_definition_says(seed: int) -> None:
    sound = random_sound("MicroSpeech", seed)
    arguments = {**sound.arguments, "frames": 1, "every": 1}
    found = MicroSpeech(**arguments).features(sound.samples)[:, 0]
    assert np.array_equal(found, reference_frames(sound.samples, **arguments))


EXTREMES = {
    "silence": np.zeros(4800),
    "least": np.full(4800, -32768),
    "most": np.full(4800, 32767),
    "square": np.where(np.arange(4800) // 20 % 2, 32767, -32768),
    "fastest": np.where(np.arange(4800) % 2, 32767, -32768),
    "impulses": np.where(np.arange(4800) % 97, 0, -32768),
    "one unit": np.arange(4800) % 2,
}


@pytest.mark.parametrize("name", EXTREMES)
def test_extremes(name: str) -> None:
    samples = EXTREMES[name].astype(np.int16)
    found = MicroSpeech(frames=1).features(samples)[:, 0]
    assert np.array_equal(found, reference_frames(samples))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(50))
def test_pieces_do_not_matter(kind: str, seed: int) -> None:
    sound = random_sound(kind, seed)
    generator = random.Random(seed)
    front_end = sound.front_end()
    windows = []
    position = 0
    while position < len(sound.samples):
        piece = sound.samples[position : position + generator.choice((1, 2, 7, 100, 1000))]
        position += front_end.write(piece if generator.random() < 0.5 else piece.tobytes())
        if front_end.due:
            assert front_end.write(piece) == 0
            windows.append(front_end.take())
    assert np.array_equal(windows, sound.features())


@pytest.mark.parametrize("kind", KINDS)
def test_every_window_is_of_the_last_frames(kind: str) -> None:
    """Of windows of 5 frames every 2: those from 0, 2, 4, ... of all frames."""
    cls = random_sound(kind, 0).front_end().__class__
    samples = make_samples(random.Random(5), 20_000)
    frames = cls(frames=1).features(samples)[:, 0]
    windows = cls(frames=5, every=2).features(samples)
    assert len(windows) == (len(frames) - 5) // 2 + 1 > 3
    for i, window in enumerate(windows):
        assert np.array_equal(window, frames[2 * i : 2 * i + 5])


@pytest.mark.parametrize("kind", KINDS)
def test_reset_forgets(kind: str) -> None:
    sound = random_sound(kind, 1)
    front_end = sound.front_end()
    expected = front_end.features(sound.samples)
    front_end.write(make_samples(random.Random(1), 3000))
    front_end.reset()
    assert not front_end.due
    assert np.array_equal(front_end.features(sound.samples), expected)


REFUSED = {
    "high: expected below 8000, half of the rate, found 9000": {"high": 9000},
    "low: expected below 7500, which is high, found 7600": {"low": 7600},
    "frames: expected at least 1, found 0": {"frames": 0},
    "window: expected at most 4096, found 5000": {"window": 5000},
    "window: expected at least 33, found 32": {"window": 32},
    "strength: expected at most 1, found 1.5": {"strength": 1.5},
    "strength: expected at least 0, found nan": {"strength": float("nan")},
    "hop: expected at most 65535, found 2.14748e+09": {"hop": 1 << 40},
}


@pytest.mark.parametrize("words", REFUSED)
def test_arguments_refused(words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        MicroSpeech(**REFUSED[words])


def test_unknown_argument() -> None:
    with pytest.raises(
        TypeError, match="MicroSpeech: expected arguments of rate, .*, full_scale, found mels"
    ):
        MicroSpeech(mels=3)


def test_none_is_the_default() -> None:
    assert MicroSpeech(frames=None, high=None).shape == (49, 40)


def test_samples_refused() -> None:
    front_end = MicroSpeech(frames=1)
    for samples, start, words in (
        (b"123", 0, "samples: expected int16, or bytes of them, found 3 bytes of typecode 'B'"),
        (np.zeros(3), 0, "samples: expected int16 of one dimension, found float64 of shape"),
        (np.zeros((3, 2), np.int16), 0, "samples: expected int16 of one dimension"),
        (bytes(4), 3, "start: expected 0 to 2, found 3"),
        (bytes(4), -1, "start: expected 0 to 2, found -1"),
    ):
        with pytest.raises(ValueError, match=words):
            front_end.write(samples, start)


def test_take_refuses() -> None:
    front_end = MicroSpeech(frames=2)
    with pytest.raises(
        ValueError, match="nothing to take: expected 2 more frames; write samples until due"
    ):
        front_end.take()
    front_end.write(np.zeros(800, np.int16))
    with pytest.raises(ValueError, match="out: expected 80 int8 in one piece for shape"):
        front_end.take(np.zeros(80, np.uint8))
    out = np.zeros(80, np.int8)
    assert front_end.take(out) is out
