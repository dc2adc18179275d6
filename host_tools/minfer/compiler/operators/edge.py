"""QUANTIZE and DEQUANTIZE."""

from __future__ import annotations

from minfer.compiler.ir import DEQUANTIZE, QUANTIZE, Op
from minfer.compiler.operators.lookup import requantise
from minfer.compiler.operators.registry import Node, importer
from minfer.format import DType


@importer("QUANTIZE")
def quantize(node: Node) -> Op:
    """From float32 at the model's edge, or from int8 to int8 of another scale."""
    x, y = node.operand(0, "input"), node.output
    node.expect_shape(y, x.shape)
    if x.dtype == DType.FLOAT32:
        return node.op(QUANTIZE, [x])
    return requantise(node)


@importer("DEQUANTIZE")
def dequantize(node: Node) -> Op:
    """To float32 at the model's edge."""
    x, y = node.activation(0), node.outputs[0]
    node.expect_shape(y, x.shape)
    if y.dtype != DType.FLOAT32:
        node.refuse(f"expected float32, found {y.dtype}")
    return node.op(DEQUANTIZE, [x])
