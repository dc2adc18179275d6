"""AVERAGE_POOL_2D and MAX_POOL_2D."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor, schema
from spec import Spec, window


@dataclass(frozen=True)
class Pool(Spec):
    op: str
    x: Shape = (1, 9, 11, 3)
    kernel: Shape = (2, 2)
    stride: Shape = (2, 2)
    padding: str = "VALID"
    activation: str = "NONE"
    zero_point: int = -6
    dtype: str = "int8"  # int16 has a zero point of 0, whatever the line says

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.04, 0 if self.dtype == "int16" else self.zero_point, self.dtype)
        return [x], [self.apply(b, x)]

    def apply(self, b: Builder, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        rows, columns = (
            window(x.shape[1 + i], self.kernel[i], self.stride[i], 1, self.padding) for i in (0, 1)
        )
        y = b.tensor((x.shape[0], rows, columns, x.shape[3]), x.scale, x.zero_point, x.dtype)
        b.op(
            self.op,
            [x],
            [y],
            padding=getattr(schema.Padding, self.padding),
            strideH=self.stride[0],
            strideW=self.stride[1],
            filterHeight=self.kernel[0],
            filterWidth=self.kernel[1],
            fusedActivationFunction=getattr(schema.ActivationFunctionType, self.activation),
        )
        return y


LINES = [
    *(
        dict(kernel=kernel, stride=stride, padding=padding)
        for kernel, stride, padding in product(
            ((1, 1), (2, 2), (3, 3), (2, 5)), ((1, 1), (2, 2), (3, 1)), ("SAME", "VALID")
        )
    ),
    *(
        dict(x=x, padding="SAME", kernel=(3, 3))
        for x in ((1, 1, 1, 1), (3, 4, 5, 2), (1, 2, 9, 17), (1, 6, 6, 64))
    ),
    *(dict(zero_point=z, padding="SAME", kernel=(3, 2)) for z in (-128, 0, 127)),
    *(dict(activation=a) for a in ("RELU", "RELU6", "RELU_N1_TO_1")),
    dict(x=(1, 25, 5, 8), kernel=(25, 5), stride=(25, 5)),
    dict(x=(1, 3, 3, 4), kernel=(7, 7), stride=(1, 1), padding="SAME"),
    dict(x=(1, 8, 8, 2), kernel=(2, 2), stride=(3, 4)),
]

CASES: list[Spec] = [
    Pool(op, dtype=dtype, **line)
    for op in ("AVERAGE_POOL_2D", "MAX_POOL_2D")
    for dtype in ("int8", "int16")
    for line in LINES
    if dtype == "int8" or "zero_point" not in line
]
