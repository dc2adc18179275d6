"""Where a model can run: a target takes the bytes of a .mnf file and samples, and gives outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from minfer.errors import MinferError
from minfer.samples import Sample
from minfer.targets.board import BoardTarget, OpTime
from minfer.targets.host import HostTarget
from minfer.targets.pico import PicoTarget
from minfer.targets.unix import UnixTarget

__all__ = ["BOARDS", "TARGETS", "BoardTarget", "OpTime", "Target", "open_board", "open_target"]

BOARDS = "pico (emulated) or serial:PORT"
TARGETS = f"host, unix, {BOARDS}"


class Target(Protocol):
    """A place to run models."""

    def run(self, file: bytes, samples: Sequence[Sample]) -> list[Sample]:
        """The outputs for each sample."""


def open_target(name: str) -> Target:
    """The target of a name, as `--on` takes it."""
    simple = {"host": HostTarget, "unix": UnixTarget}
    if name in simple:
        return simple[name]()
    return _open_board(name, TARGETS)


def open_board(name: str) -> BoardTarget:
    """A target that can be profiled."""
    return _open_board(name, BOARDS)


def _open_board(name: str, choices: str) -> BoardTarget:
    kind, _, port = name.partition(":")
    if name == "pico":
        return PicoTarget()
    if kind == "serial" and port:
        return BoardTarget(port)
    raise MinferError(f"--on: expected {choices}, found '{name}'")
