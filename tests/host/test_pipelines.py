"""From recordings to answers, by the keyword model of TensorFlow Lite Micro: on the laptop, and in the firmware."""

from __future__ import annotations

import shutil
import sys
import wave
from pathlib import Path

import minfer
import numpy as np
import pytest

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

pytestmark = pytest.mark.skipif(
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


def answers(pipeline: minfer.pipeline, pieces: list[np.ndarray]) -> list[tuple[str, int]]:
    return [(a.label, a.time) for piece in pieces for a in pipeline.feed(piece)]


def test_recordings_on_the_laptop(file: Path) -> None:
    pipeline = minfer.pipeline(file)
    for name, label in ANSWERS.items():
        assert pipeline.classify(SAMPLES / f"{name}_1000ms.wav")[0] == label
        assert pipeline.classify(samples(name))[0] == label


@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_recordings_in_the_firmware(target: run.Target, file: Path, tmp_path: Path) -> None:
    prepare(target, "recordings.py", file, tmp_path)
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


@pytest.mark.parametrize("target", run.UNIX[:1], ids=lambda target: target.name)
def test_an_hour(target: run.Target, file: Path, tmp_path: Path) -> None:
    """In pieces of random sizes the firmware detects what the laptop does in one piece, in constant memory."""
    prepare(target, "long_recording.py", file, tmp_path)
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


def prepare(target: run.Target, script: str, file: Path, folder: Path) -> None:
    """Skips without the firmware; puts script and model into a folder."""
    try:
        target.check()
    except run.MissingError as error:
        pytest.skip(str(error))
    shutil.copy(run.SCRIPTS / "support" / script, folder)
    shutil.copy(file, folder / "model.mnf")
