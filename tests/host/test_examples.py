"""The examples: in the firmware main.py says what the laptop finds in the recording; the READMEs' commands work."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import minfer
import numpy as np
import pytest
from minfer._pipeline import Pipeline

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(EXAMPLES / "vibration"))
import run  # noqa: E402
from detector import Detector  # noqa: E402

FILES = {
    "gesture": ("main.py", "recording.bin"),
    "vibration": ("main.py", "detector.py", "recording.bin"),
    "wake_word": ("main.py", "recording.wav"),
}
MEANT = {
    "gesture": ["wave", "circle", "punch"],
    "vibration": ["ALARM", "normal"] * 2 + ["ALARM"],
    "wake_word": ["hello pico"] * 2,
}
# vibration's recording takes the emulated Pico's cable a minute.
ON_CHIPS = [
    (run.EMULATED[0], "gesture"),
    (run.EMULATED[0], "wake_word"),
    (run.EMULATED[1], "vibration"),
]


def convert(example: str, folder: Path) -> Pipeline:
    """The model with its recipe, in a folder, and the laptop's pipeline of it."""
    source = EXAMPLES / example
    labels = source / "labels.txt"
    model = minfer.convert(
        source / f"{example}.tflite",
        folder / f"{example}.mnf",
        labels=labels.read_text().splitlines() if labels.exists() else (),
        frontend=source / "recipe.toml",
    )
    return minfer.pipeline(model)


def expected(example: str, pipeline: Pipeline) -> list[str]:
    """What the laptop finds in the recording, in the words of main.py."""
    if example == "vibration":
        return changes(Detector(pipeline))
    if example == "wake_word":
        from minfer.wav import Wav

        wav = Wav(str(EXAMPLES / example / "recording.wav"))
        samples = bytearray(1 << 20)
        samples = samples[: wav.readinto(samples)]
    else:
        samples = (EXAMPLES / example / "recording.bin").read_bytes()
    return [f"{a.time / 1000:6.2f} s  {a.label}" for a in pipeline.feed(samples)]


def changes(detector: Detector) -> list[str]:
    samples = np.fromfile(EXAMPLES / "vibration/recording.bin", np.int16)
    lines, number, position, alarm = [], 0, 0, False
    while True:
        position += detector.front_end.write(samples, position)
        if not detector.front_end.due:
            return lines
        error = detector.infer()
        number += 1
        if error is not None and detector.alarm != alarm:
            alarm = detector.alarm
            lines.append(f"window {number}: {'ALARM' if alarm else 'normal'}, error {error:.1f}")


def check(example: str, target: run.Target, folder: Path, sensor: bool = False) -> None:
    try:
        target.check()
    except run.MissingError as error:
        pytest.skip(str(error))
    for name in FILES[example]:
        shutil.copy(EXAMPLES / example / name, folder)
    lines = expected(example, convert(example, folder))
    if sensor:
        (folder / "recording.bin").rename(folder / "signal.bin")
        shutil.copy(ROOT / "tests/device/support/machine_double.py", folder / "machine.py")
    found = [next((w for w in MEANT[example] if w in line), "") for line in lines]
    assert found == MEANT[example]
    ended_well, printed = target.run("main.py", folder)
    assert ended_well, printed
    said = [
        line for line in printed.splitlines() if re.match(r" *\d+\.\d\d s |window.*error", line)
    ]
    assert [line[: len(e)] for line, e in zip(said, lines)] == lines and len(said) == len(lines)


@pytest.mark.parametrize("target", run.UNIX, ids=lambda target: target.name)
@pytest.mark.parametrize("example", FILES)
def test_main(example: str, target: run.Target, tmp_path: Path) -> None:
    check(example, target, tmp_path)


@pytest.mark.parametrize("example", ["gesture", "vibration"])
def test_sensors(example: str, tmp_path: Path) -> None:
    """The recording, as the sensor's registers give it."""
    check(example, run.UNIX[0], tmp_path, sensor=True)


@pytest.mark.parametrize("target, example", ON_CHIPS, ids=[f"{t.name}-{e}" for t, e in ON_CHIPS])
def test_main_on_chips(target: run.Target, example: str, tmp_path: Path) -> None:
    check(example, target, tmp_path)


@pytest.mark.parametrize("example", FILES)
def test_commands_of_the_readme(example: str) -> None:
    """Word for word, but for the first, which builds the firmware."""
    text = (EXAMPLES / example / "README.md").read_text()
    section = text.partition("## Try it\n")[2].partition("\n## ")[0]
    first, *commands = re.findall(r"^    (.+)$", section, re.MULTILINE)
    assert first == "make firmware" and len(commands) >= 4
    for needed in ("build/unix/micropython", "build/venv/bin/minfer"):
        if not (ROOT / needed).exists():
            pytest.skip(f"no {needed}: make demo")
    script = "\n".join(["set -e", *commands])
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = [
        word for line in done.stdout.splitlines() for word in MEANT[example] if f" {word}" in line
    ]
    assert list(dict.fromkeys(said)) == list(dict.fromkeys(MEANT[example]))


@pytest.mark.parametrize("example", FILES)
def test_models_are_small(example: str) -> None:
    assert (EXAMPLES / example / f"{example}.tflite").stat().st_size < 60_000
