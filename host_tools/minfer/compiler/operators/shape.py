"""SHAPE and what converters compute from it: constants, since every shape is known here."""

from __future__ import annotations

import numpy as np

from minfer.compiler.operators.registry import Node, importer


@importer("SHAPE")
def shape(node: Node) -> None:
    """The dimensions of a tensor."""
    _fold(node, np.array(node.operand(0, "input").shape))


@importer("STRIDED_SLICE")
def strided_slice(node: Node) -> None:
    """Part of a constant."""
    options = node.options("StridedSliceOptions")
    if options["EllipsisMask"] or options["NewAxisMask"]:
        node.refuse("expected no ellipsis and no new axis in the slice")
    x, *bounds = (_constant(node, i) for i in range(4))
    index = []
    for i, (first, last, step) in enumerate(zip(*(bound.reshape(-1) for bound in bounds))):
        bit = 1 << i
        if options["ShrinkAxisMask"] & bit:
            index.append(int(first))
        else:
            start = None if options["BeginMask"] & bit else int(first)
            stop = None if options["EndMask"] & bit else int(last)
            index.append(slice(start, stop, int(step)))
    try:
        _fold(node, x[tuple(index)])
    except (IndexError, ValueError):
        node.refuse(f"a slice outside the constant of shape {x.shape}")


@importer("PACK")
def pack(node: Node) -> None:
    """Constants stacked."""
    axis = node.options("PackOptions")["Axis"]
    try:
        _fold(node, np.stack([_constant(node, i) for i in range(len(node.inputs))], axis))
    except ValueError as error:
        node.refuse(f"constants that do not stack: {error}")


def _constant(node: Node, i: int) -> np.ndarray:
    tensor = node.operand(i, "operand")
    if tensor.data is None:
        node.refuse("minfer has this operator on constants only, found one computed at run time", tensor)
    return tensor.data


def _fold(node: Node, value: np.ndarray) -> None:
    """Makes the output a constant."""
    output = node.outputs[0]
    node.expect_shape(output, value.shape)
    output.data = value.astype(output.dtype.numpy)
