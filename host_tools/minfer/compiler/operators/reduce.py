"""MEAN, SUM, REDUCE_MAX, REDUCE_MIN, ARG_MAX and ARG_MIN."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import Multiplier, quantise_multiplier
from minfer.compiler.walk import Walk, row_major, walk
from minfer.format import DType

INT32 = np.iinfo(np.int32)
IDENTITY = Multiplier(1 << 30, 1)


@dataclass(frozen=True)
class SumParams:
    """`mask`: what is taken of each element; `offset`: where each sum begins.

    `low` and `high` bound the output, which is cut to its type then.
    """

    multiplier: Multiplier
    mask: int
    offset: int
    low: int
    high: int
    walk: Walk

    def words(self) -> list[int]:
        """multiplier, shift, mask, offset, least and greatest value, then the walk."""
        return [*self.multiplier, self.mask, self.offset, self.low, self.high, *self.walk.words()]


@dataclass(frozen=True)
class ExtremeParams:
    """Of REDUCE_MAX and ARG_MAX; `least` makes them REDUCE_MIN and ARG_MIN."""

    least: bool
    walk: Walk

    def words(self) -> list[int]:
        """What each element is combined with by exclusive or, then the walk."""
        return [-1 if self.least else 0, *self.walk.words()]


@importer("MEAN")
def mean(node: Node) -> Op:
    """`EvalMean` (kernels/reduce.cc): the division is part of the multiplier."""
    x, y, axes = _operands(node)
    n = math.prod(x.shape[axis] for axis in axes)
    multiplier = quantise_multiplier(x.scale / y.scale)
    shift = min(n.bit_length() - 1, 32, 31 + multiplier.shift)
    multiplier = Multiplier((multiplier.value << shift) // n, multiplier.shift - shift)
    return _sum(node, x, axes, multiplier)


@importer("SUM")
def sum_(node: Node) -> Op:
    """`EvalSum` (kernels/reduce.cc).

    The reference kernel of 2.19 reads and writes int8 as uint8, with the zero points of int8; int16 sums wrap.
    """
    x, y, axes = _operands(node)
    if x.dtype == DType.INT16:
        node.expect_same_quantisation(x, y)
        op = _sum(node, x, axes, IDENTITY)
        op.params = replace(op.params, low=int(INT32.min), high=int(INT32.max))
    else:
        op = _sum(node, x, axes, quantise_multiplier(x.scale / y.scale))
        op.params = replace(op.params, mask=255, low=0, high=255)
    return op


@importer("REDUCE_MAX", "REDUCE_MIN")
def reduce_max(node: Node) -> Op:
    """The greatest or least element; neither rescales."""
    x, y, axes = _operands(node)
    node.expect_same_quantisation(x, y)
    params = ExtremeParams(node.source.name == "REDUCE_MIN", _reduction(x.shape, axes))
    return node.op("REDUCE_MAX", [x], params)


@importer("REDUCE_ANY", "REDUCE_ALL")
def reduce_any(node: Node) -> Op:
    """The greatest or least truth."""
    x, y = node.operand(0, "input"), node.outputs[0]
    for tensor in (x, y):
        if tensor.dtype != DType.BOOL:
            node.refuse(f"expected bool, found {tensor.dtype}", tensor)
    axes = _expect_reduced(node, x, y)
    params = ExtremeParams(node.source.name == "REDUCE_ALL", _reduction(x.shape, axes))
    return node.op("REDUCE_MAX", [x], params)


@importer("ARG_MAX", "ARG_MIN")
def arg_max(node: Node) -> Op:
    """The index of the first greatest or least element along one axis."""
    x, y = node.activation(0), node.outputs[0]
    axes = _axes(node, x, DType.INT32, DType.INT64)
    if len(axes) != 1:
        node.refuse(f"expected one axis, found {axes}")
    node.expect_shape(y, tuple(n for i, n in enumerate(x.shape) if i != axes[0]))
    if y.dtype not in (DType.INT32, DType.INT64):
        node.refuse(f"expected int32 or int64, found {y.dtype}")
    params = ExtremeParams(node.source.name == "ARG_MIN", _reduction(x.shape, axes))
    return node.op("ARG_MAX", [x], params)


def _operands(node: Node) -> tuple[Tensor, Tensor, list[int]]:
    """Input, output and the axes that go, checked."""
    x = node.activation(0, DType.INT8, DType.INT16)
    y = node.result(x.dtype)
    return x, y, _expect_reduced(node, x, y)


def _expect_reduced(node: Node, x: Tensor, y: Tensor) -> list[int]:
    """The axes that go; refuses an output of another shape than what is left."""
    keep = node.options("ReducerOptions")["KeepDims"]
    axes = _axes(node, x, DType.INT32)
    node.expect_shape(
        y, tuple(1 if i in axes else n for i, n in enumerate(x.shape) if keep or i not in axes)
    )
    return axes


def _axes(node: Node, x: Tensor, *types: DType) -> list[int]:
    tensor = node.constant(1, "axes", *types)
    rank = len(x.shape)
    axes = sorted({int(axis) + rank if axis < 0 else int(axis) for axis in tensor.data.ravel()})
    if not axes or axes[0] < 0 or axes[-1] >= rank:
        node.refuse(f"expected axes of -{rank} to {rank - 1}, found {tensor.data.tolist()}", tensor)
    return axes


def _sum(node: Node, x: Tensor, axes: list[int], multiplier: Multiplier) -> Op:
    n = math.prod(x.shape[axis] for axis in axes)
    bounds = np.iinfo(x.dtype.numpy)
    offset = -x.zero_point * n
    params = SumParams(
        multiplier, -1, offset, int(bounds.min), int(bounds.max), _reduction(x.shape, axes)
    )
    return node.op("SUM", [x], params, macs=x.elements)


def _reduction(shape: tuple[int, ...], axes: list[int]) -> Walk:
    """Through output and input: loops over what is kept, then at least one over what goes."""
    kept = [i for i in range(len(shape)) if i not in axes]
    into = row_major([shape[i] for i in kept]) + [0] * len(axes)
    strides = row_major(shape)
    order = kept + axes
    result = walk([shape[i] for i in order], [into, [strides[i] for i in order]], [0, 0])
    if result.loops and result.loops[-1][1][0] == 0:
        return result
    return Walk(result.bases, (*result.loops, (1, (0, 0))))
