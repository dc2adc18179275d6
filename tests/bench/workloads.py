"""What is measured: real models, one input each, and the outputs the reference gives for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from minfer.compiler import compile_model
from minfer.engine import Model

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
DIGITS = ROOT / "examples" / "digits"

BY_ROWS = "-by-rows"  # ends the name of a model that is converted with --no-columns

# Short name: the model in ../shared/models, the archive of what the reference gives for it.
REAL = {
    "kws": ("kws_ref_model", "mlperf_tiny__kws_ref_model"),
    "vww": ("vww_96_int8", "mlperf_tiny__vww_96_int8"),
    "resnet8": ("pretrainedResnet_quant", "mlperf_tiny__pretrainedResnet_quant"),
    "ad": ("ad01_int8", "mlperf_tiny__ad01_int8"),
    "ad" + BY_ROWS: ("ad01_int8", "mlperf_tiny__ad01_int8"),
    "person": ("person_detect", "tflm__person_detect"),
    "micro_speech": ("micro_speech_quantized", "tflm__micro_speech_quantized"),
    "hello": ("hello_world_int8", "tflm__hello_world_int8"),
}
NAMES = (*REAL, "digits")
# The same, converted with --min-ram: measured where named, no part of a complete measurement.
MIN_RAM = "-min-ram"
BANDED = tuple(name + MIN_RAM for name in REAL)


@dataclass(frozen=True)
class Workload:
    """A compiled model with one input, and the output it must give, as bytes."""

    name: str
    file: bytes
    given: bytes
    expected: bytes

    @property
    def model(self) -> Model:
        """The model, loaded by the host's engine."""
        return Model.load(self.file)

    def by_kind(self, values: list[int]) -> dict[str, int]:
        """Sums a value for each operator over the operators of a kind."""
        sums: Counter[str] = Counter()
        for op, value in zip(self.model.ops, values, strict=True):
            sums[op.name] += value
        return dict(sums)


def find(name: str) -> Workload | None:
    """The workload of one of NAMES or BANDED; None where its files are missing."""
    return _digits() if name == "digits" else _real(name)


def _digits() -> Workload:
    """The example's network. Its expected output is the host engine's, which other tests compare with the reference."""
    file = compile_model((DIGITS / "digits.tflite").read_bytes(), "digits")
    model = Model.load(file)
    sample = np.frombuffer((DIGITS / "heldout.bin").read_bytes(), np.int8, 64, 1)  # after its label
    (output,) = model.run([sample.reshape(model.inputs[0].shape)])
    return Workload("digits", file, sample.tobytes(), output.tobytes())


def _real(name: str) -> Workload | None:
    source, archive = REAL[name.removesuffix(MIN_RAM)]
    path, golden = SHARED / "models" / f"{source}.tflite", SHARED / "golden" / f"{archive}.npz"
    if not (path.is_file() and golden.is_file()):
        return None
    settings = {"min_ram": name.endswith(MIN_RAM), "columns": not name.endswith(BY_ROWS)}
    file = compile_model(path.read_bytes(), name, **settings)
    with np.load(golden) as arrays:
        return Workload(name, file, arrays["in0"][0].tobytes(), arrays["ref0"][0].tobytes())
