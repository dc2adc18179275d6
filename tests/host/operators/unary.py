"""Operators of one int8 argument, QUANTIZE from int8 to int8 among them: all 256 values of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from spec import Spec


@dataclass(frozen=True)
class Unary(Spec):
    op: str
    scales: tuple[float, float] = (0.05, 0.05)  # of the input, of the output
    zero_points: Shape = (0, 0)
    alpha: float = 0.0  # of LEAKY_RELU
    approximate: bool = False  # of GELU
    x: Shape = (2, 128)

    @property
    def operator(self) -> str:
        return self.op

    @property
    def kernels(self) -> str:
        # ELU has but one kernel, which is not among the reference ones.
        return "BUILTIN_WITHOUT_DEFAULT_DELEGATES" if self.op == "ELU" else super().kernels

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, self.scales[0], self.zero_points[0])
        return [x], [self.apply(b, x)]

    def apply(self, b: Builder, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        y = b.tensor(x.shape, self.scales[1], self.zero_points[1])
        options: dict[str, object] = {}
        if self.op == "LEAKY_RELU":
            options["alpha"] = self.alpha
        elif self.op == "GELU":
            options["approximate"] = self.approximate
        b.op(self.op, [x], [y], **options)
        return y


# Scales of the input and the output, zero points of both.
LINES = (
    ((0.05, 0.05), (0, 0)),
    ((0.1, 0.06), (-20, -90)),
    ((0.011, 0.009), (12, -5)),
    ((0.04, 0.1), (-128, -128)),
    ((0.03, 0.02), (127, 60)),
    ((0.3, 0.1), (-37, 20)),
    ((0.02, 0.025), (-1, -1)),
)
EVERYWHERE = (
    "RELU",
    "RELU6",
    "RELU_N1_TO_1",
    "RELU_0_TO_1",
    "HARD_SWISH",
    "ELU",
    "ABS",
    "EXP",
    "GELU",
    "QUANTIZE",
)
# Where only arguments above 0 are defined.
POSITIVE = (((0.02, 0.05), (-128, 7)), ((0.5, 0.02), (-128, -128)), ((0.004, 0.1), (-128, -100)))
POINTS = (-128, 0, 33, 127)

CASES: list[Spec] = [
    *(Unary(op, scales=s, zero_points=z) for op in EVERYWHERE for s, z in LINES),
    *(
        Unary("LEAKY_RELU", scales=s, zero_points=z, alpha=alpha)
        for (s, z), alpha in product(LINES, (0.1, 0.3, 1.5, -0.4))
    ),
    *(Unary("GELU", scales=s, zero_points=z, approximate=True) for s, z in LINES),
    *(
        Unary("LOGISTIC", scales=(s, 1 / 256), zero_points=(z, -128))
        for s, z in product((0.003, 0.05, 0.11, 0.3), POINTS)
    ),
    *(
        Unary("TANH", scales=(s, 1 / 128), zero_points=(z, 0))
        for s, z in product((0.003, 0.02, 0.06, 0.3), POINTS)
    ),
    *(
        Unary("ELU", scales=(s, t), zero_points=(z, w))
        for s, t, z, w in product((0.003, 0.04, 0.3), (0.01, 0.09), POINTS, (-100, 3))
    ),
    *(Unary(op, scales=s, zero_points=z) for op in ("LOG", "RSQRT") for s, z in POSITIVE),
    *(
        Unary("QUANTIZE", scales=s, zero_points=z)
        for s, z in product(
            ((0.05, 0.05), (0.05, 0.025), (0.03, 0.4), (2.0, 0.9)),
            ((1, 0), (-128, -128), (5, -100)),
        )
    ),
]
