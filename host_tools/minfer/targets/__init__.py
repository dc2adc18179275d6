"""Where a model can run: a target takes the bytes of a .mnf file and samples, and gives outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from minfer.errors import MinferError
from minfer.samples import Sample
from minfer.targets.host import HostTarget
from minfer.targets.unix import UnixTarget


class Target(Protocol):
    """A place to run models."""

    def run(self, file: bytes, samples: Sequence[Sample]) -> list[Sample]:
        """The outputs for each sample."""


TARGETS = {"host": HostTarget, "unix": UnixTarget}


def open_target(name: str) -> Target:
    """The target of a name, as `--on` takes it."""
    if name not in TARGETS:
        raise MinferError(f"--on: expected {' or '.join(TARGETS)}, found '{name}'")
    return TARGETS[name]()
