"""SOFTMAX."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from spec import Spec

# Scale and zero point of the output, by the types of input and output.
OUTPUTS = {
    ("int8", "int8"): (1 / 256, -128),
    ("int8", "int16"): (1 / 65536, -32768),
    ("int16", "int16"): (1 / 32768, 0),
}


@dataclass(frozen=True)
class Softmax(Spec):
    x: Shape = (1, 10)
    scale: float = 0.1
    zero_point: int = 4
    beta: float = 1.0
    dtypes: tuple[str, str] = ("int8", "int8")

    @property
    def operator(self) -> str:
        return "SOFTMAX"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, self.scale, self.zero_point, self.dtypes[0])
        return [x], [self.apply(b, x)]

    def apply(self, b: Builder, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        y = b.tensor(x.shape, *OUTPUTS[self.dtypes], self.dtypes[1])
        b.op("SOFTMAX", [x], [y], beta=self.beta)
        return y


CASES: list[Spec] = [
    *(
        Softmax(scale=s, x=x)
        for s, x in product((0.001, 0.005, 0.01, 0.03, 0.07, 0.2, 20.0), ((1, 10), (3, 33)))
    ),
    *(Softmax(beta=beta, scale=s) for beta, s in product((0.1, 0.5, 2.0, 10.0), (0.02, 0.3))),
    # A row of 512 equal values and more makes the reference abort.
    *(
        Softmax(x=x, scale=0.03)
        for x in ((5,), (256,), (1, 1), (1, 2), (7, 3), (2, 3, 12), (2, 3, 2, 9), (1, 511))
    ),
    # Many rows: few of the roundings show in any one of them.
    *(Softmax(x=(700, n), scale=s) for n, s in ((2, 0.01), (3, 0.02), (6, 0.04), (9, 0.1))),
    *(Softmax(zero_point=z) for z in (-128, 0, 127)),
    *(
        Softmax(dtypes=("int8", "int16"), scale=s, x=x, beta=beta)
        for s, x, beta in product((0.005, 0.1, 1.0), ((1, 10), (3, 33), (2, 3, 12)), (1.0, 0.3))
    ),
    *(
        Softmax(dtypes=("int16", "int16"), zero_point=0, scale=s, x=x)
        for s, x in product(
            (1e-6, 1e-5, 0.0001, 0.0003, 0.003, 0.1),
            ((1, 10), (3, 33), (5,), (2, 3, 12), (1, 1), (2, 1000)),
        )
    ),
    *(
        Softmax(dtypes=("int16", "int16"), zero_point=0, scale=0.0002, beta=beta)
        for beta in (0.1, 2.0, 10.0)
    ),
]

REFUSED = [
    (
        Softmax(dtypes=("int16", "int16"), zero_point=0, x=(1, 2, 1, 2, 3)),
        "expected at most 4 dimensions of int16",
    ),
    (Softmax(scale=1e-9), "is too small"),
]
