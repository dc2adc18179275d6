"""PAD."""

from __future__ import annotations

from dataclasses import dataclass

from minfer.compiler.ir import Op
from minfer.compiler.operators.registry import Node, importer


@dataclass(frozen=True)
class PadParams:
    """`widths`: elements before and after, for each dimension. A pass lowers it to a COPY."""

    value: int
    widths: tuple[tuple[int, int], ...]


@importer("PAD")
def pad(node: Node) -> Op:
    """Pads with the real number 0, the zero point."""
    x, y, widths = node.activation(0), node.output, node.operand(1, "paddings")
    node.expect_same_quantisation(x, y)
    if widths.data is None:
        node.refuse("paddings computed at run time: expected a constant; freeze them", widths)
    node.expect_shape(widths, (len(x.shape), 2))
    pairs = tuple((int(before), int(after)) for before, after in widths.data)
    if any(n < 0 for pair in pairs for n in pair):
        node.refuse(f"expected paddings of 0 or more, found {pairs}", widths)
    node.expect_shape(y, tuple(b + n + a for n, (b, a) in zip(x.shape, pairs)))
    return node.op("PAD", [x], PadParams(y.zero_point, pairs))
