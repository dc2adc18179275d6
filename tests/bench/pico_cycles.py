"""Cycles on the emulated Pico, with its own firmware and the model in its ROMFS."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cores import BenchError
from minfer.deploy import Board
from minfer.deploy.romfs import build
from minfer.errors import MinferError
from workloads import ROOT, Workload

sys.path.insert(0, str(ROOT / "firmware" / "emulator"))
from pico import Pico, PicoError, flash_with  # noqa: E402

SCRIPT = Path(__file__).with_name("on_pico.py")


@dataclass(frozen=True)
class Cycles:
    """Cycles: of minfer.load(), of a whole run() by a script, and of each operator."""

    load: int
    whole: int
    ops: list[int]


def count(workload: Workload, firmware: Path) -> list[Cycles]:
    """The cycles with one core and, where the firmware can use it, with two.

    Raises BenchError where outputs are not those expected.
    """
    files = {"model.mnf": workload.file, "input.bin": workload.given}
    rom = b"".join(build({**files, "expected.bin": workload.expected}))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        flash = Path(folder) / "flash"
        flash.write_bytes(flash_with(rom))
        try:
            with Pico(firmware, flash) as pico, Board(pico.port) as board:
                rows = board.values(SCRIPT.read_text("utf-8"))
        except (MinferError, PicoError) as error:
            raise BenchError(f"{workload.name} on the emulated Pico: {error}") from error
    return [Cycles(load, whole, ops) for load, whole, *ops in rows]
