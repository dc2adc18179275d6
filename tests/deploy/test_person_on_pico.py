"""examples/person on the emulated Pico: the model in ROMFS, pictures in its file system, frames over its serial port or from a camera."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from emulated import ROOT, minfer, start

SHARED = ROOT.parent / "shared"
EXAMPLE = ROOT / "examples" / "person"
STAGE = ROOT / "build" / "person_detect"
PICTURES = ("person.bmp", "no_person.bmp")


def run(*command: object) -> str:
    """What a command prints, which has to end well."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_own_model(tmp_path: Path) -> None:
    """The chip says of the pictures what the unix port says."""
    model = tmp_path / "person.mnf"
    minfer(
        *("convert", EXAMPLE / "person.tflite", "--labels", EXAMPLE / "labels.txt"),
        *("--frontend", EXAMPLE / "recipe.toml", "-o", model),
    )
    pictures = sorted(EXAMPLE.glob("*.bmp"))
    for path in (EXAMPLE / "main.py", *pictures):
        shutil.copy(path, tmp_path)
    unix = ROOT / "build/unix/micropython"
    if not unix.exists():
        pytest.skip("no firmware: make firmware TARGET=unix")
    expected = [line for line in run(unix, tmp_path / "main.py").splitlines() if ".bmp " in line]
    assert len(expected) == len(pictures) == 2
    with start(tmp_path / "flash") as pico:
        minfer("deploy", model, "--port", pico.port)
        mpremote = [sys.executable, "-m", "mpremote", "connect", pico.port]
        run(*mpremote, "cp", *pictures, ":")
        said = run(*mpremote, "run", EXAMPLE / "main.py").splitlines()
    assert [line for line in said if ".bmp " in line] == expected


def test_pictures_and_frames(tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="camera.py reads pictures by Pillow")
    files = [
        SHARED / "models/person_detect.tflite",
        *(SHARED / "samples" / name for name in PICTURES),
    ]
    for path in files:
        if not path.is_file():
            pytest.skip(f"no {path.name} in ../shared/{path.parent.name}")
    run(sys.executable, EXAMPLE / "published.py", *files)
    with start(tmp_path / "flash") as pico:
        minfer("deploy", STAGE / "person.mnf", "--port", pico.port)
        mpremote = [sys.executable, "-m", "mpremote", "connect", pico.port]
        run(*mpremote, "cp", STAGE / "main.py", *(STAGE / name for name in PICTURES), ":")
        said = run(*mpremote, "run", STAGE / "main.py")
        assert "no_person.bmp    no person (80.1 %)" in said, said
        assert "person.bmp       person (94.1 %)" in said, said
        # Without the files, which take their time at each start.
        run(*mpremote, "rm", *(f":{name}" for name in PICTURES))
        frames = [STAGE / "person.bmp"] * 3
        answers = run(sys.executable, EXAMPLE / "camera.py", pico.port, *frames).splitlines()
        assert len(answers) == 3 and answers[2].endswith(" person"), answers


def test_camera_on_the_board(tmp_path: Path) -> None:
    """Rows through PIO and DMA, from a camera that a script on the same chip plays."""
    with start(tmp_path / "flash") as pico:
        mpremote = [sys.executable, "-m", "mpremote", "connect", pico.port]
        run(*mpremote, "cp", EXAMPLE / "ov7670.py", ":")
        assert run(*mpremote, "run", Path(__file__).with_name("ov7670_pins.py")) == "ok\n"
