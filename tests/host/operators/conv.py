"""CONV_2D (grouped as well) and DEPTHWISE_CONV_2D, of int8 or int16 activations and int8 or int4 weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor, schema
from spec import Spec, bias, multipliers, shaped, window


@dataclass(frozen=True)
class Conv(Spec):
    """CONV_2D, or DEPTHWISE_CONV_2D where `depth_multiplier` is not 0."""

    x: Shape = (1, 5, 7, 3)
    out: int = 4
    kernel: Shape = (3, 3)
    stride: Shape = (1, 1)
    dilation: Shape = (1, 1)
    padding: str = "SAME"
    activation: str = "NONE"
    groups: int = 1
    depth_multiplier: int = 0
    bias: str = "random"  # or "zeros", or "absent"
    per_channel: bool = True
    zero_points: Shape = (-3, 5)  # of the input, of the output
    weights: Shape = (-127, 127)
    bias_spread: int = 4000
    idle: int = 0  # channels, the last ones, whose bias no input outweighs
    spread: float = 50.0  # of the output, in units
    multiplier: float = 0.0  # of the accumulator, instead of the one that gives `spread`
    dtype: str = "int8"  # of the activations; int16 has zero points of 0, whatever the line says
    weights_dtype: str = "int8"
    bias_bits: int = 64  # of int16

    @property
    def operator(self) -> str:
        return "DEPTHWISE_CONV_2D" if self.depth_multiplier else "CONV_2D"

    @property
    def equal(self) -> Spec:
        # The reference wants a bias in every int8 CONV_2D.
        return replace(self, bias="zeros") if self.bias == "absent" else self

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, float(rng.uniform(0.005, 0.1)), self.zero_point(0), self.dtype)
        return [x], [self.apply(b, rng, x)]

    def zero_point(self, i: int) -> int:
        """Of the input, or of the output."""
        return 0 if self.dtype == "int16" else self.zero_points[i]

    def apply(self, b: Builder, rng: np.random.Generator, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape and scale take the place of those in the line."""
        batch, height, width, depth = x.shape
        if self.depth_multiplier:
            channels, axis = depth * self.depth_multiplier, 3
            shape: Shape = (1, *self.kernel, channels)
        else:
            channels, axis = self.out, 0
            shape = (channels, *self.kernel, depth // self.groups)
        low, high = np.clip(self.weights, -8, 7) if self.weights_dtype == "int4" else self.weights
        weights = shaped(shape, low, high, rng)
        y_scale = float(rng.uniform(0.02, 0.1))
        per_channel = multipliers(
            rng, channels, weights, x.zero_point, self.spread, self.multiplier
        )
        scales = (per_channel if self.per_channel else per_channel[:1]) * y_scale / x.scale
        w = b.constant(weights, scales, axis=axis, dtype=self.weights_dtype)
        inputs = [x, w]
        extra = {"depthMultiplier": self.depth_multiplier} if self.depth_multiplier else {}
        if self.bias != "absent":
            spread = self.bias_spread if self.bias == "random" else 0
            bias_scales = np.float32(x.scale) * scales.astype(np.float32)
            made, option = bias(
                b, rng, channels, spread, bias_scales, self.dtype, self.bias_bits, self.idle
            )
            inputs.append(made)
            extra.update(option)
        rows, columns = (
            window(size, *of, self.padding)
            for size, of in zip((height, width), zip(self.kernel, self.stride, self.dilation))
        )
        y = b.tensor((batch, rows, columns, channels), y_scale, self.zero_point(1), self.dtype)
        b.op(
            self.operator,
            inputs,
            [y],
            padding=getattr(schema.Padding, self.padding),
            strideH=self.stride[0],
            strideW=self.stride[1],
            dilationHFactor=self.dilation[0],
            dilationWFactor=self.dilation[1],
            fusedActivationFunction=getattr(schema.ActivationFunctionType, self.activation),
            **extra,
        )
        return y


PADDINGS = ("SAME", "VALID")
ACTIVATIONS = ("RELU", "RELU6", "RELU_N1_TO_1")
EXTREMES = ((-128, 127), (127, -128), (127, 127), (-128, -128), (0, 0))

# What both operators are tried on; `depth_multiplier` comes with each line.
GEOMETRY = [
    *(
        dict(x=(1, 9, 11, 3), kernel=kernel, stride=stride, padding=padding)
        for kernel, stride, padding in product(
            ((1, 1), (3, 3), (2, 5)), ((1, 1), (2, 2), (3, 3), (1, 3)), PADDINGS
        )
    ),
    *(
        dict(x=(1, 12, 13, 2), dilation=dilation, stride=stride, padding=padding)
        for dilation, stride, padding in product(
            ((2, 2), (3, 1), (1, 4)), ((1, 1), (2, 3)), PADDINGS
        )
    ),
    *(
        dict(x=x)
        for x in (
            (1, 1, 1, 1),
            (1, 1, 9, 2),
            (1, 8, 1, 5),
            (1, 2, 2, 7),
            (3, 4, 5, 2),
            (2, 6, 6, 16),
        )
    ),
    dict(x=(1, 49, 10, 1), kernel=(10, 4), stride=(2, 2)),
    dict(x=(1, 4, 4, 3), kernel=(7, 6)),
    dict(x=(1, 6, 5, 3), kernel=(6, 5), padding="VALID"),
    dict(x=(1, 5, 4, 2), stride=(4, 5), kernel=(2, 2)),
]

ARITHMETIC = [
    *(dict(zero_points=z, padding=p) for z, p in product(EXTREMES, PADDINGS)),
    *(dict(activation=a, zero_points=z) for a, z in product(ACTIVATIONS, ((-128, -128), (4, -7)))),
    *(dict(multiplier=m, weights=(-1, 1), bias_spread=3) for m in (0.3, 1.0, 1.9, 7.0, 130.0)),
    *(dict(multiplier=m, bias_spread=1 << 28) for m in (2.0**-20, 2.0**-22, 2.0**-24)),
    *(dict(spread=s) for s in (1.0, 12.0, 300.0, 5000.0)),
    *(
        dict(bias="absent", per_channel=c, zero_points=z)
        for c, z in product((True, False), ((-128, 9), (127, -2)))
    ),
    dict(per_channel=False),
    dict(per_channel=False, activation="RELU6", stride=(2, 1)),
    dict(weights=(-128, -128)),
    dict(weights=(127, 127)),
    dict(weights=(0, 0), bias_spread=0),
]

# What the other types are tried on as well.
TYPED = GEOMETRY[::2] + [line for line in ARITHMETIC if "zero_points" not in line]
INT16 = dict(dtype="int16")
INT4 = dict(weights_dtype="int4")

CASES: list[Spec] = [
    *(Conv(**line) for line in GEOMETRY + ARITHMETIC),
    *(Conv(depth_multiplier=1, **line) for line in GEOMETRY + ARITHMETIC),
    *(Conv(depth_multiplier=3, **line) for line in GEOMETRY[::3] + ARITHMETIC[::2]),
    # Channel counts around the widths that fast kernels work in.
    *(
        Conv(x=(1, 4, 5, depth), out=out, kernel=(k, k))
        for depth, out, k in product((1, 4, 8, 17, 33), (1, 3, 8, 17), (1, 3))
    ),
    *(Conv(x=(1, 5, 6, depth), depth_multiplier=1) for depth in (1, 4, 5, 8, 15, 16, 33, 64)),
    *(
        Conv(x=(1, 5, 6, depth), depth_multiplier=m)
        for depth, m in ((1, 8), (1, 16), (2, 5), (5, 2), (9, 4))
    ),
    # Grouped.
    *(
        Conv(x=(1, 5, 6, depth), out=out, groups=groups, stride=stride)
        for (depth, out, groups), stride in product(
            ((4, 4, 2), (6, 9, 3), (8, 8, 8), (4, 8, 4), (16, 6, 2)), ((1, 1), (2, 3))
        )
    ),
    Conv(x=(2, 7, 5, 6), out=4, groups=2, dilation=(2, 1), bias="absent"),
    Conv(x=(1, 5, 5, 64), out=32, kernel=(1, 1), activation="RELU6", zero_points=(-128, -128)),
    Conv(x=(1, 3, 3, 130), out=5, kernel=(3, 3), padding="VALID"),
    Conv(x=(5, 3, 3, 9), out=5, kernel=(1, 1)),
    # Other types.
    *(
        Conv(depth_multiplier=m, **types, **line)
        for m in (0, 1)
        for types in (INT16, INT4)
        for line in TYPED
    ),
    *(Conv(**INT16, **INT4, **line) for line in TYPED[::6]),
    *(Conv(depth_multiplier=3, **types, **line) for types in (INT16, INT4) for line in TYPED[::4]),
    *(Conv(**INT16, bias_bits=32, **line) for line in TYPED[::3]),
    *(
        Conv(**INT4, depth_multiplier=m, zero_points=z, padding=p)
        for m, z, p in product((0, 1), EXTREMES, PADDINGS)
    ),
    *(
        Conv(x=(1, 4, 5, depth), out=out, kernel=(k, k), **INT4)
        for depth, out, k in product((1, 3, 8), (1, 5), (1, 3))
    ),
    *(
        Conv(x=(1, 5, 6, depth), depth_multiplier=m, **INT4)
        for depth, m in ((1, 1), (7, 1), (1, 5), (3, 3))
    ),
    *(Conv(x=(2, 5, 6, 6), out=9, groups=3, **types) for types in (INT16, INT4, {**INT16, **INT4})),
    Conv(x=(1, 3, 3, 130), out=5, padding="VALID", **INT16),
    Conv(x=(1, 3, 3, 130), out=5, padding="VALID", **INT4),
]

# What TensorFlow Lite lacks, and a word of why.
REFUSED: list[tuple[Spec, str]] = [
    (Conv(**INT16, bias="absent"), "no bias"),
    (Conv(**INT16, **INT4, depth_multiplier=1), "expected int8, found int4"),
]
