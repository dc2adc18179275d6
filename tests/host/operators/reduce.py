"""MEAN, SUM, REDUCE_MAX, REDUCE_MIN, ARG_MAX and ARG_MIN."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import DTYPES, Builder, Shape, Tensor
from spec import Spec


@dataclass(frozen=True)
class Reduce(Spec):
    op: str
    x: Shape = (1, 5, 7, 3)
    axes: Shape = (1, 2)
    keep: bool = False
    dtype: str = "int8"
    scales: tuple[float, float] = (0.05, 0.05)  # of the input, of the output
    zero_points: Shape = (4, 4)

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, self.scales[0], self.zero_points[0], self.dtype)
        return [x], [self.apply(b, x)]

    def apply(self, b: Builder, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        axes = tuple({axis % len(x.shape) for axis in self.axes})
        shape = np.sum(np.zeros(x.shape), axis=axes, keepdims=self.keep).shape
        y = b.tensor(shape, self.scales[1], self.zero_points[1], self.dtype)
        b.op(self.op, [x, b.constant(np.array(self.axes, np.int32))], [y], keepDims=self.keep)
        return y


@dataclass(frozen=True)
class Arg(Spec):
    op: str
    x: Shape = (2, 5, 3)
    axis: int = -1
    dtype: str = "int8"
    index: str = "int32"  # type of the output
    axis_index: str = "int32"  # type of the axis

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.1, 0, self.dtype)
        shape = np.sum(np.zeros(self.x), axis=self.axis).shape
        y = b.tensor(shape, dtype=self.index)
        axis = b.constant(np.array(self.axis, self.axis_index))
        b.op(self.op, [x, axis], [y], outputType=DTYPES[self.index])
        return [x], [y]


@dataclass(frozen=True)
class Truths(Spec):
    """Whether one is true, or all are."""

    op: str
    x: Shape = (2, 5, 3)
    axes: Shape = (2,)
    keep: bool = False
    dtype: str = "bool"

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        shape = np.sum(np.zeros(self.x), axis=self.axes, keepdims=self.keep).shape
        x, y = b.tensor(self.x, dtype=self.dtype), b.tensor(shape, dtype=self.dtype)
        b.op(self.op, [x, b.constant(np.int32(self.axes))], [y], keepDims=self.keep)
        return [x], [y]


SHAPES = (
    ((1, 5, 7, 3), (1, 2)),
    ((2, 3, 4, 5), (2, 1)),
    ((1, 4, 4, 2), (-2, -3)),
    ((2, 3, 4, 5), (0, 3)),
    ((2, 3, 4, 5), (1, 3)),
    ((2, 3, 4), (0, 1, 2)),
    ((3, 4, 5), (-1,)),
    ((4, 9), (0,)),
    ((1, 1, 1, 6), (1, 2)),
    ((3, 1), (1,)),
    ((7,), (0,)),
    ((1,), (0,)),
    ((2, 2, 3, 2, 3), (1, 3)),
    ((2, 1, 3, 2, 1, 3), (0, 2, 5)),
    ((1, 31, 33, 1), (1, 2)),
    ((3, 4, 5), (1, 1, -2)),
)
QUANTISATIONS = (
    ((0.05, 0.02), (4, -9)),
    ((0.05, 0.3), (-128, -128)),
    ((0.003, 2.0), (127, 7)),
    ((1.0, 0.001), (-3, 127)),
    ((0.04, 0.04), (5, 6)),
    ((0.04, 0.041), (-128, 127)),
)
REDUCERS = ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN")

CASES: list[Spec] = [
    *(
        Reduce(op, x=x, axes=axes, keep=keep)
        for op in REDUCERS
        for (x, axes), keep in product(SHAPES, (False, True))
    ),
    *(
        Reduce(op, scales=s, zero_points=z, axes=axes)
        for op in ("MEAN", "SUM")
        for (s, z), axes in product(QUANTISATIONS, ((1, 2), (3,)))
    ),
    *(
        Reduce(op, x=x, axes=axes, dtype="int16", zero_points=(0, 0), keep=True)
        for op in REDUCERS
        for x, axes in SHAPES[:8]
    ),
    *(
        Reduce("MEAN", axes=axes, dtype="int16", scales=s, zero_points=(0, 0))
        for (s, _), axes in product(QUANTISATIONS[:4], ((1, 2), (3,)))
    ),
    *(
        Truths(op, x, axes, keep)
        for op in ("REDUCE_ANY", "REDUCE_ALL")
        for x, axes, keep in (
            ((2, 5, 3), (2,), False),
            ((1, 9, 2), (0, 2), True),
            ((40, 3), (1,), False),
            ((3, 4), (0, 1), False),
        )
    ),
    *(
        Arg(op, x=x, axis=axis)
        for op in ("ARG_MAX", "ARG_MIN")
        for x, axis in (
            ((2, 5, 3), -1),
            ((2, 5, 3), 0),
            ((2, 5, 3), 1),
            ((10,), 0),
            ((1, 1), 1),
            ((1, 3, 4, 5), 2),
        )
    ),
    *(Arg(op, index="int64") for op in ("ARG_MAX", "ARG_MIN")),
    *(Arg(op, x=(1, 300), axis_index="int64") for op in ("ARG_MAX", "ARG_MIN")),
]

REFUSED = [
    (Reduce("REDUCE_MAX", scales=(0.05, 0.06)), "expected the input's scale 0.05"),
    (
        Reduce("SUM", dtype="int16", zero_points=(0, 0), scales=(0.05, 0.06)),
        "expected the input's scale 0.05",
    ),
    (
        Reduce("MEAN", dtype="int32", zero_points=(0, 0)),
        "int32 activations: expected int8 or int16",
    ),
    (Reduce("MEAN", scales=(1e6, 1e-6)), "shift out of range"),
    (Arg("ARG_MAX", dtype="int16"), "int16 activations: expected int8"),
]
