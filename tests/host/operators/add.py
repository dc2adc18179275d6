"""ADD."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor, schema
from spec import Spec, shaped


@dataclass(frozen=True)
class Add(Spec):
    x: Shape = (1, 5, 6, 3)
    scales: tuple[float, float, float] = (0.05, 0.03, 0.07)  # of both inputs, of the output
    zero_points: Shape = (-3, 9, 5)
    activation: str = "NONE"
    second: str = "input"  # or "constant", or "same": the first input once more

    @property
    def operator(self) -> str:
        return "ADD"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        first = b.tensor(self.x, self.scales[0], self.zero_points[0])
        if self.second == "same":
            return [first], [self.apply(b, first, first)]
        if self.second == "constant":
            values = shaped(self.x, -128, 127, rng)
            return [first], [
                self.apply(b, first, b.constant(values, self.scales[1], self.zero_points[1]))
            ]
        second = b.tensor(self.x, self.scales[1], self.zero_points[1])
        return [first, second], [self.apply(b, first, second)]

    def apply(self, b: Builder, first: Tensor, second: Tensor) -> Tensor:
        """The operator on two tensors of one shape, which takes the place of that in the line."""
        y = b.tensor(first.shape, self.scales[2], self.zero_points[2])
        activation = getattr(schema.ActivationFunctionType, self.activation)
        b.op("ADD", [first, second], [y], fusedActivationFunction=activation)
        return y


CASES: list[Spec] = [
    *(
        Add(scales=s)
        for s in (
            (0.05, 0.05, 0.05),
            (0.05, 0.05, 0.1),
            (1.0, 0.0001, 1.0),
            (0.0001, 1.0, 1.0),
            (0.00003, 0.9, 0.3),
            (7.5, 0.02, 0.05),
            (0.02, 0.02, 4.0),
            (0.5, 0.25, 0.00002),
            (1e-6, 2e-6, 3e-6),
            (900.0, 1200.0, 1000.0),
        )
    ),
    *(
        Add(zero_points=z)
        for z in (
            (-128, -128, -128),
            (127, 127, 127),
            (-128, 127, 0),
            (127, -128, 127),
            (0, 0, 0),
            (0, 0, -128),
        )
    ),
    *(
        Add(activation=a, zero_points=z)
        for a, z in product(("RELU", "RELU6", "RELU_N1_TO_1"), ((-3, 9, 5), (-128, -128, -128)))
    ),
    *(Add(x=x) for x in ((1,), (7,), (256,), (2, 3), (1, 4, 5), (2, 3, 4, 5), (1, 2, 3, 2, 5))),
    *(Add(second=s) for s in ("constant", "same")),
    Add(x=(256,), second="same", scales=(0.05, 0.03, 0.05)),
]
