"""SHAPE and what converters compute from it: constants, since every shape is known here."""

from __future__ import annotations

from typing import Any

import numpy as np

from minfer.compiler.operators.registry import Node, importer


@importer("SHAPE")
def shape(node: Node) -> None:
    """The dimensions of a tensor."""
    _fold(node, np.array(node.operand(0, "input").shape))


@importer("CONCATENATION", "GATHER", "PACK", "REDUCE_PROD", "STRIDED_SLICE")
def arithmetic(node: Node) -> None:
    """Operators that stand between a SHAPE and a RESHAPE, on constants."""
    operands = [_constant(node, i) for i in range(len(node.inputs))]
    kind = node.source.name
    try:
        value = _FUNCTIONS[kind](node.options(_OPTIONS[kind]), *operands)
    except (IndexError, TypeError, ValueError) as error:
        node.refuse(f"constants that do not fit ({error}); convert it again")
    _fold(node, value)


def _concatenation(options: dict[str, Any], *operands: np.ndarray) -> np.ndarray:
    return np.concatenate(operands, options["Axis"])


def _gather(options: dict[str, Any], x: np.ndarray, indices: np.ndarray) -> np.ndarray:
    if options["BatchDims"]:
        raise ValueError("batch dimensions")
    return np.take(x, indices, options["Axis"])


def _pack(options: dict[str, Any], *operands: np.ndarray) -> np.ndarray:
    return np.stack(operands, options["Axis"])


def _reduce_prod(options: dict[str, Any], x: np.ndarray, axes: np.ndarray) -> np.ndarray:
    return np.prod(x, tuple(axes.reshape(-1).tolist()), keepdims=options["KeepDims"])


def _strided_slice(options: dict[str, Any], x: np.ndarray, *bounds: np.ndarray) -> np.ndarray:
    if options["EllipsisMask"] or options["NewAxisMask"]:
        raise ValueError("ellipsis or new axis")
    index = []
    for i, (first, last, step) in enumerate(zip(*(bound.reshape(-1) for bound in bounds))):
        bit = 1 << i
        if options["ShrinkAxisMask"] & bit:
            index.append(int(first))
        else:
            start = None if options["BeginMask"] & bit else int(first)
            stop = None if options["EndMask"] & bit else int(last)
            index.append(slice(start, stop, int(step)))
    return x[tuple(index)]


_FUNCTIONS = {
    "CONCATENATION": _concatenation,
    "GATHER": _gather,
    "PACK": _pack,
    "REDUCE_PROD": _reduce_prod,
    "STRIDED_SLICE": _strided_slice,
}
_OPTIONS = {
    "CONCATENATION": "ConcatenationOptions",
    "GATHER": "GatherOptions",
    "PACK": "PackOptions",
    "REDUCE_PROD": "ReducerOptions",
    "STRIDED_SLICE": "StridedSliceOptions",
}


def _constant(node: Node, i: int) -> np.ndarray:
    tensor = node.operand(i, "operand")
    if tensor.data is None:
        node.refuse("minfer has this operator on constants only, found a computed one", tensor)
    return tensor.data


def _fold(node: Node, value: np.ndarray) -> None:
    """Makes the output a constant."""
    output = node.outputs[0]
    node.expect_shape(output, value.shape)
    output.data = value.astype(output.dtype.numpy)
