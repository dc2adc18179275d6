"""What the tests here share: an emulated Pico, small models, and the `minfer` command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from minfer.cli import app
from minfer.deploy import Board
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "build" / "pico" / "firmware.uf2"
ROM = range(0x100A0000, 0x10120000)  # where the Pico's ROMFS lies

sys.path.insert(0, str(ROOT / "firmware" / "emulator"))
sys.path.insert(0, str(ROOT / "tests" / "device" / "support"))
import models  # noqa: E402
from pico import Pico, PicoError  # noqa: E402

__all__ = ["Pico", "PicoError", "models"]


def start(flash: Path | None = None) -> Pico:
    """An emulated Pico, to be entered; skips the test where its firmware is not built."""
    if not FIRMWARE.is_file():
        pytest.skip("no build/pico/firmware.uf2: make firmware TARGET=pico")
    return Pico(FIRMWARE, flash)


def write_models(folder: Path) -> dict[str, Path]:
    """Small models: `dense` (472 bytes), `long` (28 KB), and `other`, of the file name of `long`."""
    paths = {}
    for name, model in (("dense", models.dense()), ("long", models.long())):
        paths[name] = folder / f"{name}.mnf"
        paths[name].write_bytes(model.to_bytes())
    other = models.long()
    other.meta["labl"] = "another"
    (folder / "other").mkdir()
    paths["other"] = folder / "other" / "long.mnf"
    paths["other"].write_bytes(other.to_bytes())
    return paths


def minfer(*arguments: object) -> str:
    """What `minfer` prints when it does what it is asked to."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(*arguments: object) -> str:
    """The one line with which `minfer` refuses: exit code 2, nothing else printed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    (line,) = result.stderr.splitlines()
    return line


def on_board(pico: Pico, code: str) -> str:
    """What `code` prints on the board."""
    with Board(pico.port) as board:
        return board.exec(code)
