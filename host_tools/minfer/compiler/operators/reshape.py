"""RESHAPE, SQUEEZE and EXPAND_DIMS: the same bytes under another shape."""

from __future__ import annotations

from minfer.compiler.ir import Op
from minfer.compiler.operators.copy import movable, moved
from minfer.compiler.operators.registry import Node, importer


@importer("RESHAPE", "SQUEEZE", "EXPAND_DIMS")
def reshape(node: Node) -> list[Op]:
    """The output's shape in the file is what counts; the number of elements must agree."""
    x, y = movable(node), node.outputs[0]
    if x.elements != y.elements:
        node.refuse(f"expected {x.elements} elements as in shape {x.shape}, found shape {y.shape}")
    return moved(node, x, y, lambda array: array.reshape(y.shape))
