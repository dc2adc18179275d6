"""CONV_2D (grouped as well) and DEPTHWISE_CONV_2D."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor, schema
from spec import Spec, multipliers, shaped, window


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
    spread: float = 50.0  # of the output, in units
    multiplier: float = 0.0  # of the accumulator, instead of the one that gives `spread`

    @property
    def operator(self) -> str:
        return "DEPTHWISE_CONV_2D" if self.depth_multiplier else "CONV_2D"

    @property
    def equal(self) -> Spec:
        # The reference wants a bias in every int8 CONV_2D.
        return replace(self, bias="zeros") if self.bias == "absent" else self

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, float(rng.uniform(0.005, 0.1)), self.zero_points[0])
        return [x], [self.apply(b, rng, x)]

    def apply(self, b: Builder, rng: np.random.Generator, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape and scale take the place of those in the line."""
        batch, height, width, depth = x.shape
        if self.depth_multiplier:
            channels, axis = depth * self.depth_multiplier, 3
            shape: Shape = (1, *self.kernel, channels)
        else:
            channels, axis = self.out, 0
            shape = (channels, *self.kernel, depth // self.groups)
        weights = shaped(shape, *self.weights, rng)
        y_scale = float(rng.uniform(0.02, 0.1))
        per_channel = multipliers(
            rng, channels, weights, x.zero_point, self.spread, self.multiplier
        )
        scales = (per_channel if self.per_channel else per_channel[:1]) * y_scale / x.scale
        w = b.constant(weights, scales, axis=axis)
        inputs = [x, w]
        if self.bias != "absent":
            bias = np.zeros(channels, np.int32)
            if self.bias == "random":
                bias = rng.integers(-self.bias_spread, self.bias_spread + 1, channels).astype(
                    np.int32
                )
            inputs.append(b.constant(bias, np.float32(x.scale) * scales.astype(np.float32)))
        rows, columns = (
            window(size, *of, self.padding)
            for size, of in zip((height, width), zip(self.kernel, self.stride, self.dilation))
        )
        y = b.tensor((batch, rows, columns, channels), y_scale, self.zero_points[1])
        extra = {"depthMultiplier": self.depth_multiplier} if self.depth_multiplier else {}
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
]
