"""What a model needs of a firmware: shown by inspect, and asked of the firmware before convert writes anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from c_programs import ROOT
from command import minfer_command

DIGITS = ROOT / "examples" / "digits" / "digits.tflite"
NEEDS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D", "SOFTMAX")


def firmware(folder: Path, answer: str) -> Path:
    """A program that answers as the unix firmware does to `-c`."""
    program = folder / "micropython"
    program.write_text(f"#!/bin/sh\n{answer}\n", "utf-8")
    program.chmod(0o755)
    return program


def test_inspect_shows_what_a_file_needs() -> None:
    expected = [{"operator": name, "version": 1, "layout": 0} for name in NEEDS]
    assert json.loads(minfer_command("inspect", DIGITS, "--json").success())["needs"] == expected
    assert (
        "needs: CONV_2D version 1 layout 0, DEPTHWISE_CONV_2D version 1"
        in minfer_command("inspect", DIGITS).success()
    )


def test_convert_for_a_firmware_with_all(tmp_path: Path) -> None:
    asked = firmware(tmp_path, f"echo ADD {' '.join(NEEDS)}")
    target = tmp_path / "digits.mnf"
    minfer_command("convert", DIGITS, "-o", target, "--ops-of", asked).success()
    assert target.exists()


def test_convert_for_the_unix_firmware(tmp_path: Path) -> None:
    if not (ROOT / "build" / "unix" / "micropython").is_file():
        pytest.skip("no build/unix/micropython: make firmware TARGET=unix")
    target = tmp_path / "digits.mnf"
    minfer_command("convert", DIGITS, "-o", target, "--ops-of", "unix").success()
    assert target.exists()


@pytest.mark.parametrize(
    "answer, words",
    [
        (
            "echo CONV_2D MAX_POOL_2D SOFTMAX",
            "expected a firmware with DEPTHWISE_CONV_2D, FULLY_CONNECTED, found one",
        ),
        ("echo", f'build it with MINFER_OPS="{" ".join(NEEDS)}"'),
        (
            "echo \"ImportError: no module named '_minfer'\" >&2; exit 1",
            "found: ImportError: no module named '_minfer'",
        ),
        ("false", "found: no word"),
    ],
)
def test_convert_for_a_firmware_without(answer: str, words: str, tmp_path: Path) -> None:
    asked = firmware(tmp_path, answer)
    target = tmp_path / "digits.mnf"
    assert words in minfer_command("convert", DIGITS, "-o", target, "--ops-of", asked).refusal()
    assert not target.exists()


def test_convert_for_no_firmware(tmp_path: Path) -> None:
    target = tmp_path / "digits.mnf"
    refusal = minfer_command("convert", DIGITS, "-o", target, "--ops-of", "/nowhere").refusal()
    assert refusal == "minfer: --ops-of: expected unix, a program, or serial:PORT, found '/nowhere'"
    assert not target.exists()
