"""examples/person on the host and the unix port: with its own model, and with the published one of ../shared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import minfer
import numpy as np
import pytest
from minfer.engine import Model
from minfer.image import Picture
from minfer.recipe import load_recipe

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "person"
STAGE = ROOT / "build" / "person_detect"
SHARED = ROOT.parent / "shared"
MODEL = SHARED / "models" / "person_detect.tflite"
PICTURES = [SHARED / "samples" / name for name in ("person.bmp", "no_person.bmp")]


def python(script: str, *arguments: object, **settings: object) -> subprocess.CompletedProcess:
    """A script of the example, run as its README says."""
    command = [sys.executable, EXAMPLE / script, *arguments]
    return subprocess.run(command, capture_output=True, cwd=ROOT, **settings)


def answers_of_the_laptop() -> list[str]:
    """What the example's own model says of its pictures, in the words of main.py."""
    model = Model.load(minfer.compile_model((EXAMPLE / "person.tflite").read_bytes()))
    labels = (EXAMPLE / "labels.txt").read_text().splitlines()
    lines = []
    for path in sorted(EXAMPLE.glob("*.bmp")):
        pixels = np.frombuffer(path.read_bytes()[-96 * 96 :], np.uint8).reshape(1, 96, 96, 1)
        upright = (pixels[:, ::-1].astype(np.int16) - 128).astype(np.int8)
        output = model.run([upright])[0].ravel().astype(int) + 128
        best = output.argmax()
        lines.append(f"{path.name:<16} {labels[best]} ({100 * output[best] / 256:.1f} %)")
    return lines


def test_own_model_is_small_and_right() -> None:
    assert (EXAMPLE / "person.tflite").stat().st_size < 90_000
    astronaut, cat = answers_of_the_laptop()
    assert astronaut.startswith("astronaut.bmp    person (")
    assert cat.startswith("cat.bmp          no person (")


def test_commands_of_the_readme() -> None:
    """Word for word, but for the first, which builds the firmware: the unix port says what the laptop finds."""
    section = (EXAMPLE / "README.md").read_text().partition("## Try it\n")[2].partition("\n## ")[0]
    first, *commands = re.findall(
        r"^    ([a-z].+)$", section.partition("It prints")[0], re.MULTILINE
    )
    assert (
        first == "make firmware" and commands[-1] == "build/unix/micropython build/person/main.py"
    )
    for needed in ("build/unix/micropython", "build/venv/bin/minfer"):
        if not (ROOT / needed).exists():
            pytest.skip(f"no {needed}: make firmware")
    done = subprocess.run(
        ["bash", "-c", "\n".join(["set -e", *commands])],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    answers = answers_of_the_laptop()
    # Other pictures may lie in build/person as well.
    assert [line for line in said if line in answers] == answers
    model = next(line for line in said if line.startswith("<Model "))
    for line in (model, *answers, said[-1]):
        assert f"    {line}\n" in section


@pytest.fixture(scope="session")
def stage() -> Path:
    """build/person_detect, as published.py makes it."""
    for path in (MODEL, *PICTURES):
        if not path.is_file():
            pytest.skip(f"no {path.name} in ../shared/{path.parent.name}")
    done = python("published.py", MODEL, *PICTURES)
    assert done.returncode == 0, done.stderr
    return STAGE


def unix(script: Path, frames: bytes = b"") -> list[str]:
    """What the unix port prints, `frames` at its standard input."""
    micropython = ROOT / "build" / "unix" / "micropython"
    if not micropython.exists():
        pytest.skip("no firmware: make firmware TARGET=unix")
    environment = {**os.environ, "MICROPYPATH": ".frozen"}
    done = subprocess.run([micropython, script], input=frames, capture_output=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode().splitlines()


def test_pictures_on_unix(stage: Path) -> None:
    said = unix(stage / "main.py")
    assert said[0].startswith("<Model person: (1, 96, 96, 1) -> (1, 2) int8, 30 ops")
    assert "no_person.bmp    no person (80.1 %)" in said
    assert "person.bmp       person (94.1 %)" in said
    assert said[-1] == "frames?"


def test_frames_on_unix(stage: Path) -> None:
    pytest.importorskip("PIL", reason="camera.py reads pictures by Pillow")
    names = ("no_person", "person", "person", "person", "person")
    sent = python("camera.py", "-", *(stage / f"{name}.bmp" for name in names)).stdout
    assert len(sent) == len(names) * (5 + 160 * 120 * 2)
    said = unix(stage / "main.py", sent)
    answers = said[said.index("frames?") + 1 :]
    assert len(answers) == len(names)
    assert float(answers[0]) < 0.5 and float(answers[1].split()[0]) > 0.8
    # Once: when the mean of three frames is above the threshold, and not again.
    assert [" person" in answer for answer in answers] == [False, False, True, False, False]
    # A frame that ends too soon, and what is no frame.
    assert unix(stage / "main.py", sent[:30_000])[-1] == "frames?"
    assert unix(stage / "main.py", b"?" * 50_000)[-1] == "frames?"


def test_pixels_reach_the_model_exactly(stage: Path) -> None:
    """The recipe's mean and std make pixel - 128 of every pixel."""
    model = Model.load(stage / "person.mnf")
    settings = load_recipe(EXAMPLE / "recipe.toml")["front_end"]
    tensor = model.inputs[0].tensor
    picture = Picture(
        width=256,
        height=1,
        format="grey",
        shape=(1, 256, 1),
        mean=settings["mean"],
        std=settings["std"],
        scale=tensor.scale,
        zero_point=tensor.zero_point,
    )
    assert picture.features(bytes(range(256))).ravel().tolist() == list(range(-128, 128))


def test_other_models_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tflite").write_bytes(b"another")
    done = python("published.py", tmp_path / "x.tflite", text=True)
    assert done.returncode == 1
    assert "expected person_detect.tflite of SHA-256 808cfdfc" in done.stderr
