"""Operators of two operands, element by element, each broadcast to the shape of the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Optional

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import Multiplier, quantise_multiplier, whole_log2
from minfer.compiler.walk import Walk, broadcast
from minfer.format import DType

PLAIN = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32)
HALF = 1 << 30
UNUSED = Multiplier(0, 0)
INT32 = np.iinfo(np.int32)


@dataclass(frozen=True)
class ScaledParams:
    """ADD, SUB, SQUARED_DIFFERENCE: both inputs are brought to a common scale; the output is clamped."""

    left_shift: int
    a: Multiplier
    b: Multiplier
    out: Multiplier
    min: int
    max: int
    walk: Walk

    def words(self) -> list[int]:
        """left_shift, three multipliers each with its shift, the clamp, the walk."""
        multipliers = [*self.a, *self.b, *self.out]
        return [self.left_shift, *multipliers, self.min, self.max, *self.walk.words()]


@dataclass(frozen=True)
class MulParams:
    """The product is requantised and clamped."""

    multiplier: Multiplier
    min: int
    max: int
    walk: Walk

    def words(self) -> list[int]:
        """The multiplier with its shift, the clamp, the walk."""
        return [*self.multiplier, self.min, self.max, *self.walk.words()]


@dataclass(frozen=True)
class WalkParams:
    """Operators that only choose among their operands."""

    walk: Walk

    def words(self) -> list[int]:
        """The walk."""
        return self.walk.words()


def broadcast_walk(node: Node, shapes: Sequence[Sequence[int]]) -> Walk:
    """The walk of operands of these shapes; refuses what does not make the output's shape."""
    y = node.outputs[0]
    try:
        shape = np.broadcast_shapes(*map(tuple, shapes))
    except ValueError:
        node.refuse(f"shapes that do not broadcast: {', '.join(str(tuple(s)) for s in shapes)}", y)
    node.expect_shape(y, shape)
    return broadcast(shape, shapes)


def operands(node: Node, *types: DType) -> tuple[Tensor, Tensor, Tensor, Walk]:
    """Both inputs and the output, quantised and of one type, and their walk."""
    a = node.activation(0, *types)
    b, y = node.activation(1, a.dtype), node.result(a.dtype)
    return a, b, y, broadcast_walk(node, (a.shape, b.shape))


@importer("ADD", "SUB")
def add(node: Node) -> Op:
    """Multipliers as `Prepare` of kernels/add.cc and sub.cc computes them; int32 has none, and wraps."""
    options = node.options("AddOptions" if node.source.name == "ADD" else "SubOptions")
    if node.outputs[0].dtype == DType.INT32:
        a, b, walk = _whole(node)
        clamp = node.clamp(options)
        return node.op(node.source.name, [a, b], ScaledParams(0, *[UNUSED] * 3, *clamp, walk))
    a, b, y, walk = operands(node, DType.INT8, DType.INT16)
    clamp = node.clamp(options)
    shifts = None
    if y.dtype == DType.INT16 and options["PotScaleInt16"]:
        shifts = _power_of_two_shifts(node, a, b, y)
    if shifts is not None:
        # Twice the inputs times one half: whole, and what is shifted right is rounded once.
        by_half = (Multiplier(HALF, shift) for shift in (*shifts, 1))
        return node.op(node.source.name, [a, b], ScaledParams(1, *by_half, *clamp, walk))
    left_shift = 15 if y.dtype == DType.INT16 else 20
    twice_largest = 2.0 * max(a.scale, b.scale)
    reals = (
        a.scale / twice_largest,
        b.scale / twice_largest,
        twice_largest / ((1 << left_shift) * y.scale),
    )
    if not all(reals):
        node.refuse("a scale of 0, at which TensorFlow Lite stops; quantise the model anew")
    if any(real >= 1.0 for real in reals):
        scales = f"{a.scale:.6g}, {b.scale:.6g}"
        node.refuse(f"output scale {y.scale:.6g} is too small for inputs {scales}")
    multipliers = map(quantise_multiplier, reals)
    return node.op(node.source.name, [a, b], ScaledParams(left_shift, *multipliers, *clamp, walk))


def _whole(node: Node) -> tuple[Tensor, Tensor, Walk]:
    """Both inputs of int32, as embeddings compute the numbers of their rows, and their walk."""
    a, b = (same_type(node, i, (DType.INT32,)) for i in (0, 1))
    return a, b, broadcast_walk(node, (a.shape, b.shape))


@importer("ADD_N")
def add_n(node: Node) -> list[Op]:
    """Of int32: sums of two, one after the other."""
    if len(node.inputs) < 2:
        node.refuse(f"expected 2 inputs or more, found {len(node.inputs)}")
    first, *others = (same_type(node, i, (DType.INT32,)) for i in range(len(node.inputs)))
    y = node.outputs[0]
    for x in (first, *others):
        node.expect_shape(y, x.shape)
    ops, params = [], ScaledParams(
        0, *[UNUSED] * 3, INT32.min, INT32.max, broadcast(y.shape, [y.shape] * 2)
    )
    for x in others:
        total = y if x is others[-1] else replace(y, name=f"{y.name} so far")
        ops.append(Op("ADD", [first, x], [total], params, source=node.where))
        first = total
    return ops


def _power_of_two_shifts(node: Node, a: Tensor, b: Tensor, y: Tensor) -> Optional[tuple[int, int]]:
    """Shifts from the inputs' to the output's scale, None unless all are powers of two."""
    logs = [whole_log2(tensor.scale) for tensor in (a, b, y)]
    if any(log is None for log in logs):
        return None
    shifts = logs[0] - logs[2], logs[1] - logs[2]
    if max(shifts) != 0:
        node.refuse(
            f"expected one input of the output's scale {y.scale:.6g} and none of a greater one"
        )
    return shifts


@importer("MUL")
def mul(node: Node) -> Op:
    """The multiplier as `Prepare` of kernels/mul.cc computes it, in single precision; int32 has none, and wraps."""
    if node.outputs[0].dtype == DType.INT32:
        a, b, walk = _whole(node)
        clamp = node.clamp(node.options("MulOptions"))
        return node.op("MUL", [a, b], MulParams(UNUSED, *clamp, walk))
    a, b, y, walk = operands(node, DType.INT8, DType.INT16)
    real = np.float32(a.scale) * np.float32(b.scale) / np.float32(y.scale)
    clamp = node.clamp(node.options("MulOptions"))
    return node.op("MUL", [a, b], MulParams(quantise_multiplier(float(real)), *clamp, walk))


@importer("SQUARED_DIFFERENCE")
def squared_difference(node: Node) -> Op:
    """Multipliers as `Prepare` of kernels/squared_difference.cc computes them."""
    a, b, y, walk = operands(node)
    left_shift = 7
    twice_largest = 2.0 * max(a.scale, b.scale)
    reals = (
        a.scale / twice_largest,
        b.scale / twice_largest,
        twice_largest * twice_largest / ((1 << 2 * left_shift) * y.scale),
    )
    multipliers = map(quantise_multiplier, reals)
    params = ScaledParams(left_shift, *multipliers, -128, 127, walk)
    return node.op("SQUARED_DIFFERENCE", [a, b], params)


@importer("MAXIMUM", "MINIMUM")
def maximum(node: Node) -> Op:
    """The greater or lesser integer, whatever the scales: so does TensorFlow Lite."""
    a, b = (same_type(node, i, PLAIN) for i in (0, 1))
    return node.op(node.source.name, [a, b], WalkParams(broadcast_walk(node, (a.shape, b.shape))))


@importer("LOGICAL_AND", "LOGICAL_OR")
def logical(node: Node) -> Op:
    """The lesser or greater of two truths."""
    kind = "MINIMUM" if node.source.name == "LOGICAL_AND" else "MAXIMUM"
    a, b = (same_type(node, i, (DType.BOOL,)) for i in (0, 1))
    return node.op(kind, [a, b], WalkParams(broadcast_walk(node, (a.shape, b.shape))))


@importer("SELECT", "SELECT_V2")
def select(node: Node) -> Op:
    """One operand where the condition holds, the other one elsewhere, as integers."""
    condition = node.operand(0, "condition")
    if condition.dtype != DType.BOOL:
        node.refuse(f"condition: expected bool, found {condition.dtype}", condition)
    x, y = (same_type(node, i, (*PLAIN, DType.BOOL)) for i in (1, 2))
    shape = condition.shape
    if node.source.name == "SELECT" and len(shape) == 1 < len(x.shape):
        # The first form of the operator chooses whole rows.
        shape = shape + (1,) * (len(x.shape) - 1)
    walk = broadcast_walk(node, (shape, x.shape, y.shape))
    return node.op("SELECT", [condition, x, y], WalkParams(walk))


def same_type(node: Node, i: int, types: Sequence[DType]) -> Tensor:
    """Input `i`, checked to be of the output's type, which is one of `types`."""
    x, y = node.operand(i, "input"), node.outputs[0]
    if y.dtype not in types:
        known = " or ".join(map(str, types))
        node.refuse(f"{y.dtype}: expected {known}; quantise the whole model to int8", y)
    if x.dtype != y.dtype:
        node.refuse(f"expected the output's type {y.dtype}, found {x.dtype}", x)
    return x
