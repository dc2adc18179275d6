"""The firmware of the unix port, as a process."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from minfer.engine import EdgeInfo, Model
from minfer.errors import MinferError
from minfer.format import DType
from minfer.samples import Sample

SCRIPT = Path(__file__).with_name("on_device.py")
BUILT = Path("build/unix/micropython")
TYPECODES = {
    DType.INT8: "b",
    DType.UINT8: "B",
    DType.BOOL: "B",
    DType.INT16: "h",
    DType.INT32: "i",
    DType.INT64: "q",
    DType.FLOAT32: "f",
}


class UnixTarget:
    """Runs models in MicroPython, through files in a temporary folder."""

    def __init__(self) -> None:
        """Raises MinferError where there is no firmware."""
        self.firmware = find_firmware()

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
                _buffers(model.inputs),
                _buffers(model.outputs),
                str(len(samples)),
            ]
            self._call([str(self.firmware), "-X", "heapsize=64M", str(SCRIPT), *arguments])
            return _parse((folder / "outputs").read_bytes(), model.outputs, len(samples))

    def _call(self, command: list[str]) -> None:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            words = (result.stderr + result.stdout).strip().splitlines() or ["no word"]
            raise MinferError(f"{self.firmware} failed with status {result.returncode}: {words[-1]}")


def find_firmware() -> Path:
    """The program of the unix port; raises MinferError where there is none."""
    given = os.environ.get("MINFER_UNIX")
    if given:
        places = [Path(given)]
    else:
        starts = (Path.cwd(), Path(__file__).resolve().parent)
        places = [folder / BUILT for start in starts for folder in (start, *start.parents)]
    for place in places:
        if place.is_file():
            return place
    raise MinferError(
        f"no unix firmware: expected {given or BUILT};"
        " build it with `make firmware TARGET=unix`, or set MINFER_UNIX to its path"
    )


def _buffers(edges: Sequence[EdgeInfo]) -> str:
    """Typecode and number of elements of each edge: "b490" or "f1,f12"."""
    return ",".join(f"{TYPECODES[edge.face]}{int(np.prod(edge.shape))}" for edge in edges)


def _parse(data: bytes, edges: Sequence[EdgeInfo], n: int) -> list[Sample]:
    samples: list[Sample] = []
    offset = 0
    for _ in range(n):
        sample = []
        for edge in edges:
            count = int(np.prod(edge.shape))
            array = np.frombuffer(data, edge.face.numpy, count, offset).reshape(edge.shape)
            sample.append(array)
            offset += array.nbytes
        samples.append(sample)
    return samples
