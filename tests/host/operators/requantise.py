"""QUANTIZE between integer types, CAST, and functions of int16: all values of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import DTYPES, Builder, Shape, Tensor
from spec import Spec


@dataclass(frozen=True)
class Function(Spec):
    """An operator of one argument between any types."""

    op: str
    source: str = "int16"
    target: str = "int16"
    scales: tuple[float, float] = (0.001, 0.001)
    zero_points: tuple[int, int] = (0, 0)
    alpha: float = 0.0  # of LEAKY_RELU
    x: Shape = (2, 131)

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, self.scales[0], self.zero_points[0], self.source)
        y = b.tensor(self.x, self.scales[1], self.zero_points[1], self.target)
        options: dict[str, object] = {}
        if self.op == "LEAKY_RELU":
            options["alpha"] = self.alpha
        elif self.op == "CAST":
            options = {"inDataType": DTYPES[self.source], "outDataType": DTYPES[self.target]}
        b.op(self.op, [x], [y], **options)
        return [x], [y]


@dataclass(frozen=True)
class Chain(Spec):
    """ADD, then a function of int16 in the ADD's own quantisation, which may become its clamp."""

    activation: str
    output_of_add: bool = False  # the caller sees it as well

    @property
    def operator(self) -> str:
        return "CHAIN"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x, added, y = (b.tensor((2, 131), 0.001, dtype="int16") for _ in range(3))
        b.op("ADD", [x, x], [added], potScaleInt16=False)
        b.op(self.activation, [added], [y])
        return [x], [added, y] if self.output_of_add else [y]


EVERY = (1, 65536)
BYTES = ("int8", "uint8", "bool")
TYPES = ("int8", "uint8", "int16", "int32", "int64", "bool")
SCALES_16 = ((0.001, 0.001), (0.001, 0.0007), (0.0002, 0.0031), (0.03, 0.03), (2.0**-12, 2.0**-12))


@dataclass(frozen=True)
class Rsqrt(Spec):
    """RSQRT of an ABS: the reference fails on what is below 0."""

    scales: tuple[float, float] = (0.001, 0.001)

    @property
    def operator(self) -> str:
        return "RSQRT"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x, positive = (b.tensor(EVERY, self.scales[0], dtype="int16") for _ in range(2))
        y = b.tensor(EVERY, self.scales[1], dtype="int16")
        b.op("ABS", [x], [positive])
        b.op("RSQRT", [positive], [y])
        return [x], [y]


CASES: list[Spec] = [
    *(Rsqrt(scales) for scales in ((0.001, 0.001), (0.00003, 0.1), (0.5, 0.00005), (0.0001, 0.02))),
    *(
        Function("QUANTIZE", source, target, scales=s, zero_points=z)
        for (source, target, points), s in product(
            (
                ("int8", "uint8", ((0, 128), (-128, 0), (5, 200))),
                ("uint8", "int8", ((128, 0), (0, -128), (255, 17))),
                ("uint8", "uint8", ((128, 128), (3, 250))),
                ("int32", "int8", ((0, 0), (7, -9))),
            ),
            ((0.05, 0.05), (0.03, 0.04), (0.4, 0.03)),
        )
        for z in points
    ),
    *(Function("QUANTIZE", scales=s, x=EVERY) for s in SCALES_16),
    *(
        Function("QUANTIZE", "int16", "int8", scales=s, zero_points=(0, z), x=EVERY)
        for s, z in product(((0.001, 0.2), (0.001, 0.05), (0.0001, 0.11)), (0, -128, 127))
    ),
    *(
        Function("QUANTIZE", "int32", "int16", scales=s)
        for s in ((0.5, 0.001), (0.001, 0.001), (0.01, 0.003))
    ),
    *(
        Function("CAST", a, b, (0.0, 0.0))
        for a, b in product(TYPES, TYPES)
        if (a, b) != ("int64", "bool")
    ),
    *(Function(op, scales=s, x=EVERY) for op, s in product(("RELU", "RELU6", "ABS"), SCALES_16)),
    *(
        Function("LEAKY_RELU", scales=s, alpha=a, x=EVERY)
        for s, a in product(SCALES_16, (0.1, 0.3, 1.5, -0.4, 0.0))
    ),
    *(
        Function("EXP", scales=s, x=EVERY)
        for s in ((0.0001, 0.001), (0.0003, 0.7), (0.00002, 0.0001))
    ),
    *(Function("LOG", scales=s, x=EVERY) for s in ((0.0001, 0.001), (0.01, 0.0003))),
    *(
        Function(op, scales=(s, 2.0**-15), x=EVERY)
        for op, s in product(
            ("LOGISTIC", "TANH"),
            (
                2.0**-12,
                2.0**-11,
                2.0**-10,
                2.0**-14,
                0.0001,
                0.00031,
                0.0007,
                0.003,
                0.02,
                0.5,
                2.6,
                1e-6,
            ),
        )
    ),
    *(Chain(op, seen) for op, seen in product(("RELU", "RELU6"), (False, True))),
]

# What TensorFlow Lite or the engine lacks, and a word of why.
REFUSED: list[tuple[Spec, str]] = [
    (Function("QUANTIZE", "int8", "int16"), "int8 activations: expected int16 or int32"),
    (
        Function("QUANTIZE", "int16", "uint8", zero_points=(0, 128)),
        "int16 activations: expected int8 or uint8",
    ),
    (Function("RELU_N1_TO_1"), "int16 activations: expected int8"),
    (Function("HARD_SWISH"), "int16 activations: expected int8"),
    (Function("LOGISTIC", scales=(0.001, 0.01)), "expected scale 1/32768"),
    (Function("TANH", scales=(2.7, 2.0**-15)), "expected a scale below 2.67"),
    (Function("CAST", "int64", "bool", (0.0, 0.0)), "int64 to bool"),
    (Function("CAST", "int32", "float32", (0.0, 0.0)), "float32: expected integers or bool"),
]
