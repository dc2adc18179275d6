"""The firmware of the unix port, as a process."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from minfer.engine import Model
from minfer.errors import MinferError
from minfer.samples import Sample
from minfer.targets.buffers import describe_buffers, parse_samples
from minfer.targets.built import find_built

SCRIPT = Path(__file__).with_name("on_device.py")
REMEDY = "build it with `make firmware TARGET=unix`, or set MINFER_UNIX to its path"


class UnixTarget:
    """Runs models in MicroPython, through files in a temporary folder."""

    def __init__(self) -> None:
        """Raises MinferError where there is no firmware."""
        self.firmware = find_built("build/unix/micropython", "unix firmware", REMEDY, "MINFER_UNIX")

    def run(self, file: bytes, samples: Sequence[Sample]) -> list[Sample]:
        """The outputs for each sample."""
        model = Model.load(file)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "model.mnf").write_bytes(file)
            data = b"".join(array.tobytes() for sample in samples for array in sample)
            (folder / "inputs").write_bytes(data)
            arguments = [
                str(folder / "model.mnf"),
                str(folder / "inputs"),
                str(folder / "outputs"),
                describe_buffers(model.inputs),
                describe_buffers(model.outputs),
                str(len(samples)),
            ]
            self._call([str(self.firmware), "-X", "heapsize=64M", str(SCRIPT), *arguments])
            return parse_samples((folder / "outputs").read_bytes(), model.outputs, len(samples))

    def _call(self, command: list[str]) -> None:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            words = (result.stderr + result.stdout).strip().splitlines() or ["no word"]
            raise MinferError(
                f"{self.firmware} failed with status {result.returncode}: {words[-1]}"
            )
