"""Operators that only move elements: parts, joins, other orders, borders, blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from build import Builder, Shape, Tensor
from minfer.reference import Reference
from spec import Spec


@dataclass(frozen=True)
class Move(Spec):
    """Constants follow the inputs, of `shapes`, or go before them; how large the outputs are the reference says."""

    op: str
    shapes: tuple[Shape, ...]
    constants: tuple = ()
    options: tuple[tuple[str, Any], ...] = ()
    dtype: str = "int8"
    index: str = "int32"  # type of the constants
    outputs: int = 1
    constants_first: bool = False
    fill: int | None = None  # a last constant, of the inputs' type and quantisation
    scale: float = 0.05
    zero_point: int = -5

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        return self.apply(b, self.output_shapes())

    def apply(
        self, b: Builder, output_shapes: tuple[Shape, ...]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """The operator with its inputs; returns them and the outputs."""
        quantisation = self.quantisation
        inputs = [b.tensor(shape, *quantisation, dtype=self.dtype) for shape in self.shapes]
        outputs = [b.tensor(shape, *quantisation, dtype=self.dtype) for shape in output_shapes]
        constants = [b.constant(np.array(values, self.index)) for values in self.constants]
        if self.fill is not None:
            constants.append(b.constant(np.array(self.fill, self.dtype), *quantisation))
        operands = [*constants, *inputs] if self.constants_first else [*inputs, *constants]
        b.op(self.op, operands, outputs, **dict(self.options))
        return inputs, outputs

    @property
    def quantisation(self) -> tuple[float, int]:
        """Scale and zero point, as far as the type has them."""
        if self.dtype not in ("int8", "uint8", "int16"):
            return 0.0, 0
        return self.scale, self.zero_point if self.dtype == "int8" else 0

    @lru_cache(maxsize=None)
    def output_shapes(self) -> tuple[Shape, ...]:
        """As the reference works them out when the file says something else; of SLICE it believes the file."""
        if self.op == "SLICE":
            begin, sizes = self.constants
            left = [n - at for n, at in zip(self.shapes[0], begin)]
            return (tuple(n if size == -1 else size for n, size in zip(left, sizes)),)
        b = Builder()
        inputs, outputs = self.apply(b, ((1,),) * self.outputs)
        oracle = Reference(b.finish(inputs, outputs))
        return tuple(tuple(y["shape"].tolist()) for y in oracle.outputs)


IMAGE = (2, 4, 6, 3)
TYPES = ("uint8", "int16", "int32", "int64", "bool")


def masks(**bits: int) -> tuple[tuple[str, Any], ...]:
    """Options of a STRIDED_SLICE."""
    return tuple(
        (name if name == "offset" else f"{name}Mask", value) for name, value in bits.items()
    )


def strided(
    shape: Shape,
    first: Shape,
    last: Shape,
    step: Shape,
    dtype: str = "int8",
    index: str = "int32",
    **bits: int,
) -> Move:
    """A STRIDED_SLICE of `shape`."""
    return Move("STRIDED_SLICE", (shape,), (first, last, step), masks(**bits), dtype, index)


def joined(*shapes: Shape, axis: int, dtype: str = "int8") -> Move:
    """A CONCATENATION along `axis`."""
    return Move("CONCATENATION", shapes, options=(("axis", axis),), dtype=dtype)


def packed(shape: Shape, n: int, axis: int, dtype: str = "int8") -> Move:
    """A PACK of `n` tensors."""
    return Move("PACK", (shape,) * n, options=(("axis", axis), ("valuesCount", n)), dtype=dtype)


def unpacked(shape: Shape, axis: int, dtype: str = "int8") -> Move:
    """An UNPACK along `axis`."""
    n = shape[axis]
    return Move("UNPACK", (shape,), options=(("num", n), ("axis", axis)), dtype=dtype, outputs=n)


def split(shape: Shape, n: int, axis: int, dtype: str = "int8") -> Move:
    """A SPLIT into `n` parts."""
    return Move(
        "SPLIT", (shape,), (axis,), (("numSplits", n),), dtype, outputs=n, constants_first=True
    )


def split_v(shape: Shape, sizes: Shape, axis: int, dtype: str = "int8") -> Move:
    """A SPLIT_V into parts of `sizes`."""
    n = len(sizes)
    return Move("SPLIT_V", (shape,), (sizes, axis), (("numSplits", n),), dtype, outputs=n)


def mirrored(shape: Shape, pads: tuple[Shape, ...], symmetric: bool, dtype: str = "int8") -> Move:
    """A MIRROR_PAD."""
    return Move("MIRROR_PAD", (shape,), (pads,), (("mode", int(symmetric)),), dtype)


def join(b: Builder, x: Tensor, other: Tensor, axis: int) -> Tensor:
    """CONCATENATION of two tensors that are alike but along `axis`."""
    shape = tuple(n + m if i == axis else n for i, (n, m) in enumerate(zip(x.shape, other.shape)))
    y = b.tensor(shape, x.scale, x.zero_point)
    b.op("CONCATENATION", [x, other], [y], axis=axis)
    return y


def every_other(b: Builder, x: Tensor, axis: int) -> Tensor:
    """STRIDED_SLICE: the first, third, ... along `axis`, backwards."""
    shape = tuple(-(-n // 2) if i == axis else n for i, n in enumerate(x.shape))
    y = b.tensor(shape, x.scale, x.zero_point)
    begin, steps = np.zeros(len(shape), np.int32), np.ones(len(shape), np.int32)
    begin[axis], steps[axis] = (x.shape[axis] - 1) // 2 * 2, -2
    end = np.array(x.shape, np.int32)
    end[axis] = -x.shape[axis] - 1
    b.op("STRIDED_SLICE", [x, *(b.constant(values) for values in (begin, end, steps))], [y])
    return y


def turn(b: Builder, x: Tensor, places: int) -> Tensor:
    """TRANSPOSE: the dimensions moved round."""
    perm = np.roll(np.arange(len(x.shape), dtype=np.int32), places)
    y = b.tensor(tuple(x.shape[p] for p in perm), x.scale, x.zero_point)
    b.op("TRANSPOSE", [x, b.constant(perm)], [y])
    return y


MASK = (0, 1, 5, 15)
PADS = (
    ((2, 4, 5, 3), ((0, 0), (1, 2), (3, 0), (0, 0))),
    ((2, 3), ((1, 0), (0, 2))),
    ((4,), ((3, 3),)),
    ((2, 3, 4), ((1, 1), (0, 0), (2, 1))),
    ((1, 5, 1, 2), ((0, 0), (1, 0), (0, 0), (1, 1))),
)
BLOCKS = (
    ((1, 4, 6, 3), (2, 2), ((0, 0), (0, 0))),
    ((2, 4, 6, 3), (2, 3), ((0, 0), (0, 0))),
    ((1, 5, 7, 2), (3, 2), ((2, 2), (1, 0))),
    ((1, 5, 7, 2), (4, 4), ((0, 3), (5, 0))),
    ((3, 1, 1, 5), (2, 2), ((1, 0), (0, 1))),
    ((2, 6, 3), (2,), ((1, 1),)),
    ((1, 9, 4), (4,), ((3, 4),)),
    ((1, 4, 6, 3), (1, 1), ((0, 0), (0, 0))),
    ((1, 4, 6, 3), (1, 1), ((1, 0), (0, 2))),
    ((1, 2, 2, 1), (2, 2), ((4, 4), (0, 0))),
)
CROPPED = (
    ((4, 2, 3, 3), (2, 2), ((0, 0), (0, 0))),
    ((12, 2, 3, 2), (2, 3), ((0, 0), (0, 0))),
    ((6, 3, 4, 2), (3, 2), ((2, 2), (1, 0))),
    ((16, 2, 3, 2), (4, 4), ((0, 3), (5, 0))),
    ((4, 3, 3, 5), (2, 2), ((1, 0), (0, 3))),
    ((4, 6, 3), (2,), ((1, 1),)),
    ((4, 9, 4), (4,), ((3, 4),)),
    ((1, 4, 6, 3), (1, 1), ((0, 0), (0, 0))),
    ((2, 4, 6, 3), (1, 1), ((1, 0), (0, 2))),
)


def updated(shape: Shape, part: Shape, start: Shape, dtype: str = "int8") -> Move:
    """A DYNAMIC_UPDATE_SLICE."""
    return Move("DYNAMIC_UPDATE_SLICE", (shape, part), (start,), dtype=dtype)


CASES: list[Spec] = [
    # Parts.
    *(
        Move("SLICE", (shape,), (begin, size))
        for shape, begin, size in (
            (IMAGE, (0, 1, 2, 0), (2, 2, -1, 2)),
            (IMAGE, (0, 0, 0, 0), (-1, -1, -1, -1)),
            (IMAGE, (1, 0, 0, 0), (1, 4, 6, 3)),
            (IMAGE, (1, 3, 5, 2), (1, 1, 1, 1)),
            (IMAGE, (0, 0, 0, 1), (2, 4, 6, 1)),
            ((9,), (4,), (3,)),
            ((3, 5), (1, 0), (-1, 4)),
            ((3, 5, 2), (1, 2, 0), (2, 2, 2)),
            ((2, 3, 2, 3, 4), (0, 1, 0, 1, 1), (2, 2, 1, 2, 2)),
        )
    ),
    Move("SLICE", (IMAGE,), ((0, 1, 2, 0), (2, 2, -1, 2)), index="int64"),
    *(Move("SLICE", (IMAGE,), ((0, 1, 2, 0), (2, 2, -1, 2)), dtype=dtype) for dtype in TYPES),
    *(strided(IMAGE, (0, 1, 2, 0), (2, 4, 6, 2), (1, 2, 1, 1), dtype=dtype) for dtype in TYPES),
    *(
        strided(IMAGE, (0, 1, 2, 0), (2, 3, 5, 2), (1, 2, 1, 1), begin=b, end=e)
        for b, e in product(MASK, MASK)
    ),
    *(
        strided(IMAGE, (1, 3, 5, 2), (0, 0, 1, 0), (-1, -2, -3, -1), begin=b, end=e)
        for b, e in product(MASK, MASK)
    ),
    *(
        strided(IMAGE, (1, -3, 2, -1), (2, -1, 5, 9), (1, 1, 2, 1), shrinkAxis=s)
        for s in (1, 2, 4, 5, 8, 11, 15)
    ),
    *(strided(IMAGE, (0, 0, 0, 0), (2, 4, 6, 3), (1, 1, 1, 1), newAxis=n) for n in (1, 2, 8)),
    *(
        strided(IMAGE, (0, 1, 0), (1, 3, 2), (1, 1, 1), ellipsis=e, shrinkAxis=s)
        for e in (1, 2, 4)
        for s in (0, 1, 4)
    ),
    strided(IMAGE, (0, 0, 1), (0, 0, 3), (1, 1, 1), ellipsis=1, newAxis=2),
    strided(IMAGE, (1, 2), (2, 4), (1, 1)),
    strided(IMAGE, (1, 2, 0, 0), (1, 2, 6, 3), (1, 1, 2, 1), offset=1),
    strided(IMAGE, (1, -3, 2, 0), (1, 2, 3, 3), (1, 1, 2, 1), offset=1, shrinkAxis=1),
    strided(IMAGE, (-100, -3, 7, 0), (100, -1, -100, 100), (1, 1, -1, 2)),
    strided((10,), (8,), (1,), (-3,)),
    strided((10,), (3,), (4,), (1,), shrinkAxis=1),
    strided((2, 3, 4, 2, 3), (0, 2, 0, 0, 1), (2, 0, 4, 2, 3), (1, -1, 2, 1, 1)),
    *(
        split(shape, n, axis)
        for shape, n, axis in (
            (IMAGE, 3, -1),
            (IMAGE, 2, 0),
            (IMAGE, 3, 2),
            ((8,), 4, 0),
            ((3, 4), 1, 1),
        )
    ),
    *(split(IMAGE, 2, 1, dtype) for dtype in TYPES[:-1]),
    *(
        split_v(shape, sizes, axis)
        for shape, sizes, axis in (
            (IMAGE, (1, 3), 1),
            (IMAGE, (1, -1, 2), -2),
            (IMAGE, (1, 1), 0),
            (IMAGE, (2, 1), 3),
            ((7,), (4, 2, 1), 0),
        )
    ),
    *(split_v(IMAGE, (1, 3), 1, dtype) for dtype in TYPES[:-1]),
    *(
        unpacked(shape, axis)
        for shape, axis in (
            (IMAGE, 0),
            (IMAGE, 1),
            (IMAGE, -1),
            ((5, 2), 0),
            ((2, 5), 1),
            ((3,), 0),
        )
    ),
    *(unpacked(IMAGE, 2, dtype) for dtype in ("uint8", "int16", "int32", "bool")),
    *(Move("REVERSE_V2", (IMAGE,), (axes,)) for axes in ((0,), (1,), (2,), (3,), (-1,))),
    *(Move("REVERSE_V2", (IMAGE,), ((1, 2),), dtype=dtype) for dtype in TYPES),
    # Joins.
    *(joined((2, 4, 6, 3), (2, 4, 6, 3), axis=axis) for axis in (0, 1, 2, 3, -1, -4)),
    joined((1, 4, 4, 3), (1, 4, 4, 8), (1, 4, 4, 1), axis=3),
    joined((1, 16), (3, 16), (2, 16), axis=0),
    joined((3,), (2,), axis=0),
    joined((3, 2), axis=1),
    joined(*((1, 2, 3),) * 9, axis=1),
    *(joined((2, 4, 3), (2, 1, 3), axis=1, dtype=dtype) for dtype in TYPES),
    *(
        packed(shape, n, axis)
        for shape, n in (((2, 4, 3), 2), ((5,), 3), ((2, 3), 1))
        for axis in (0, 1, -1)
    ),
    *(packed((2, 3), 2, 1, dtype) for dtype in TYPES[:-1]),
    *(
        updated(IMAGE, part, start)
        for part, start in (
            ((1, 2, 3, 2), (1, 1, 0, 1)),
            ((2, 4, 2, 3), (0, 0, 4, 0)),
            ((2, 1, 6, 3), (0, 9, -4, 0)),
            (IMAGE, (1, 1, 1, 1)),
        )
    ),
    updated((9,), (2,), (7,)),
    *(updated(IMAGE, (1, 2, 3, 2), (0, 1, 3, 0), dtype) for dtype in ("int32", "int64", "bool")),
    # Other orders.
    *(
        Move("TRANSPOSE", (shape,), (perm,))
        for shape, perm in (
            (IMAGE, (2, 0, 3, 1)),
            (IMAGE, (0, 1, 2, 3)),
            (IMAGE, (0, 3, 1, 2)),
            (IMAGE, (0, 2, 3, 1)),
            (IMAGE, (3, 2, 1, 0)),
            (IMAGE, (0, 2, 1, 3)),
            ((1, 5, 1, 3), (2, 3, 0, 1)),
            ((5, 7), (1, 0)),
            ((9,), (0,)),
            ((2, 3, 4), (2, 0, 1)),
            ((2, 3, 4), (-1, 0, -2)),
            ((2, 3, 2, 2, 3), (4, 1, 0, 3, 2)),
            ((2, 3, 2, 2, 3, 2), (5, 0, 4, 1, 3, 2)),
        )
    ),
    *(Move("TRANSPOSE", (IMAGE,), ((2, 0, 3, 1),), dtype=dtype) for dtype in TYPES),
    *(
        Move("SPACE_TO_DEPTH", (s,), options=(("blockSize", n),))
        for s, n in (((2, 4, 6, 3), 2), ((1, 6, 9, 1), 3), ((1, 2, 2, 5), 1))
    ),
    *(
        Move("DEPTH_TO_SPACE", (s,), options=(("blockSize", n),))
        for s, n in (((2, 2, 3, 12), 2), ((1, 2, 3, 9), 3), ((1, 2, 2, 5), 1))
    ),
    *(
        Move(op, ((1, 4, 2, 8),), options=(("blockSize", 2),), dtype=dtype)
        for op, dtype in product(("SPACE_TO_DEPTH", "DEPTH_TO_SPACE"), ("uint8", "int32", "int64"))
    ),
    *(
        Move("BROADCAST_TO", (shape,), (to,))
        for shape, to in (
            ((1, 4, 1, 3), (2, 4, 5, 3)),
            ((3,), (2, 5, 3)),
            ((1,), (7,)),
            ((4, 1), (4, 6)),
            ((2, 1, 3, 1, 2, 1), (2, 3, 3, 2, 2, 2)),
            (IMAGE, IMAGE),
        )
    ),
    *(Move("BROADCAST_TO", ((1, 4, 1, 3),), ((2, 4, 5, 3),), dtype=dtype) for dtype in TYPES),
    *(
        Move("TILE", (shape,), (times,))
        for shape, times in (
            ((1, 4, 2, 3), (2, 1, 5, 3)),
            ((2, 3, 2, 2), (2, 2, 3, 2)),
            ((5,), (3,)),
            ((1, 1, 4), (1, 6, 1)),
            (IMAGE, (1, 1, 1, 1)),
        )
    ),
    *(
        Move("TILE", ((1, 4, 2, 3),), ((2, 1, 5, 3),), dtype=dtype)
        for dtype in ("uint8", "int32", "int64", "bool")
    ),
    # Borders.
    *(
        Move("PAD", (shape,), (pads,), dtype=dtype)
        for dtype, (shape, pads) in product(TYPES[:-1], PADS[:3])
    ),
    *(
        Move("PADV2", (shape,), (pads,), fill=fill)
        for (shape, pads), fill in product(PADS, (-128, -5, 77))
    ),
    *(
        Move("PADV2", (shape,), (pads,), fill=9, dtype=dtype)
        for dtype, (shape, pads) in product(TYPES[:-1], PADS[:2])
    ),
    *(mirrored(shape, pads, symmetric=True) for shape, pads in (*PADS, ((3, 4), ((3, 3), (4, 4))))),
    *(
        mirrored(shape, pads, symmetric=False)
        for shape, pads in (
            ((2, 4, 5, 3), ((0, 0), (1, 2), (3, 0), (0, 0))),
            ((3, 4), ((2, 2), (3, 3))),
            ((2, 3, 4), ((1, 1), (0, 0), (2, 1))),
            ((5,), ((0, 4),)),
        )
    ),
    *(mirrored((2, 3, 4), ((1, 1), (0, 0), (2, 1)), False, dtype) for dtype in TYPES[:-1]),
    # Blocks.
    *(Move("SPACE_TO_BATCH_ND", (shape,), (block, pads)) for shape, block, pads in BLOCKS),
    *(
        Move("SPACE_TO_BATCH_ND", (BLOCKS[2][0],), BLOCKS[2][1:], dtype=dtype)
        for dtype in TYPES[:-1]
    ),
    *(Move("BATCH_TO_SPACE_ND", (shape,), (block, crops)) for shape, block, crops in CROPPED),
    *(
        Move("BATCH_TO_SPACE_ND", (CROPPED[2][0],), CROPPED[2][1:], dtype=dtype)
        for dtype in TYPES[:-1]
    ),
    # Shapes of other types than int8.
    *(
        Move("RESHAPE", (IMAGE,), ((8, 18),), (("newShape", (8, 18)),), dtype=dtype)
        for dtype in TYPES
    ),
]

REFUSED: list[tuple[Spec, str]] = [
    (Move("SLICE", (IMAGE,), ((0, 3, 0, 0), (2, 2, 6, 3))), "outside shape"),
    (strided(IMAGE, (0, 4, 0, 0), (2, 5, 6, 3), (1, 1, 1, 1), shrinkAxis=2), "outside shape"),
    (
        strided(IMAGE, (1, 0, 0, 0), (0, 4, 6, 3), (-1, 1, 1, 1), shrinkAxis=1),
        "expected 1 or more where an axis goes",
    ),
    (strided((3, 4), (0, 0, 0), (3, 0, 4), (1, 1, 1), ellipsis=2), "ellipsis"),
    (Move("TILE", ((2, 3),), ((2, 2),), dtype="int16"), "int16"),
    (Move("TILE", ((2,) * 5,), ((2,) * 5,)), "nested loops"),
    (packed((2, 3), 256, 0), "256 inputs"),
    (updated(IMAGE, (1, 1, 1, 1), (0, 0, 0, 0), "int16"), "int16"),
    (Move("PAD", ((2, 3),), (((0, 1), (1, 0)),), dtype="bool"), "bool"),
]
