"""FULLY_CONNECTED, of int8 or int16 activations and int8, int4 or computed weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor, schema
from spec import Spec, bias, multipliers, shaped


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
    dtype: str = "int8"  # of the activations; int16 has zero points of 0, whatever the line says
    weights_dtype: str = "int8"
    bias_bits: int = 64  # of int16
    computed: bool = False  # weights that are an input of the model

    @property
    def operator(self) -> str:
        return "FULLY_CONNECTED"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, float(rng.uniform(0.005, 0.1)), self.zero_point(0), self.dtype)
        if not self.computed:
            return [x], [self.apply(b, rng, x)]
        weights = b.tensor((self.out, self.x[-1]), 0.02, self.zero_points[2])
        return [x, weights], [self.apply(b, rng, x, weights)]

    def zero_point(self, i: int) -> int:
        """Of the input, or of the output."""
        return 0 if self.dtype == "int16" else self.zero_points[i]

    def apply(
        self, b: Builder, rng: np.random.Generator, x: Tensor, computed: Tensor | None = None
    ) -> Tensor:
        """The operator on `x`, whose shape and scale take the place of those in the line."""
        depth = x.shape[-1]
        low, high = np.clip(self.weights, -8, 7) if self.weights_dtype == "int4" else self.weights
        weights = shaped((self.out, depth), low, high, rng)
        y_scale = float(rng.uniform(0.02, 0.1))
        each = multipliers(rng, self.out, weights, x.zero_point, self.spread, self.multiplier)
        scales = (each if self.per_channel else each[:1]) * y_scale / x.scale
        if computed:
            scales, y_scale = np.array([computed.scale]), x.scale * computed.scale / each[0]
        w = computed or b.constant(weights, scales, self.zero_points[2], dtype=self.weights_dtype)
        inputs: list[Tensor | None] = [x, w]
        option = {}
        if self.bias == "present":
            bias_scales = np.float32(x.scale) * scales.astype(np.float32)
            made, option = bias(
                b, rng, self.out, self.bias_spread, bias_scales, self.dtype, self.bias_bits
            )
            inputs.append(made)
        elif self.bias == "none":
            inputs.append(None)
        leading = x.shape[:-1] if self.keep_num_dims else (int(np.prod(x.shape[:-1], dtype=int)),)
        y = b.tensor((*leading, self.out), y_scale, self.zero_point(1), self.dtype)
        b.op(
            "FULLY_CONNECTED",
            inputs,
            [y],
            fusedActivationFunction=getattr(schema.ActivationFunctionType, self.activation),
            keepNumDims=self.keep_num_dims,
            **option,
        )
        return y


INT16, INT4 = dict(dtype="int16"), dict(weights_dtype="int4")
TYPES = (INT16, INT4, {**INT16, **INT4})
TYPED = [
    *(
        dict(x=(batch, depth), out=out, per_channel=per_channel)
        for batch, depth, out, per_channel in product((1, 3), (1, 16, 67), (1, 13), (False, True))
    ),
    *(
        dict(bias=bias, per_channel=c, x=(2, 20))
        for bias, c in product(("absent", "none"), (False, True))
    ),
    *(dict(activation=a) for a in ("RELU", "RELU6", "RELU_N1_TO_1")),
    *(dict(multiplier=m, weights=(-1, 1), bias_spread=3, out=40) for m in (0.3, 1.0, 1.9, 7.0)),
    *(dict(spread=s) for s in (1.0, 300.0, 5000.0)),
    dict(x=(2, 3, 8), keep_num_dims=True),
    dict(x=(1, 640), out=3, per_channel=True),
]

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
    # So many channels that the weights are by columns.
    *(
        FullyConnected(x=(batch, depth), out=out, per_channel=c, zero_points=z)
        for (batch, depth), (out, c), z in product(
            ((1, 1), (3, 70), (1, 300)),
            ((16, False), (21, True), (100, False)),
            ((-128, 4, 0), (127, -2, -128), (0, 0, 17)),
        )
    ),
    *(FullyConnected(x=(2, 2, 9), out=17, keep_num_dims=k) for k in (False, True)),
    *(
        FullyConnected(x=(1, 90), out=24, **line)
        for line in (
            dict(bias="absent"),
            dict(bias="none", per_channel=True),
            dict(activation="RELU6"),
            dict(weights=(-128, -128)),
            dict(spread=5000.0),
            dict(multiplier=130.0, weights=(-1, 1), bias_spread=3),
            dict(multiplier=2.0**-24, bias_spread=1 << 28),
        )
    ),
    # Other types.
    *(FullyConnected(**types, **line) for types in TYPES for line in TYPED),
    *(FullyConnected(**INT16, bias_bits=32, **line) for line in TYPED if "bias" not in line),
    *(FullyConnected(**INT4, zero_points=z) for z in ((-128, 127, 0), (127, -128, 0), (0, 0, 0))),
    # Computed weights.
    *(
        FullyConnected(x=x, out=out, zero_points=z, computed=True)
        for x, out, z in product(
            ((1, 20), (3, 7)), (1, 6), ((-3, 5, 0), (127, -2, -128), (-128, 0, 17))
        )
    ),
    FullyConnected(computed=True, bias="none", activation="RELU"),
    FullyConnected(x=(2, 2, 5), computed=True, keep_num_dims=True, spread=300.0),
    *(
        FullyConnected(**INT16, x=x, out=out, zero_points=(0, 0, z), computed=True, **line)
        for (x, out), z, line in product(
            (((1, 20), 6), ((3, 7), 1), ((2, 300), 3)),
            (0, 17, -128, 127),
            ({}, dict(bias="none"), dict(bias_bits=32), dict(activation="RELU")),
        )
    ),
    # A zero point of the weights, with int16: within int8 once it is subtracted, or not.
    *(
        FullyConnected(**INT16, x=(3, 21), zero_points=(0, 0, z), weights=weights, **line)
        for (z, weights), line in product(
            ((5, (-100, 100)), (5, (-127, 127)), (-128, (-128, 127)), (127, (-1, 127))),
            ({}, dict(bias="absent"), dict(bias_bits=32), dict(spread=5000.0)),
        )
    ),
    FullyConnected(**INT16, x=(1, 640), out=3, zero_points=(0, 0, 127)),
]

# What the chip or TensorFlow Lite lacks, and a word of why.
REFUSED: list[tuple[Spec, str]] = [
    (FullyConnected(**INT4, zero_points=(0, 0, 1)), "zero point 0, found 1"),
    (FullyConnected(**{**INT16, **INT4}, zero_points=(0, 0, 1)), "zero point 0, found 1"),
]
