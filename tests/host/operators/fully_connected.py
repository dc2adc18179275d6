"""FULLY_CONNECTED."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor, schema
from spec import Spec, multipliers, shaped


@dataclass(frozen=True)
class FullyConnected(Spec):
    x: Shape = (1, 20)
    out: int = 7
    bias: str = "present"  # or "absent": no third input, or "none": a third input with index -1
    per_channel: bool = False
    keep_num_dims: bool = False
    activation: str = "NONE"
    zero_points: Shape = (-3, 5, 0)  # of the input, of the output, of the weights
    weights: Shape = (-127, 127)
    bias_spread: int = 4000
    spread: float = 50.0
    multiplier: float = 0.0

    @property
    def operator(self) -> str:
        return "FULLY_CONNECTED"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, float(rng.uniform(0.005, 0.1)), self.zero_points[0])
        return [x], [self.apply(b, rng, x)]

    def apply(self, b: Builder, rng: np.random.Generator, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape and scale take the place of those in the line."""
        depth = x.shape[-1]
        weights = shaped((self.out, depth), *self.weights, rng)
        y_scale = float(rng.uniform(0.02, 0.1))
        each = multipliers(rng, self.out, weights, x.zero_point, self.spread, self.multiplier)
        scales = (each if self.per_channel else each[:1]) * y_scale / x.scale
        inputs: list[Tensor | None] = [x, b.constant(weights, scales, self.zero_points[2])]
        if self.bias == "present":
            bias = rng.integers(-self.bias_spread, self.bias_spread + 1, self.out).astype(np.int32)
            inputs.append(b.constant(bias, np.float32(x.scale) * scales.astype(np.float32)))
        elif self.bias == "none":
            inputs.append(None)
        leading = x.shape[:-1] if self.keep_num_dims else (int(np.prod(x.shape[:-1], dtype=int)),)
        y = b.tensor((*leading, self.out), y_scale, self.zero_points[1])
        b.op(
            "FULLY_CONNECTED",
            inputs,
            [y],
            fusedActivationFunction=getattr(schema.ActivationFunctionType, self.activation),
            keepNumDims=self.keep_num_dims,
        )
        return y


CASES: list[Spec] = [
    *(
        FullyConnected(x=(batch, depth), out=out, per_channel=per_channel)
        for batch, depth, out, per_channel in product(
            (1, 3), (1, 5, 16, 67), (1, 4, 13), (False, True)
        )
    ),
    *(
        FullyConnected(bias=b, per_channel=c, x=(2, 20))
        for b, c in product(("absent", "none"), (False, True))
    ),
    *(
        FullyConnected(x=x, keep_num_dims=keep)
        for x, keep in product(((2, 3, 8), (1, 1, 6), (2, 2, 3, 5), (1, 1, 1, 9)), (False, True))
    ),
    *(
        FullyConnected(zero_points=z)
        for z in (
            (-128, 127, 0),
            (127, -128, 0),
            (0, 0, 0),
            (-128, -128, 11),
            (5, 3, -128),
            (127, 3, 127),
        )
    ),
    *(
        FullyConnected(activation=a, per_channel=c)
        for a, c in product(("RELU", "RELU6", "RELU_N1_TO_1"), (False, True))
    ),
    *(
        FullyConnected(multiplier=m, weights=(-1, 1), bias_spread=3, out=40)
        for m in (0.3, 1.0, 1.9, 7.0, 130.0)
    ),
    *(
        FullyConnected(multiplier=m, bias_spread=1 << 28, per_channel=c)
        for m, c in product((2.0**-20, 2.0**-22, 2.0**-24), (False, True))
    ),
    *(FullyConnected(spread=s) for s in (1.0, 12.0, 300.0, 5000.0)),
    FullyConnected(weights=(-128, -128)),
    FullyConnected(x=(1, 640), out=3),
    FullyConnected(x=(1, 300), out=33, per_channel=True, zero_points=(-128, 4, 0)),
]
