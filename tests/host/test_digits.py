"""The digits example: what it promises holds on the host and in the unix firmware."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import minfer
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
DIGITS = ROOT / "examples/digits"
FIRMWARE = ROOT / "build/unix/micropython"


def right_on_the_host() -> int:
    """How many of the held-out digits the host engine gets right."""
    model = minfer.Model.load(minfer.compile_model((DIGITS / "digits.tflite").read_bytes()))
    records = np.fromfile(DIGITS / "heldout.bin", np.int8).reshape(-1, 65)
    answers = [model.run([r[1:].reshape(1, 8, 8, 1)])[0].argmax() for r in records]
    return int(np.count_nonzero(answers == records[:, 0]))


def test_accuracy() -> None:
    assert right_on_the_host() >= 0.96 * 360


@pytest.mark.skipif(not FIRMWARE.exists(), reason=f"no {FIRMWARE.relative_to(ROOT)}")
@pytest.mark.skipif(
    not Path(sys.executable).with_name("minfer").exists(),
    reason="the minfer command is not installed",
)
def test_demo() -> None:
    demo = subprocess.run(
        [sys.executable, DIGITS / "demo.py"], capture_output=True, text=True, timeout=120
    )
    assert demo.returncode == 0, demo.stderr
    assert f"({right_on_the_host()} of 360 held-out digits)" in demo.stdout
    assert re.search(r"arena +\d+ bytes", demo.stdout) and re.search(r"speed +\d+ us", demo.stdout)
    # Of the drawn digits, those it takes for others are marked.
    captions = re.findall(r"\d \(\d+\.\d %\)(?:, is \d)?", demo.stdout)
    assert len(captions) == 8
    assert sum(", is" in caption for caption in captions) <= 1
