"""TRANSPOSE_CONV."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minfer.compiler.ir import Op
from minfer.compiler.operators.convolution import bias_of, requant
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.window import Axis, axis
from minfer.compiler.quantise import channel_multipliers
from minfer.format import DType


@dataclass(frozen=True)
class TransposeConvParams:
    """The axes are those of the convolution that leads back; `min` and `max` clamp the output."""

    rows: Axis
    cols: Axis
    min: int
    max: int

    def words(self) -> list[int]:
        """stride and pad, each by height and width, then the clamp."""
        h, w = self.rows, self.cols
        return [h.stride, w.stride, h.pad, w.pad, self.min, self.max]


@importer("TRANSPOSE_CONV")
def transpose_conv(node: Node) -> Op:
    """Each input element adds the filter to the output, at its place times the stride."""
    options = node.options("TransposeConvOptions")
    x = node.activation(2, DType.INT8, DType.INT16)
    y, weights = node.result(x.dtype), node.constant(1, "weights", DType.INT8)
    for tensor in (x, y, weights):
        node.expect_rank(tensor, 4)
    shape = node.constant(0, "output shape", DType.INT32)
    node.expect_shape(y, tuple(int(d) for d in shape.data.ravel()))
    channels, kernel_h, kernel_w, depth = weights.shape
    if y.shape[0] != x.shape[0] or y.shape[3] != channels or x.shape[3] != depth:
        node.refuse(
            f"weights of shape {weights.shape} do not fit input {x.shape} and output {y.shape}",
            weights,
        )
    scales = np.broadcast_to(node.weight_scales(weights, channels), channels)
    multipliers = channel_multipliers(x.scale, scales, y.scale)
    return Op(
        "TRANSPOSE_CONV",
        [x, weights, bias_of(node, 3, channels, options), requant(weights.name, multipliers)],
        [y],
        TransposeConvParams(
            axis(node, options, "H", y.shape[1], kernel_h),
            axis(node, options, "W", y.shape[2], kernel_w),
            *node.clamp(options),
        ),
        macs=x.elements * weights.elements // depth,
        source=node.where,
    )
