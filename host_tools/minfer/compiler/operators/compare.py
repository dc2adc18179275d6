"""Comparisons: quantised or whole numbers in, bool out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.elementwise import WalkParams, broadcast_walk
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.slices import whole_numbers
from minfer.compiler.quantise import Multiplier, quantise_multiplier
from minfer.compiler.walk import Walk, broadcast
from minfer.format import DType

KINDS = ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
# What the reference compares as integers, besides int32.
WHOLE = {
    "EQUAL": (DType.INT16, DType.BOOL),
    "NOT_EQUAL": (DType.BOOL,),
    "LESS": (DType.INT16,),
    "GREATER_EQUAL": (DType.INT16,),
}
AS_IT_IS = Multiplier(0, 0)
# What ONE_HOT chooses between.
CHOSEN = (DType.INT8, DType.UINT8, DType.INT32, DType.BOOL)


@dataclass(frozen=True)
class CompareParams:
    """`scaled`: int8 that is brought to a common scale first; otherwise integers are compared."""

    kind: int
    scaled: bool
    a: Multiplier
    b: Multiplier
    walk: Walk

    def words(self) -> list[int]:
        """kind, whether scaled, two multipliers each with its shift, the walk."""
        return [self.kind, int(self.scaled), *self.a, *self.b, *self.walk.words()]


@importer(*KINDS)
def compare(node: Node) -> Op:
    """int8 as `ComparisonPrepare` of kernels/comparisons.cc sets it up, other types as they are."""
    kind = node.source.name
    whole = (DType.INT32, *WHOLE.get(kind, ()))
    a, b = node.operand(0, "input"), node.operand(1, "input")
    multipliers = AS_IT_IS, AS_IT_IS
    if a.dtype not in whole:
        a, b = node.activation(0), node.activation(1)
        if max(a.scale, b.scale) >= 1:
            scales = f"{a.scale:.6g} and {b.scale:.6g}"
            node.refuse(f"scales of comparisons must be below 1, found {scales}", a)
        multipliers = quantise_multiplier(a.scale), quantise_multiplier(b.scale)
    if a.dtype != b.dtype:
        node.refuse(f"expected the first input's type {a.dtype}, found {b.dtype}", b)
    walk = broadcast_walk(node, (a.shape, b.shape))
    params = CompareParams(KINDS.index(kind), a.dtype not in whole, *multipliers, walk)
    return node.op("COMPARE", [a, b], params)


@importer("ONE_HOT")
def one_hot(node: Node) -> list[Op]:
    """One value where an index equals the place along an axis, another one elsewhere."""
    x, y = node.operand(0, "indices"), node.outputs[0]
    if x.dtype != DType.INT32:
        node.refuse(f"indices: expected int32, found {x.dtype}", x)
    (depth,) = whole_numbers(node, 1, "depth")
    on, off = (node.constant(i, what, *CHOSEN) for i, what in ((2, "on value"), (3, "off value")))
    if {on.dtype, off.dtype} != {y.dtype} or on.elements != 1 or off.elements != 1:
        node.refuse(f"expected one on value and one off value of type {y.dtype}", y)
    rank = len(x.shape)
    axis = (
        rank
        if node.options("OneHotOptions")["Axis"] == -1
        else node.options("OneHotOptions")["Axis"]
    )
    if not 0 <= axis <= rank or depth < 1:
        node.refuse(
            f"expected an axis of -1 to {rank} and a depth of 1 or more, found {axis}, {depth}"
        )
    node.expect_shape(y, (*x.shape[:axis], depth, *x.shape[axis:]))
    places = np.arange(depth, dtype=np.int32).reshape(depth, *(1,) * (rank - axis))
    mask = Tensor(f"{y.name} mask", y.shape, DType.BOOL)
    spread = (*x.shape[:axis], 1, *x.shape[axis:])
    params = CompareParams(
        KINDS.index("EQUAL"), False, AS_IT_IS, AS_IT_IS, broadcast(y.shape, [spread, places.shape])
    )
    choose = WalkParams(broadcast(y.shape, [y.shape, (), ()]))
    return [
        Op(
            "COMPARE",
            [x, Tensor.constant(f"{y.name} places", places)],
            [mask],
            params,
            source=node.where,
        ),
        node.op("SELECT", [mask, on, off], choose),
    ]


@importer("LOGICAL_NOT")
def logical_not(node: Node) -> Op:
    """Whether a truth equals false."""
    x = node.operand(0, "input")
    if x.dtype != DType.BOOL:
        node.refuse(f"expected bool, found {x.dtype}", x)
    false = Tensor.constant(f"{node.outputs[0].name} false", np.zeros(1, bool))
    walk = broadcast_walk(node, (x.shape, (1,) * len(x.shape)))
    params = CompareParams(KINDS.index("EQUAL"), False, AS_IT_IS, AS_IT_IS, walk)
    return node.op("COMPARE", [x, false], params)
