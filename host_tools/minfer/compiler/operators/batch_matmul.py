"""BATCH_MATMUL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from minfer.compiler.ir import RESHAPE, Op, Tensor
from minfer.compiler.operators.copy import CopyParams
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import Multiplier, tensor_multiplier
from minfer.compiler.walk import Walk, row_major, walk
from minfer.format import DType

TYPES = (DType.INT8, DType.INT16)
NO_MULTIPLIER = Multiplier(0, 0)
MAX_RANK = 5  # of TensorFlow Lite


@dataclass(frozen=True)
class BatchMatmulParams:
    """`batches` walks over the places where the matrices of output, a and b begin."""

    multiplier: Multiplier
    batches: Walk

    def words(self) -> list[int]:
        """multiplier, shift, then the walk."""
        return [*self.multiplier, *self.batches.words()]


@importer("BATCH_MATMUL")
def batch_matmul(node: Node) -> list[Op]:
    """The kernels want the common dimension last: constants are turned here, others by a COPY.

    int32 of int8 are sums of products of the integers as they are, whatever the zero points: so does TensorFlow Lite.
    """
    options = node.options("BatchMatMulOptions")
    a, b = node.activation(0, *TYPES), node.activation(1, *TYPES)
    exact = node.outputs[0].dtype == DType.INT32 and a.dtype == DType.INT8
    y = node.outputs[0] if exact else node.result(a.dtype)
    if b.dtype != a.dtype:
        node.refuse(f"{b.dtype} times {a.dtype}: expected both of one type", b)
    if not all(2 <= len(t.shape) <= MAX_RANK for t in (a, b)):
        node.refuse(f"expected 2 to {MAX_RANK} dimensions, found shapes {a.shape} and {b.shape}")
    # TensorFlow Lite folds the last batch dimension of a into its rows there, transposed or not.
    if options["AdjX"] and a.shape[-3:-2] > (1,) and b.shape[-3:-2] == (1,):
        node.refuse(
            f"adj_x with batches {a.shape[:-2]} and {b.shape[:-2]}, which TensorFlow Lite gets wrong;"
            " transpose it before",
            a,
        )
    ops: list[Op] = []
    if options["AdjX"]:
        a = _transposed(node, a, ops)
    if not options["AdjY"]:
        b = _transposed(node, b, ops)
    (rows, depth), (columns, depth_b) = a.shape[-2:], b.shape[-2:]
    if depth != depth_b:
        node.refuse(f"matrices of {depth} and {depth_b} common elements do not multiply")
    batch = _broadcast(node, a.shape[:-2], b.shape[:-2])
    node.expect_shape(y, (*batch, rows, columns))
    params = BatchMatmulParams(
        NO_MULTIPLIER if exact else tensor_multiplier(a.scale, b.scale, y.scale),
        walk(batch, [_starts(batch, t.shape) for t in (y, a, b)], (0, 0, 0)),
    )
    return [*ops, node.op("BATCH_MATMUL", [a, b], params, macs=y.elements * depth)]


def _broadcast(node: Node, a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        node.refuse(f"batches {a} and {b} do not broadcast")


def _starts(batch: tuple[int, ...], shape: tuple[int, ...]) -> list[int]:
    """Strides from matrix to matrix over the output's batch: 0 where one matrix serves all."""
    own = (1,) * (len(batch) + 2 - len(shape)) + shape
    return [0 if n == 1 else stride for n, stride in zip(own, row_major(own)[:-2])]


def _transposed(node: Node, x: Tensor, ops: list[Op]) -> Tensor:
    """A tensor with its last two dimensions exchanged; appends the operator that takes."""
    *batch, rows, columns = x.shape
    shape = (*batch, columns, rows)
    turned = replace(x, name=f"{x.name} transposed", shape=shape)
    if x.data is not None:
        turned.data = np.swapaxes(x.data, -1, -2)
    elif 1 in (rows, columns):
        ops.append(Op(RESHAPE, [x], [turned], source=node.where))
    else:
        counts = (prod(batch), columns, rows)
        strides = [row_major(counts), [rows * columns, 1, columns]]
        copy = CopyParams(((0, walk(counts, strides, (0, 0))),))
        ops.append(Op("COPY", [x], [turned], copy, source=node.where))
    return turned
