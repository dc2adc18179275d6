"""From recordings to answers, by the keyword model of TensorFlow Lite Micro: on the laptop, and in the firmware."""

from __future__ import annotations

import shutil
import sys
import wave
import zlib
from pathlib import Path

import minfer
import numpy as np
import pytest
from minfer.pipelines import Pipeline

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import run  # noqa: E402

MODEL = run.SHARED / "models" / "micro_speech_quantized.tflite"
SAMPLES = run.SHARED / "samples"
RATE = 16000
LABELS = ("silence", "unknown", "yes", "no")
ANSWERS = {"yes": "yes", "no": "no", "noise": "silence", "silence": "silence"}
RECIPE = {
    "front_end": {"kind": "MicroSpeech", "frames": 49, "every": 5},
    "decision": {
        "average": 3,
        "threshold": 0.8,
        "release": 0.5,
        "refractory_ms": 1000,
        "ignore": ["silence", "unknown"],
    },
}

DIGITS = run.ROOT / "examples/digits/digits.tflite"
SECTION = [0.2, 0.4, 0.2, 1.0, -0.4, 0.2]
# Front ends whose features fit the digits, and numbers of signal for some windows.
KINDS = {
    "LogMel": (
        {"frames": 8, "mels": 8, "every": 2, "mean": [-61.7 + i / 3 for i in range(8)], "std": 58.9},
        4000,
    ),
    "MFCC": (
        {"frames": 8, "coefficients": 8, "every": 2, "mean": -39.123, "std": [77.7 - i for i in range(8)]},
        4000,
    ),
    "Motion": (
        {
            "axes": 8,
            "window": 32,
            "every": 8,
            "filter": [SECTION],
            "features": ["mean", "rms", "std", "min", "max", "skew", "kurtosis", "peak_to_peak"],
            "mean": [-5000 + i / 7 for i in range(64)],
            "std": 10000.123,
        },
        8 * 56,
    ),
    "Picture": (
        {"width": 20, "height": 14, "format": "rgb565", "shape": [8, 8, 1], "std": 255, "crop": [2, 1, 12, 13]},
        20 * 14 * 2,
    ),
}  # fmt: skip

needs_shared = pytest.mark.skipif(
    not (MODEL.exists() and SAMPLES.exists()),
    reason="no model or recordings beside the project (../shared)",
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model with its recipe."""
    path = tmp_path_factory.mktemp("pipelines") / "model.mnf"
    minfer.convert(MODEL, path, labels=LABELS, frontend=RECIPE)
    return path


def samples(name: str) -> np.ndarray:
    with wave.open(str(SAMPLES / f"{name}_1000ms.wav")) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def conversation(seconds: int) -> np.ndarray:
    """Faint noise, every few seconds "yes" or "no" in it, loud or soft."""
    chance = np.random.default_rng(5)
    sound = chance.integers(-20, 21, seconds * RATE).astype(np.int32)
    words = [samples("yes"), samples("no")]
    at = RATE
    while at + 2 * RATE < len(sound):
        word = words[chance.integers(2)] * chance.uniform(0.4, 1)
        sound[at : at + len(word)] += word.astype(np.int32)
        at += chance.integers(3 * RATE, 8 * RATE)
    return sound.clip(-32768, 32767).astype(np.int16)


def answers(pipeline: Pipeline, pieces: list[np.ndarray]) -> list[tuple[str, int]]:
    return [(a.label, a.time) for piece in pieces for a in pipeline.feed(piece)]


@needs_shared
def test_recordings_on_the_laptop(file: Path) -> None:
    pipeline = minfer.pipeline(file)
    for name, label in ANSWERS.items():
        assert pipeline.classify(SAMPLES / f"{name}_1000ms.wav")[0] == label
        assert pipeline.classify(samples(name))[0] == label


@needs_shared
@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_recordings_in_the_firmware(target: run.Target, file: Path, tmp_path: Path) -> None:
    prepare(target, "recordings.py", tmp_path)
    shutil.copy(file, tmp_path / "model.mnf")
    pipeline = minfer.pipeline(file)
    lines = []
    for name in ANSWERS:
        recording = SAMPLES / f"{name}_1000ms.wav"
        shutil.copy(recording, tmp_path)
        label, probability = pipeline.classify(recording)
        lines.append(f"{recording.name} {label} {probability:.4f}\n")
    (tmp_path / "recordings.txt").write_text("".join(f"{name}_1000ms.wav\n" for name in ANSWERS))
    ended_well, printed = target.run("recordings.py", tmp_path)
    assert ended_well and printed == "".join(lines) + "ok\n", printed


@needs_shared
def test_pieces_change_nothing(file: Path) -> None:
    sound = conversation(60)
    pipeline = minfer.pipeline(file)
    whole = answers(pipeline, [sound])
    assert len(whole) >= 8 and {label for label, _ in whole} == {"yes", "no"}
    chance = np.random.default_rng(6)
    pieces = np.split(sound, np.sort(chance.integers(0, len(sound), 2000)))
    pipeline.reset()
    assert answers(pipeline, pieces) == whole
    assert pipeline.time == 60_000


@needs_shared
@pytest.mark.parametrize("target", run.UNIX[:1], ids=lambda target: target.name)
def test_an_hour(target: run.Target, file: Path, tmp_path: Path) -> None:
    """In pieces of random sizes the firmware detects what the laptop does in one piece, in constant memory."""
    prepare(target, "long_recording.py", tmp_path)
    shutil.copy(file, tmp_path / "model.mnf")
    sound = conversation(3600)
    with wave.open(str(tmp_path / "sound.wav"), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(sound.tobytes())
    expected = answers(minfer.pipeline(file), [sound])
    ended_well, printed = target.run("long_recording.py", tmp_path)
    (tmp_path / "sound.wav").unlink()  # 115 MB, and pytest keeps folders
    *found, summary = printed.splitlines()
    assert ended_well and summary == "3600000 ms, 0 dropped, 0 bytes more in use", printed[-500:]
    assert found == [f"{label} {time}" for label, time in expected] and len(found) > 500


@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_recipes_in_the_firmware(target: run.Target, tmp_path: Path) -> None:
    """Of every front end with real numbers in its recipe, the firmware has the features and the answers of the laptop."""
    prepare(target, "feeds.py", tmp_path)
    lines = []
    for kind, (arguments, n) in KINDS.items():
        recipe = {"front_end": {"kind": kind, **arguments}}
        model = minfer.convert(
            DIGITS, tmp_path / f"{kind}.mnf", labels="0123456789", frontend=recipe
        )
        numbers = np.random.default_rng(len(kind)).integers(-9000, 9000, n).astype(np.int16)
        signal = numbers.tobytes()[: n if kind == "Picture" else 2 * n]
        (tmp_path / f"{kind}.bin").write_bytes(signal)
        pipeline = minfer.pipeline(model)
        windows = []
        pipeline.watch = lambda features: windows.append(bytes(features))
        for answer in pipeline.feed(signal):
            lines.append(f"{kind} {zlib.crc32(windows.pop())}")
            lines.append(f"{answer.label} {answer.probability:.4f} {answer.time}")
    assert len(lines) >= 14
    (tmp_path / "feeds.txt").write_text("\n".join(KINDS))
    ended_well, printed = target.run("feeds.py", tmp_path)
    assert ended_well and printed.splitlines() == [*lines, "ok"], printed


def prepare(target: run.Target, script: str, folder: Path) -> None:
    """Skips without the firmware; puts the script into a folder."""
    try:
        target.check()
    except run.MissingError as error:
        pytest.skip(str(error))
    shutil.copy(run.SCRIPTS / "support" / script, folder)
