"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from minfer.compiler.ir import DEQUANTIZE, QUANTIZE, Op
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.requantise import requantise
from minfer.format import DType

FLOAT_FACED = (DType.INT8, DType.UINT8, DType.INT16)


@importer("QUANTIZE")
def quantize(node: Node) -> Op:
    """From float32 at the model's edge, or from integers to integers of another type or scale."""
    x, y = node.operand(0, "input"), node.result(*FLOAT_FACED)
    node.expect_shape(y, x.shape)
    if x.dtype == DType.FLOAT32:
        return node.op(QUANTIZE, [x])
    return requantise(node)


@importer("DEQUANTIZE")
def dequantize(node: Node) -> Op:
    """To float32 at the model's edge."""
    x, y = node.activation(0, *FLOAT_FACED), node.outputs[0]
    node.expect_shape(y, x.shape)
    if y.dtype != DType.FLOAT32:
        node.refuse(f"expected float32, found {y.dtype}")
    return node.op(DEQUANTIZE, [x])
