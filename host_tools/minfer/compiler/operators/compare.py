"""Comparisons: quantised or whole numbers in, bool out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.elementwise import broadcast_walk
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import Multiplier, quantise_multiplier
from minfer.compiler.walk import Walk
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
