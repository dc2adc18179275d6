"""Comparisons, SELECT and SELECT_V2, LOGICAL_NOT, ONE_HOT: bool comes in or goes out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from operators.elementwise import BROADCASTS
from spec import Spec, values


@dataclass(frozen=True)
class Compare(Spec):
    op: str
    a: Shape = (2, 5, 30)
    b: Shape = (2, 5, 30)
    scales: tuple[float, float] = (0.05, 0.05)
    zero_points: tuple[int, int] = (3, 3)
    dtype: str = "int8"
    constant: bool = False  # the second operand

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        quantised = self.dtype == "int8"
        scales, points = (self.scales, self.zero_points) if quantised else ((0.0, 0.0), (0, 0))
        first = b.tensor(self.a, scales[0], points[0], self.dtype)
        second = b.tensor(self.b, scales[1], points[1], self.dtype)
        inputs = [first, second]
        if self.constant:
            second = b.constant(values(second, "noise", rng), scales[1], points[1])
            inputs = [first]
        y = b.tensor(np.broadcast_shapes(self.a, self.b), dtype="bool")
        b.op(self.op, [first, second], [y])
        return inputs, [y]


@dataclass(frozen=True)
class Select(Spec):
    op: str = "SELECT_V2"
    condition: Shape = (2, 3, 4, 5)
    a: Shape = (2, 3, 4, 5)
    b: Shape = (2, 3, 4, 5)
    dtype: str = "int8"
    constant: bool = False  # both operands

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        scale = 0.05 if self.dtype in ("int8", "int16") else 0.0
        condition = b.tensor(self.condition, dtype="bool")
        operands = [b.tensor(shape, scale, 0, self.dtype) for shape in (self.a, self.b)]
        inputs = [condition, *operands]
        if self.constant:
            operands = [b.constant(values(t, "noise", rng), scale) for t in operands]
            inputs = [condition]
        shape = (
            self.a if self.op == "SELECT" else np.broadcast_shapes(self.condition, self.a, self.b)
        )
        y = b.tensor(shape, scale, 0, self.dtype)
        b.op(self.op, [condition, *operands], [y])
        return inputs, [y]


@dataclass(frozen=True)
class Masked(Spec):
    """A comparison with a constant chooses, as models write a clip or a mask: the bool stays inside."""

    comparison: str = "LESS"
    negated: bool = False

    @property
    def operator(self) -> str:
        return "MASK"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x, other = (b.tensor((2, 3, 50), 0.05, -7) for _ in range(2))
        limit = b.constant(np.array([11], np.int8), 0.04, 2)
        mask = b.tensor(x.shape, dtype="bool")
        b.op(self.comparison, [x, limit], [mask])
        if self.negated:
            negated = b.tensor(x.shape, dtype="bool")
            b.op("LOGICAL_NOT", [mask], [negated])
            mask = negated
        y = b.tensor(x.shape, 0.05, -7)
        b.op("SELECT_V2", [mask, x, other], [y])
        return [x, other], [y]


@dataclass(frozen=True)
class LogicalNot(Spec):
    x: Shape = (2, 3, 7)

    @property
    def operator(self) -> str:
        return "LOGICAL_NOT"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x, y = b.tensor(self.x, dtype="bool"), b.tensor(self.x, dtype="bool")
        b.op("LOGICAL_NOT", [x], [y])
        return [x], [y]


@dataclass(frozen=True)
class OneHot(Spec):
    """Of indices that may lie outside."""

    x: Shape = (3, 50)
    depth: int = 40
    axis: int = -1
    dtype: str = "int8"
    values: tuple[int, int] = (117, -20)  # on and off
    index: str = "int32"

    @property
    def operator(self) -> str:
        return "ONE_HOT"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        quantisation = (0.05, -20) if self.dtype == "int8" else ()
        x, axis = b.tensor(self.x, dtype=self.index), self.axis % (len(self.x) + 1)
        y = b.tensor((*self.x[:axis], self.depth, *self.x[axis:]), *quantisation, dtype=self.dtype)
        choice = [
            b.constant(np.array(v, np.int32).astype(self.dtype), *quantisation) for v in self.values
        ]
        b.op("ONE_HOT", [x, b.constant(np.int32(self.depth)), *choice], [y], axis=self.axis)
        return [x], [y]


OPS = ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")

CASES: list[Spec] = [
    *(
        Compare(op, scales=s, zero_points=z)
        for op, s, z in product(
            OPS,
            ((0.05, 0.05), (0.05, 0.1), (0.9, 0.0003), (0.0004, 0.0005), (1e-7, 0.02)),
            ((3, 3), (-128, 127)),
        )
    ),
    *(
        Compare(op, a=a, b=b)
        for op, (a, b) in product(OPS, BROADCASTS)
        if len(np.broadcast_shapes(a, b)) < 5
    ),
    *(Compare(op, b=b, constant=True) for op, b in product(OPS, ((2, 5, 30), (30,), (1,), ()))),
    *(Compare(op, dtype="int32", b=b) for op, b in product(OPS, ((2, 5, 30), (5, 1)))),
    *(Compare(op, dtype="int16") for op in ("EQUAL", "LESS", "GREATER_EQUAL")),
    *(Compare(op, dtype="bool") for op in ("EQUAL", "NOT_EQUAL")),
    *(
        Select(op, dtype=dtype)
        for op, dtype in product(
            ("SELECT", "SELECT_V2"), ("int8", "int16", "int32", "bool", "uint8")
        )
    ),
    *(
        Select(condition=c, a=a, b=b)
        for c, a, b in (
            ((5,), (2, 3, 4, 5), (2, 3, 4, 5)),
            ((2, 3, 4, 5), (5,), (1,)),
            ((2, 3, 1, 1), (1, 3, 4, 1), (2, 1, 1, 5)),
            ((1,), (2, 40), (2, 1)),
            ((3, 1), (1, 70), ()),
        )
    ),
    Select("SELECT", condition=(2,)),
    Select("SELECT", condition=()),
    Select("SELECT", condition=(5,), a=(5,), b=(5,)),
    *(Select(a=shape, b=shape, constant=True) for shape in ((2, 3, 4, 5), (1,), ())),
    *(Masked(op, negated) for op, negated in product(("LESS", "EQUAL"), (False, True))),
    *(LogicalNot(x) for x in ((2, 3, 7), (1,))),
    *(OneHot(axis=axis) for axis in (-1, 0, 1)),
    *(OneHot(x, depth) for x, depth in (((9,), 1), ((1,), 200), ((2, 1, 3, 2), 5), ((), 7))),
    *(OneHot(dtype=dtype, values=(1, 0)) for dtype in ("uint8", "int32", "bool")),
]

# What TensorFlow Lite lacks, or would stop at, and a word of why.
REFUSED: list[tuple[Spec, str]] = [
    (Compare("LESS", scales=(1.5, 0.1)), "must be below 1"),
    (Compare("NOT_EQUAL", dtype="int16"), "int16 activations: expected int8"),
    (Compare("LESS", dtype="bool"), "bool activations: expected int8"),
    (Compare("EQUAL", dtype="int64"), "int64 activations: expected int8"),
    (Select(dtype="int64"), "int64: expected int8"),
    (OneHot(index="int64"), "indices: expected int32, found int64"),
]
