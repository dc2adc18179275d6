"""The emulated Pico: a board that is there for one command."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from minfer.deploy import Board, Candidate, check_models, to_rom
from minfer.errors import MinferError
from minfer.targets.board import BoardTarget
from minfer.targets.built import find_built


class PicoTarget(BoardTarget):
    """Runs models on the Pico's own firmware, deployed to an empty ROMFS."""

    def __init__(self) -> None:
        """Raises MinferError where there is no firmware or no emulator."""
        remedy = "build it with `make firmware TARGET=pico`"
        self._firmware = find_built("build/pico/firmware.uf2", "firmware for the Pico", remedy)
        remedy = "it comes with minfer's source: run the command in that folder"
        self._emulator = _load(find_built("firmware/emulator/pico.py", "emulator", remedy))

    @contextmanager
    def _board(self, candidate: Candidate) -> Iterator[Board]:
        try:
            with self._emulator.Pico(self._firmware) as pico, Board(pico.port) as board:
                check_models(board, [candidate])
                to_rom(board, [candidate], lambda name, total: lambda done: None)
                yield board
        except self._emulator.PicoError as error:
            raise MinferError(f"the emulated Pico stopped: {error}") from error


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("minfer_emulator_pico", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module
