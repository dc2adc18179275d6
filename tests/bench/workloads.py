"""What is measured: real models, one input each, and the outputs the reference gives for it."""

from __future__ import annotations

import sys
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

# The same layers with weights of 8 and of 4 bits; measured where asked for by name.
LAYERS = {"layers_int8": "int8", "layers_int4": "int4"}


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
    """The workload of one of NAMES, BANDED or LAYERS; None where files or TensorFlow are missing."""
    if name in LAYERS:
        return _layers(name, LAYERS[name])
    return _digits() if name == "digits" else _real(name)


def _digits() -> Workload:
    """The example's network. Its expected output is the host engine's, which other tests compare with the reference."""
    file = compile_model((DIGITS / "digits.tflite").read_bytes(), "digits")
    model = Model.load(file)
    sample = np.frombuffer((DIGITS / "heldout.bin").read_bytes(), np.int8, 64, 1)  # after its label
    (output,) = model.run([sample.reshape(model.inputs[0].shape)])
    return Workload("digits", file, sample.tobytes(), output.tobytes())


def _layers(name: str, dtype: str) -> Workload | None:
    """Convolutions 3x3 and 1x1, a depthwise and a fully connected layer, of random weights.

    What is expected is the host engine's output.
    """
    sys.path.insert(0, str(ROOT / "tests" / "host"))
    try:
        from build import Builder
    except ImportError:
        return None
    rng = np.random.default_rng(4)
    most = 7 if dtype == "int4" else 127
    builder = Builder()

    def activations(*shape: int):
        return builder.tensor(shape, 0.05, -128)

    def layer(kind: str, x, y, *shape: int, **options: int):
        axis = 3 if kind == "DEPTHWISE_CONV_2D" else 0
        channels, depth = shape[axis], int(np.prod(shape)) // shape[axis]
        scale = rng.uniform(1, 2, channels) / most / np.sqrt(depth)
        weights = rng.integers(-most, most + 1, shape).astype(np.int8)
        filters = builder.constant(weights, scale, axis=axis, dtype=dtype)
        bias = builder.constant(rng.integers(-500, 500, channels).astype(np.int32), scale * 0.05)
        builder.op(kind, [x, filters, bias], [y], **options)
        return y

    unit = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    given = activations(1, 12, 12, 16)
    x = layer("CONV_2D", given, activations(1, 12, 12, 32), 32, 3, 3, 16, **unit)
    x = layer("CONV_2D", x, activations(1, 12, 12, 64), 64, 1, 1, 32, **unit)
    y = activations(1, 12, 12, 64)
    x = layer("DEPTHWISE_CONV_2D", x, y, 1, 3, 3, 64, depthMultiplier=1, **unit)
    pooled = activations(1, 3, 3, 64)
    builder.op("MAX_POOL_2D", [x], [pooled], filterHeight=4, filterWidth=4, strideH=4, strideW=4)
    x = layer("FULLY_CONNECTED", pooled, activations(1, 64), 64, 576)
    file = compile_model(builder.finish([given], [x]), name)
    sample = rng.integers(-128, 128, given.shape).astype(np.int8)
    (output,) = Model.load(file).run([sample])
    return Workload(name, file, sample.tobytes(), output.tobytes())


def _real(name: str) -> Workload | None:
    source, archive = REAL[name.removesuffix(MIN_RAM)]
    path, golden = SHARED / "models" / f"{source}.tflite", SHARED / "golden" / f"{archive}.npz"
    if not (path.is_file() and golden.is_file()):
        return None
    settings = {"min_ram": name.endswith(MIN_RAM), "columns": not name.endswith(BY_ROWS)}
    file = compile_model(path.read_bytes(), name, **settings)
    with np.load(golden) as arrays:
        return Workload(name, file, arrays["in0"][0].tobytes(), arrays["ref0"][0].tobytes())
