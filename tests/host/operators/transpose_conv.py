"""TRANSPOSE_CONV, of int8 or int16 activations."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor, schema
from spec import Spec, bias, multipliers, shaped


@dataclass(frozen=True)
class TransposeConv(Spec):
    x: Shape = (1, 4, 5, 3)
    out: int = 4
    kernel: Shape = (3, 3)
    stride: Shape = (2, 2)
    padding: str = "SAME"
    longer: Shape = (
        0,
        0,
    )  # rows and columns by which the output is longer than the shortest that fits
    activation: str = "NONE"
    bias: str = "random"  # or "absent"
    per_channel: bool = True
    zero_points: Shape = (-3, 5)
    weights: Shape = (-127, 127)
    bias_spread: int = 4000
    spread: float = 50.0
    multiplier: float = 0.0
    dtype: str = "int8"  # int16 has zero points of 0, whatever the line says
    bias_bits: int = 64  # of int16

    @property
    def operator(self) -> str:
        return "TRANSPOSE_CONV"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        points = (0, 0) if self.dtype == "int16" else self.zero_points
        x = b.tensor(self.x, float(rng.uniform(0.005, 0.1)), points[0], self.dtype)
        weights = shaped((self.out, *self.kernel, self.x[3]), *self.weights, rng)
        y_scale = float(rng.uniform(0.02, 0.1))
        each = multipliers(rng, self.out, weights, x.zero_point, self.spread, self.multiplier)
        scales = (each if self.per_channel else each[:1]) * y_scale / x.scale
        shape = (self.x[0], *self.size(), self.out)
        inputs = [b.constant(np.array(shape, np.int32)), b.constant(weights, scales), x]
        option = {}
        if self.bias == "random":
            bias_scales = np.float32(x.scale) * scales.astype(np.float32)
            made, option = bias(
                b, rng, self.out, self.bias_spread, bias_scales, self.dtype, self.bias_bits
            )
            inputs.append(made)
        y = b.tensor(shape, y_scale, points[1], self.dtype)
        b.op(
            "TRANSPOSE_CONV",
            inputs,
            [y],
            padding=getattr(schema.Padding, self.padding),
            strideH=self.stride[0],
            strideW=self.stride[1],
            fusedActivationFunction=getattr(schema.ActivationFunctionType, self.activation),
            **option,
        )
        return [x], [y]

    def size(self) -> Shape:
        """Height and width of the output: the shortest of which a convolution makes the input's, and a little more."""
        extents = (
            (size - 1) * stride + (1 if self.padding == "SAME" else kernel) + longer
            for size, stride, kernel, longer in zip(
                self.x[1:3], self.stride, self.kernel, self.longer
            )
        )
        return tuple(extents)


LINES = [
    *(
        dict(kernel=kernel, stride=stride, padding=padding, longer=longer)
        for kernel, stride, padding, longer in product(
            ((1, 1), (2, 2), (3, 3), (2, 5), (4, 4)),
            ((1, 1), (2, 2), (3, 1), (2, 4)),
            ("SAME", "VALID"),
            ((0, 0),),
        )
    ),
    *(
        dict(kernel=kernel, stride=(3, 2), padding=padding, longer=longer)
        for kernel, padding, longer in product(
            ((3, 3), (5, 2), (1, 1)), ("SAME", "VALID"), ((2, 1), (1, 0), (4, 7))
        )
    ),
    *(dict(x=x) for x in ((1, 1, 1, 1), (1, 1, 6, 2), (3, 4, 2, 5), (2, 3, 3, 17), (1, 5, 4, 64))),
    dict(x=(1, 8, 8, 8), out=1, kernel=(2, 2), padding="VALID"),
    dict(x=(1, 2, 2, 3), kernel=(7, 6), stride=(1, 2)),
    *(dict(activation=a) for a in ("RELU", "RELU6", "RELU_N1_TO_1")),
    *(dict(bias="absent", per_channel=c) for c in (True, False)),
    *(dict(multiplier=m, weights=(-1, 1), bias_spread=3) for m in (0.3, 1.0, 1.9, 7.0)),
    *(dict(multiplier=m, bias_spread=1 << 20) for m in (2.0**-14, 2.0**-18)),
    *(dict(spread=s) for s in (1.0, 300.0, 5000.0)),
    dict(weights=(-128, -128)),
]

CASES: list[Spec] = [
    *(TransposeConv(dtype=dtype, **line) for dtype in ("int8", "int16") for line in LINES),
    *(
        TransposeConv(zero_points=z, padding=p)
        for z, p in product(((-128, 127), (127, -128), (0, 0)), ("SAME", "VALID"))
    ),
    *(
        TransposeConv(dtype="int16", bias_bits=32, **line)
        for line in LINES[::4]
        if "bias" not in line
    ),
]
