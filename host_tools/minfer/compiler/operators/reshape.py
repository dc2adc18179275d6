"""RESHAPE, SQUEEZE and EXPAND_DIMS: the same bytes under another shape."""

from __future__ import annotations

import math
from typing import Optional

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.copy import movable, moved
from minfer.compiler.operators.registry import Node, importer


@importer("RESHAPE", "SQUEEZE", "EXPAND_DIMS")
def reshape(node: Node) -> list[Op]:
    """The number of elements must agree."""
    x, y = movable(node), node.outputs[0]
    if y.leaves_open:
        node.expect_shape(y, _SHAPES[node.source.name](node, x))
    if x.elements != y.elements:
        node.refuse(f"expected {x.elements} elements as in shape {x.shape}, found shape {y.shape}")
    return moved(node, x, y, lambda array: array.reshape(y.shape))


def _reshaped(node: Node, x: Tensor) -> tuple[int, ...]:
    shape = _integers(node, "shape")
    if shape is None:
        shape = node.options("ReshapeOptions")["NewShape"]
    known = math.prod(d for d in shape if d != -1)
    if any(d < -1 for d in shape) or shape.count(-1) > 1 or known < 1:
        node.refuse(f"expected a shape with at most one dimension of -1, found {tuple(shape)}")
    return tuple(x.elements // known if d == -1 else d for d in shape)


def _squeezed(node: Node, x: Tensor) -> tuple[int, ...]:
    rank = len(x.shape)
    axes = [axis % max(rank, 1) for axis in node.options("SqueezeOptions")["SqueezeDims"]]
    return tuple(d for i, d in enumerate(x.shape) if d != 1 or (axes and i not in axes))


def _expanded(node: Node, x: Tensor) -> tuple[int, ...]:
    axes = _integers(node, "axis") or []
    rank = len(x.shape)
    if len(axes) != 1 or not -rank - 1 <= axes[0] <= rank:
        node.refuse(f"expected one axis within the shape {x.shape}, found {tuple(axes)}")
    place = axes[0] % (rank + 1)
    return x.shape[:place] + (1,) + x.shape[place:]


_SHAPES = {"RESHAPE": _reshaped, "SQUEEZE": _squeezed, "EXPAND_DIMS": _expanded}


def _integers(node: Node, what: str) -> Optional[list[int]]:
    """Input 1, None where it is absent."""
    if len(node.inputs) < 2 or node.inputs[1] is None:
        return None
    tensor = node.inputs[1]
    if tensor.data is None:
        node.refuse(f"{what} computed at run time: expected a constant; freeze it", tensor)
    return [int(n) for n in tensor.data.reshape(-1)]
