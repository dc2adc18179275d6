"""QUANTIZE and DEQUANTIZE: at the model's edge, or of constants, which are computed here."""

from __future__ import annotations

from typing import Optional

import numpy as np

from minfer.compiler.ir import DEQUANTIZE, QUANTIZE, Op
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.requantise import requantise
from minfer.format import DType

FLOAT_FACED = (DType.INT8, DType.UINT8, DType.INT16)


@importer("QUANTIZE")
def quantize(node: Node) -> Optional[Op]:
    """From float32 at the model's edge or in constants, or from integers to integers of another type or scale."""
    x, y = node.operand(0, "input"), node.result(*FLOAT_FACED)
    node.expect_shape(y, x.shape)
    if x.dtype != DType.FLOAT32:
        return requantise(node)
    if x.data is None:
        return node.op(QUANTIZE, [x])
    # `AffineQuantize` (reference/quantize.h): divided in single precision.
    info = np.iinfo(y.dtype.numpy)
    units = (x.data / np.float32(y.scale)).astype(np.float64)
    if not np.isfinite(units).all():
        node.refuse("constant: expected finite numbers, found others", x)
    rounded = np.copysign(np.floor(abs(units) + 0.5), units) + y.zero_point
    y.data = rounded.clip(info.min, info.max).astype(y.dtype.numpy)
    return None


@importer("DEQUANTIZE")
def dequantize(node: Node) -> Optional[Op]:
    """To float32 at the model's edge or in constants."""
    x, y = node.activation(0, *FLOAT_FACED), node.outputs[0]
    node.expect_shape(y, x.shape)
    if y.dtype != DType.FLOAT32:
        node.refuse(f"expected float32, found {y.dtype}")
    if x.data is None:
        return node.op(DEQUANTIZE, [x])
    # `Dequantize` (reference/dequantize.h): multiplied in double precision.
    y.data = (x.scale * (x.data.astype(np.int64) - x.zero_point)).astype(np.float32)
    return None
