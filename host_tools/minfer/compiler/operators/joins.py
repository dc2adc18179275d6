"""Several tensors as one: CONCATENATION, PACK and DYNAMIC_UPDATE_SLICE."""

from __future__ import annotations

from minfer.compiler.ir import Op
from minfer.compiler.operators.copy import NO_BOOL, Move, expect_alike, movable
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.slices import axis_of, whole_numbers
from minfer.format import DType

UPDATED = (DType.INT8, DType.INT32, DType.INT64, DType.BOOL)


@importer("CONCATENATION")
def concatenation(node: Node) -> list[Op]:
    """Side by side along an axis, all quantised alike."""
    options = node.options("ConcatenationOptions")
    parts, y = [movable(node, i) for i in range(len(node.inputs))], node.outputs[0]
    if options["FusedActivationFunction"]:
        node.refuse("fused activation: expected none, as TensorFlow Lite's kernel")
    axis = axis_of(node, options["Axis"], y)
    for x in parts:
        expect_alike(node, x)
        if len(x.shape) != len(y.shape):
            node.refuse(f"expected {len(y.shape)} dimensions, found shape {x.shape}", x)
    node.expect_shape(
        y, (*parts[0].shape[:axis], sum(x.shape[axis] for x in parts), *parts[0].shape[axis + 1 :])
    )
    before = (slice(None),) * axis
    move, end = Move(node, parts, y), 0
    for i, x in enumerate(parts):
        node.expect_shape(x, (*y.shape[:axis], x.shape[axis], *y.shape[axis + 1 :]))
        start, end = end, end + x.shape[axis]
        move.take(move.y[(*before, slice(start, end))], move.x[i], i)
    return move.ops()


@importer("PACK")
def pack(node: Node) -> list[Op]:
    """Stacked along a new axis."""
    parts, y = [movable(node, i, *NO_BOOL) for i in range(len(node.inputs))], node.outputs[0]
    axis = axis_of(node, node.options("PackOptions")["Axis"], y)
    shape = (*y.shape[:axis], *y.shape[axis + 1 :])
    node.expect_shape(y, (*shape[:axis], len(parts), *shape[axis:]))
    move = Move(node, parts, y)
    for i, x in enumerate(parts):
        expect_alike(node, x)
        node.expect_shape(x, shape)
        move.take(move.y[(slice(None),) * axis + (i, ...)], move.x[i], i)
    return move.ops()


@importer("DYNAMIC_UPDATE_SLICE")
def dynamic_update_slice(node: Node) -> list[Op]:
    """A tensor with a part of it replaced by another one, which is moved inside where it would reach past the end."""
    x, part, y = movable(node, 0, *UPDATED), movable(node, 1, *UPDATED), node.outputs[0]
    node.expect_shape(y, x.shape)
    start = whole_numbers(node, 2, "start")
    if len(start) != len(x.shape) or len(part.shape) != len(x.shape):
        node.refuse(f"expected {len(x.shape)} dimensions, found start {start}, part {part.shape}")
    if any(n > most for n, most in zip(part.shape, x.shape)):
        node.refuse(f"a part of shape {part.shape}, greater than {x.shape}", part)
    first = [min(max(at, 0), most - n) for at, n, most in zip(start, part.shape, x.shape)]
    move = Move(node, [x, part], y)
    move.take(move.y, move.x[0])
    move.take(move.y[tuple(slice(at, at + n) for at, n in zip(first, part.shape))], move.x[1], 1)
    return move.ops()
