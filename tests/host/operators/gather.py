"""GATHER, GATHER_ND and EMBEDDING_LOOKUP, with indices that are constants or come from the caller."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from build import Builder, Shape, Tensor
from spec import Case, Spec


@dataclass(frozen=True)
class Gather(Spec):
    """`indices` is the shape of the indices, which are random unless `given`."""

    x: Shape = (2, 5, 3, 4)
    indices: Shape = (7,)
    axis: int = 1
    batch: int = 0
    dtype: str = "int8"
    index: str = "int32"
    constant: bool = True
    given: tuple[int, ...] = ()

    @property
    def operator(self) -> str:
        return "GATHER"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        axis = self.axis % len(self.x)
        batch = self.batch + (len(self.indices) if self.batch < 0 else 0)
        shape = (*self.x[:axis], *self.indices[batch:], *self.x[axis + 1 :])
        x, y = (b.tensor(s, 0.05, 0, self.dtype) for s in (self.x, shape))
        if self.constant:
            numbers = self.given or rng.integers(0, self.x[axis], self.indices)
            indices = b.constant(np.array(numbers, self.index).reshape(self.indices))
        else:
            indices = b.tensor(self.indices, dtype=self.index)
        b.op("GATHER", [x, indices], [y], axis=self.axis, batchDims=self.batch)
        return [x] if self.constant else [x, indices], [y]

    def case(self) -> Case:
        """The samples' indices within range."""
        case = super().case()
        if self.constant:
            return case
        n = self.x[self.axis % len(self.x)]
        return replace(case, samples=[[x, indices % n] for x, indices in case.samples])


@dataclass(frozen=True)
class Embedding(Spec):
    """Rows of a table by number."""

    table: Shape = (20, 6)
    n: int = 9
    dtype: str = "int8"

    @property
    def operator(self) -> str:
        return "EMBEDDING_LOOKUP"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        numbers = b.tensor((self.n,), dtype="int32")
        table = b.constant(rng.integers(0, 256, self.table).astype(self.dtype), 0.05)
        y = b.tensor((self.n, *self.table[1:]), 0.05, dtype=self.dtype)
        b.op("EMBEDDING_LOOKUP", [numbers, table], [y])
        return [numbers], [y]

    def case(self) -> Case:
        """The samples' numbers within range."""
        case = super().case()
        return replace(case, samples=[[x % self.table[0]] for x, in case.samples])


@dataclass(frozen=True)
class GatherNd(Spec):
    x: Shape = (4, 5, 3, 2)
    indices: Shape = (6, 2)
    dtype: str = "int8"
    index: str = "int32"
    constant: bool = True

    @property
    def operator(self) -> str:
        return "GATHER_ND"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        depth = self.indices[-1]
        shape = (*self.indices[:-1], *self.x[depth:])
        x, y = (b.tensor(s, 0.05, 0, self.dtype) for s in (self.x, shape))
        if self.constant:
            indices = b.constant(rng.integers(0, self.x[:depth], self.indices).astype(self.index))
        else:
            indices = b.tensor(self.indices, dtype=self.index)
        b.op("GATHER_ND", [x, indices], [y])
        return [x] if self.constant else [x, indices], [y]

    def case(self) -> Case:
        """The samples' indices within range."""
        case = super().case()
        if self.constant:
            return case
        return replace(case, samples=[[x, indices % self.x[0]] for x, indices in case.samples])


TYPES = ("uint8", "int16", "int32", "int64", "bool")

CASES: list[Spec] = [
    *(
        Gather(x, indices, axis, constant=constant)
        for constant in (True, False)
        for x, indices, axis in (
            ((2, 5, 3, 4), (7,), 1),
            ((2, 5, 3, 4), (3, 2), 0),
            ((2, 5, 3, 4), (5,), -1),
            ((2, 5, 3, 4), (2, 1, 2), 2),
            ((9,), (12,), 0),
            ((20, 6), (1, 4), 0),
            ((3, 1, 4), (2,), 1),
        )
    ),
    *(
        Gather(x, indices, axis, batch, constant=constant)
        for constant in (True, False)
        for x, indices, axis, batch in (
            ((3, 5, 4), (3, 2), 1, 1),
            ((3, 5, 4), (3, 2), 2, 1),
            ((2, 3, 4, 5), (2, 3, 6), 2, 2),
            ((2, 3, 4, 5), (2, 3, 6), 3, -1),
            ((2, 3, 4), (2, 1, 3), 2, 1),
        )
    ),
    *(
        Gather(given=given, indices=(len(given),))
        for given in ((3,), (0, 1, 2, 3, 4), (4, 2, 0), (1, 2), (2, 2))
    ),
    Gather(indices=(), given=(2,)),
    Gather(indices=(), constant=False),
    *(Gather(dtype=dtype, constant=constant) for dtype in TYPES for constant in (True, False)),
    *(Gather(index=index) for index in ("int64", "int16")),
    *(GatherNd(indices=indices) for indices in ((6, 2), (3, 1), (2, 2, 3), (5, 4), (2,))),
    *(GatherNd(dtype=dtype) for dtype in TYPES),
    GatherNd(index="int64"),
    *(
        Embedding(table, n, dtype)
        for table, n, dtype in (((20, 6), 9, "int8"), ((7, 3, 2), 1, "int8"), ((20, 6), 9, "uint8"))
    ),
    *(
        GatherNd(x, indices, constant=False)
        for x, indices in (((4, 5, 3), (6, 1)), ((7,), (2, 3, 1)))
    ),
]

REFUSED: list[tuple[Spec, str]] = [
    (Gather(given=(1, 5), indices=(2,)), "an index outside 0 to 4"),
    (Gather(given=(-1, 2), indices=(2,)), "an index outside 0 to 4"),
    (
        Gather(index="int64", constant=False),
        "indices computed at run time: expected int32, found int64",
    ),
    (GatherNd(constant=False), "indices of 2 dimensions computed at run time"),
]
