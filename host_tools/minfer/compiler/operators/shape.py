"""What converters compute from shapes: every shape is known here, so all of it becomes constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

import numpy as np

from minfer.compiler.ir import Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.slices import INDEX, whole_numbers
from minfer.format import DType

# Of whole numbers that are no activations. Divisions are apart: numpy answers to a 0 with a warning.
FUNCTIONS: dict[str, Callable[..., np.ndarray]] = {
    "ADD": np.add,
    "CAST": lambda x: x,
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
    "MUL": np.multiply,
    "NEG": np.negative,
    "REDUCE_PROD": lambda x, axes: np.prod(x, axis=tuple(axes.reshape(-1))),
    "SUB": np.subtract,
    "SUM": lambda x, axes: np.sum(x, axis=tuple(axes.reshape(-1))),
}
DIVISIONS: dict[str, Callable[..., np.ndarray]] = {
    "DIV": lambda a, b: np.where((a < 0) != (b < 0), -(abs(a) // abs(b)), abs(a) // abs(b)),
    "FLOOR_DIV": np.floor_divide,
    "FLOOR_MOD": np.mod,
}


def fold(node: Node) -> bool:
    """Computes an operator on whole numbers that are constants; says whether it did."""
    function = FUNCTIONS.get(node.source.name) or DIVISIONS.get(node.source.name)
    operands = [_whole(x) for x in node.inputs]
    if function is None or any(x is None for x in operands) or len(node.outputs) != 1:
        return False
    if node.outputs[0].dtype not in INDEX:
        return False
    if node.source.name in DIVISIONS and len(operands) == 2 and not operands[1].all():
        node.refuse("division by zero")
    try:
        result = function(*operands)
    except (TypeError, ValueError) as error:
        node.refuse(f"constants that do not fit: {error}")
    # With or without the dimensions that a reduction leaves at 1, the numbers are the same.
    if result.size != node.outputs[0].elements:
        node.expect_shape(node.outputs[0], result.shape)
    _become(node, result.reshape(node.outputs[0].shape))
    return True


@importer("SHAPE")
def shape(node: Node) -> None:
    """The dimensions of a tensor."""
    _become(node, np.array(node.operand(0, "input").shape))


@importer("RANK")
def rank(node: Node) -> None:
    """How many dimensions a tensor has."""
    _become(node, np.array(len(node.operand(0, "input").shape)))


@importer("FILL")
def fill(node: Node) -> None:
    """One number everywhere."""
    value = node.constant(1, "value", node.outputs[0].dtype)
    _become(node, np.full(whole_numbers(node, 0, "shape"), value.data.reshape(-1)[0]))


@importer("ZEROS_LIKE")
def zeros_like(node: Node) -> None:
    """A 0 for each element."""
    x = node.operand(0, "input")
    if x.dtype not in (*INDEX, DType.FLOAT32):
        node.refuse(f"{x.dtype}: expected int32 or int64, as TensorFlow Lite's kernel")
    if x.dtype != node.outputs[0].dtype:
        node.refuse(f"expected the input's type {x.dtype}, found {node.outputs[0].dtype}")
    _become(node, np.zeros(x.shape))


@importer("BROADCAST_ARGS")
def broadcast_args(node: Node) -> None:
    """The shape to which two shapes broadcast."""
    shapes = [tuple(whole_numbers(node, i, "shape")) for i in (0, 1)]
    try:
        _become(node, np.array(np.broadcast_shapes(*shapes)))
    except ValueError:
        node.refuse(f"shapes {shapes[0]} and {shapes[1]} do not broadcast")


@importer("RANGE")
def range_(node: Node) -> None:
    """Numbers at equal distances."""
    numbers = ((0, "start"), (1, "limit"), (2, "delta"))
    start, limit, delta = (whole_numbers(node, i, what)[0] for i, what in numbers)
    if delta == 0:
        node.refuse("expected a delta other than 0")
    _become(node, np.arange(start, limit, delta))


def _whole(tensor: Optional[Tensor]) -> Optional[np.ndarray]:
    if tensor is None or tensor.data is None or tensor.dtype not in INDEX:
        return None
    return tensor.data


def _become(node: Node, value: np.ndarray) -> None:
    """Makes the output a constant."""
    output = node.outputs[0]
    node.expect_shape(output, value.shape)
    output.data = value.astype(output.dtype.numpy)
