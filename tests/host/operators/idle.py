"""Convolutions some of whose channels are the same whatever the input, and what reads them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from operators.conv import Conv
from operators.elementwise import Binary
from operators.fully_connected import FullyConnected
from operators.pool import Pool
from operators.reshape import Reshape
from spec import Spec


@dataclass(frozen=True)
class Idle(Spec):
    """A convolution of 7 channels, the last `idle` of them constant, then the operators `then`."""

    then: tuple[str, ...]
    idle: int = 3
    zero_point: int = -128  # of all it computes: clamped at it, a constant channel counts as padding does

    @property
    def operator(self) -> str:
        return "GRAPH"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor((1, 6, 5, 2), 0.05, -3)
        points = (0, self.zero_point)
        y = Conv(out=7, idle=self.idle, activation="RELU", zero_points=points).apply(b, rng, x)
        for kind in self.then:
            y = apply(b, rng, kind, y, points)
        return [x], [y]


def apply(b: Builder, rng: np.random.Generator, kind: str, x: Tensor, points: Shape) -> Tensor:
    """The operator `kind` on `x`."""
    if kind == "depthwise":
        return Conv(depth_multiplier=1, activation="RELU", zero_points=points).apply(b, rng, x)
    if kind == "conv":
        return Conv(out=4, zero_points=points).apply(b, rng, x)
    if kind == "valid":
        return Conv(out=4, padding="VALID", kernel=(2, 3), zero_points=points).apply(b, rng, x)
    if kind == "blind":  # it looks at no channel
        return Conv(out=4, weights=(0, 0), zero_points=points).apply(b, rng, x)
    if kind == "add":
        return Binary("ADD", scales=(0, 0, x.scale)).apply(b, x, x)
    if kind == "fully_connected":
        x = Pool("AVERAGE_POOL_2D", kernel=x.shape[1:3]).apply(b, x)
        return FullyConnected().apply(b, rng, Reshape(y=(1, x.shape[3])).apply(b, x))
    return Pool(kind, kernel=(2, 2), padding="SAME").apply(b, x)


CHAINS = (
    ("conv",),
    ("valid",),
    ("depthwise", "conv"),
    ("depthwise", "depthwise", "valid"),
    ("MAX_POOL_2D", "conv"),
    ("AVERAGE_POOL_2D", "depthwise", "valid"),
    ("fully_connected",),
    ("depthwise", "blind"),
    ("add", "conv"),
    ("depthwise",),
)

CASES: list[Spec] = [
    *(Idle(then, zero_point=point) for then, point in product(CHAINS, (-128, 5))),
    *(Idle(then, idle=7) for then in CHAINS),
]
