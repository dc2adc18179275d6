"""L2_NORMALIZATION and LOG_SOFTMAX."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from spec import Spec


@dataclass(frozen=True)
class Normalise(Spec):
    op: str
    x: Shape = (3, 10)
    scale: float = 0.1
    zero_point: int = 4
    out: tuple[float, int] = (
        0.0,
        0,
    )  # scale and zero point of the output, where they are not what they must be

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, self.scale, self.zero_point)
        return [x], [self.apply(b, x)]

    def apply(self, b: Builder, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        quantisation = (1 / 16, 127) if self.op == "LOG_SOFTMAX" else (1 / 128, 0)
        y = b.tensor(x.shape, *(self.out if self.out[0] else quantisation))
        b.op(self.op, [x], [y])
        return y


SHAPES = ((1,), (5,), (1, 1), (1, 2), (7, 3), (2, 3, 12), (2, 3, 2, 9), (1, 300), (40, 4), (64, 2))

CASES: list[Spec] = [
    *(Normalise("L2_NORMALIZATION", x=x) for x in (*SHAPES, (1, 1100))),
    *(
        Normalise("L2_NORMALIZATION", zero_point=z, x=x)
        for z, x in product((-128, 0, 127), ((20, 2), (3, 33)))
    ),
    *(Normalise("LOG_SOFTMAX", x=x) for x in SHAPES),
    *(
        Normalise("LOG_SOFTMAX", scale=s, x=x)
        for s, x in product(
            (0.001, 0.005, 0.01, 0.03, 0.07, 0.2, 1.0, 4.0), ((1, 10), (30, 3), (3, 33), (1, 2000))
        )
    ),
    *(Normalise("LOG_SOFTMAX", zero_point=z) for z in (-128, 0, 127)),
]

REFUSED = [
    (Normalise("L2_NORMALIZATION", x=(1, 2, 1, 2, 3)), "expected at most 4 dimensions"),
    (
        Normalise("L2_NORMALIZATION", out=(1 / 64, 0)),
        "expected scale 0.0078125 and zero point 0, found 0.015625 and 0",
    ),
    (
        Normalise("LOG_SOFTMAX", out=(1 / 16, 126)),
        "expected scale 0.0625 and zero point 127, found 0.0625 and 126",
    ),
    (Normalise("LOG_SOFTMAX", scale=1e-9), "the scale 1e-09 is out of range for LOG_SOFTMAX"),
]
