"""What converters write around a layer whose batch was open: shapes computed at run time, which are constants here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from build import Builder, Shape, Tensor
from spec import Spec


@dataclass(frozen=True)
class Flatten(Spec):
    """RESHAPE to a shape computed from the input's own."""

    x: Shape = (2, 4, 6, 3)
    index: str = "int32"

    @property
    def operator(self) -> str:
        return "SHAPE"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.05, 3)
        shape = b.tensor((len(self.x),), dtype=self.index)
        b.op("SHAPE", [x], [shape], outType={"int32": 2, "int64": 4}[self.index])
        batch, rest, product = (
            b.tensor((), dtype=self.index),
            b.tensor((3,), dtype=self.index),
            b.tensor((), dtype=self.index),
        )
        part(b, shape, batch, 0, 1, shrink=1)
        part(b, shape, rest, 1, 4)
        b.op("REDUCE_PROD", [rest, b.constant(np.array([0], np.int32))], [product], keepDims=False)
        wanted = b.tensor((2,), dtype=self.index)
        b.op("PACK", [batch, product], [wanted], valuesCount=2, axis=0)
        if self.index == "int64":
            narrow = b.tensor((2,), dtype="int32")
            b.op("CAST", [wanted], [narrow], inDataType=4, outDataType=2)
            wanted = narrow
        y = b.tensor((self.x[0], int(np.prod(self.x[1:]))), 0.05, 3)
        b.op("RESHAPE", [x, wanted], [y])
        return [x], [y]


@dataclass(frozen=True)
class Filled(Spec):
    """CONCATENATION of the input and a FILL of its shape."""

    x: Shape = (2, 3, 4)

    @property
    def operator(self) -> str:
        return "FILL"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x, filled = b.tensor(self.x, 0.05, 3), b.tensor(self.x, 0.05, 3)
        shape = b.tensor((len(self.x),), dtype="int32")
        b.op("SHAPE", [x], [shape], outType=2)
        b.op("FILL", [shape, b.constant(np.array(-77, np.int8), 0.05, 3)], [filled])
        y = b.tensor((2 * self.x[0], *self.x[1:]), 0.05, 3)
        b.op("CONCATENATION", [x, filled], [y], axis=0)
        return [x], [y]


@dataclass(frozen=True)
class Zeros(Spec):
    """Integers less than 0, compared with a ZEROS_LIKE, whose shape a BROADCAST_ARGS and a BROADCAST_TO give."""

    x: Shape = (3, 40)
    op: str = "ZEROS_LIKE"

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, dtype="int32")
        row, zeros = (b.tensor(self.x[1:], dtype="int32") for _ in range(2))
        part = [b.constant(np.int32(n)) for n in ((0, 0), (1, self.x[1]), (1, 1))]
        b.op("STRIDED_SLICE", [x, *part], [row], shrinkAxisMask=1)
        b.op("ZEROS_LIKE", [row], [zeros])
        if self.op == "BROADCAST_ARGS":
            shape, wide = b.tensor((2,), dtype="int32"), b.tensor(self.x, dtype="int32")
            b.op(
                "BROADCAST_ARGS",
                [b.constant(np.int32(s)) for s in (self.x[1:], (self.x[0], 1))],
                [shape],
            )
            b.op("BROADCAST_TO", [zeros, shape], [wide])
            zeros = wide
        y = b.tensor(self.x, dtype="bool")
        b.op("LESS", [x, zeros], [y])
        return [x], [y]


@dataclass(frozen=True)
class Counted(Spec):
    """GATHER of every so many-th row, the indices a RANGE that other operators change."""

    start: int
    limit: int
    delta: int
    change: str = ""  # an operator on the indices and `by`
    by: int = 2

    @property
    def operator(self) -> str:
        return "RANGE"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor((9, 5), 0.05, 3)
        n = len(range(self.start, self.limit, self.delta))
        indices = b.tensor((n,), dtype="int32")
        b.op(
            "RANGE",
            [b.constant(np.array(v, np.int32)) for v in (self.start, self.limit, self.delta)],
            [indices],
        )
        if self.change:
            changed = b.tensor((n,), dtype="int32")
            b.op(self.change, [indices, b.constant(np.array([self.by], np.int32))], [changed])
            indices = changed
        y = b.tensor((n, 5), 0.05, 3)
        b.op("GATHER", [x, indices], [y], axis=0)
        return [x], [y]


def part(b: Builder, x: Tensor, y: Tensor, begin: int, end: int, shrink: int = 0) -> None:
    """A STRIDED_SLICE of one dimension."""
    constants = [b.constant(np.array([v], np.int32)) for v in (begin, end, 1)]
    b.op("STRIDED_SLICE", [x, *constants], [y], shrinkAxisMask=shrink)


CASES: list[Spec] = [
    Flatten(),
    Flatten(index="int64"),
    Filled(),
    *(Zeros(op=op) for op in ("ZEROS_LIKE", "BROADCAST_ARGS")),
    Counted(0, 9, 2),
    Counted(8, -1, -3),
    Counted(0, 4, 1, "ADD", 3),
    Counted(5, 9, 1, "SUB", 4),
    Counted(0, 4, 1, "MUL", 2),
    Counted(0, 9, 1, "FLOOR_DIV", 2),
    Counted(-9, 0, 2, "FLOOR_MOD", 4),
    Counted(0, 9, 1, "MAXIMUM", 3),
    Counted(0, 9, 1, "MINIMUM", 3),
]
