"""RESHAPE, SQUEEZE and EXPAND_DIMS: the same bytes under another shape."""

from __future__ import annotations

from minfer.compiler.ir import RESHAPE, Op
from minfer.compiler.operators.registry import Node, importer


@importer("RESHAPE", "SQUEEZE", "EXPAND_DIMS")
def reshape(node: Node) -> Op:
    """The output's shape in the file is what counts; the number of elements must agree."""
    x, y = node.activation(0), node.output
    node.expect_same_quantisation(x, y)
    if x.elements != y.elements:
        node.refuse(f"expected {x.elements} elements as in shape {x.shape}, found shape {y.shape}")
    return node.op(RESHAPE, [x])
