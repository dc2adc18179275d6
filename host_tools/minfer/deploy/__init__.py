"""Models onto a board: into ROMFS, where they are used in place, or into the file system."""

from __future__ import annotations

from minfer.deploy.board import Board, find_port
from minfer.deploy.check import Candidate, check_models, read_models
from minfer.deploy.files import to_files
from minfer.deploy.rom import list_rom, to_rom

__all__ = [
    "Board",
    "Candidate",
    "check_models",
    "find_port",
    "list_rom",
    "read_models",
    "to_files",
    "to_rom",
]
