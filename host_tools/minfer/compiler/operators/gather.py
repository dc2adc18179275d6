"""GATHER, GATHER_ND and EMBEDDING_LOOKUP."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Optional

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.copy import movable, moved
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.slices import axis_of
from minfer.format import DType

INDEX = (DType.INT32, DType.INT64, DType.INT16)


@dataclass(frozen=True)
class GatherParams:
    """The input is [batch, outer, size, inner], the indices, into `size`, [batch, n]."""

    batch: int
    outer: int
    size: int
    inner: int

    def words(self) -> list[int]:
        """As the fields."""
        return [self.batch, self.outer, self.size, self.inner]


@importer("GATHER")
def gather_op(node: Node) -> list[Op]:
    """Slices along an axis; the first batch_dims dimensions have indices of their own."""
    options = node.options("GatherOptions")
    x, indices = movable(node), _indices(node)
    axis = axis_of(node, options["Axis"], x)
    batch = options["BatchDims"] + (len(indices.shape) if options["BatchDims"] < 0 else 0)
    if not 0 <= batch <= min(axis, len(indices.shape)) or indices.shape[:batch] != x.shape[:batch]:
        node.refuse(f"{batch} batch dimensions do not fit shapes {x.shape} and {indices.shape}")
    node.expect_shape(
        node.outputs[0], (*x.shape[:axis], *indices.shape[batch:], *x.shape[axis + 1 :])
    )
    params = GatherParams(
        prod(x.shape[:batch]), prod(x.shape[batch:axis]), x.shape[axis], prod(x.shape[axis + 1 :])
    )
    return gather(node, x, indices, params)


@importer("GATHER_ND")
def gather_nd(node: Node) -> list[Op]:
    """Each index is of several dimensions; as numbers of one they are constants, or are one already."""
    x, indices = movable(node), _indices(node)
    *shape, depth = indices.shape
    if not 1 <= depth <= len(x.shape):
        node.refuse(f"indices of {depth} dimensions into shape {x.shape}", indices)
    node.expect_shape(node.outputs[0], (*shape, *x.shape[depth:]))
    if indices.data is None and depth > 1:
        node.refuse(
            f"indices of {depth} dimensions computed at run time: expected constants", indices
        )
    if indices.data is not None:
        parts = np.moveaxis(indices.data, -1, 0)
        if any(part.min() < 0 or part.max() >= n for part, n in zip(parts, x.shape)):
            node.refuse(f"an index outside shape {x.shape}", indices)
        indices = Tensor.constant(indices.name, np.ravel_multi_index(parts, x.shape[:depth]))
    return gather(
        node, x, indices, GatherParams(1, 1, prod(x.shape[:depth]), prod(x.shape[depth:]))
    )


@importer("EMBEDDING_LOOKUP")
def embedding_lookup(node: Node) -> list[Op]:
    """Rows of a table by number, of the table's own type."""
    table, numbers = movable(node, 1, DType.INT8, DType.UINT8), node.operand(0, "numbers")
    if numbers.dtype != DType.INT32:
        node.refuse(f"numbers: expected int32, found {numbers.dtype}", numbers)
    node.expect_rank(numbers, 1)
    rows, *rest = table.shape
    node.expect_shape(node.outputs[0], (*numbers.shape, *rest))
    return gather(node, table, numbers, GatherParams(1, 1, rows, prod(rest)))


def gather(node: Node, x: Tensor, indices: Tensor, params: GatherParams) -> list[Op]:
    """The operator, or a COPY where the indices are constants at equal distances, or nothing where `x` is one too."""
    y = node.outputs[0]
    shape = (params.batch, params.outer, params.size, params.inner)
    if indices.data is not None:
        numbers = indices.data.reshape(params.batch, -1)
        if numbers.min() < 0 or numbers.max() >= params.size:
            node.refuse(f"an index outside 0 to {params.size - 1}", indices)
        steps = progression(numbers[0]) if params.batch == 1 else None
        if steps is not None:
            return moved(node, x, y, lambda array: array.reshape(shape)[:, :, steps])
        if x.data is not None:
            taken = np.take_along_axis(x.data.reshape(shape), numbers[:, None, :, None], axis=2)
            y.data = taken.reshape(y.shape)
            return []
        indices = Tensor.constant(indices.name, numbers.astype(np.int32))
    return [node.op("GATHER", [x, indices], params)]


def progression(numbers: np.ndarray) -> Optional[slice]:
    """The slice that takes these elements, 0 or more, in this order; None where there is none."""
    first = int(numbers[0])
    step = int(numbers[1]) - first if len(numbers) > 1 else 1
    if step == 0 or not np.array_equal(numbers, first + step * np.arange(len(numbers))):
        return None
    end = first + step * len(numbers)
    return slice(first, end if end >= 0 else None, step)


def _indices(node: Node) -> Tensor:
    indices = node.operand(1, "indices")
    if indices.data is None and indices.dtype != DType.INT32:
        node.refuse(f"indices computed at run time: expected int32, found {indices.dtype}", indices)
    if indices.dtype not in INDEX:
        node.refuse(f"indices: expected int32, found {indices.dtype}", indices)
    return indices
