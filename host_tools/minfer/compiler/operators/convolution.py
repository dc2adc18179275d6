"""CONV_2D and DEPTHWISE_CONV_2D."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.window import Axis, axis
from minfer.compiler.quantise import Multiplier, channel_multipliers
from minfer.format import DType


@dataclass(frozen=True)
class ConvParams:
    """Of both convolutions; `min` and `max` clamp the output."""

    rows: Axis
    cols: Axis
    min: int
    max: int

    def words(self) -> list[int]:
        """stride, pad and dilation, each by height and width, then the clamp."""
        h, w = self.rows, self.cols
        return [h.stride, w.stride, h.pad, w.pad, h.dilation, w.dilation, self.min, self.max]


def requant(name: str, multipliers: list[Multiplier]) -> Tensor:
    """The constant int32[2, n] of n multipliers and n shifts."""
    return Tensor.constant(f"{name} requant", np.array(multipliers, np.int32).T.copy())


def bias_of(node: Node, channels: int) -> Optional[Tensor]:
    """Input 2, int32[channels] where there is one; the chip does not need its quantisation."""
    bias = node.optional_constant(2, "bias", DType.INT32)
    if bias is None:
        return None
    if bias.elements != channels:
        node.refuse(f"bias: expected {channels} elements, found {bias.elements}", bias)
    return Tensor.constant(bias.name, bias.data.reshape(channels))


@importer("CONV_2D")
def conv_2d(node: Node) -> Op:
    """Each output channel sees all channels of the input, or those of its group."""
    options = node.options("Conv2DOptions")
    x, weights = node.activation(0), node.constant(1, "weights", DType.INT8)
    for tensor in (x, weights):
        node.expect_rank(tensor, 4)
    channels, _, _, depth = weights.shape
    if x.shape[3] % depth or channels % (x.shape[3] // depth):
        node.refuse(f"weights of shape {weights.shape} do not fit input {x.shape}", weights)
    return _convolution(node, options, channels, weights.elements // channels)


@importer("DEPTHWISE_CONV_2D")
def depthwise_conv_2d(node: Node) -> Op:
    """Each output channel sees one channel of the input."""
    options = node.options("DepthwiseConv2DOptions")
    x, weights = node.activation(0), node.constant(1, "weights", DType.INT8)
    for tensor in (x, weights):
        node.expect_rank(tensor, 4)
    ones, kernel_h, kernel_w, channels = weights.shape
    if ones != 1 or channels % x.shape[3]:
        node.refuse(f"weights of shape {weights.shape} do not fit input {x.shape}", weights)
    return _convolution(node, options, channels, kernel_h * kernel_w)


def _convolution(node: Node, options: dict[str, Any], channels: int, macs: int) -> Op:
    """`macs`: multiply-accumulates of one element of the output."""
    x, y, weights = node.inputs[0], node.output, node.inputs[1]
    rows = axis(node, options, "H", x.shape[1], weights.shape[1], options["DilationHFactor"])
    cols = axis(node, options, "W", x.shape[2], weights.shape[2], options["DilationWFactor"])
    node.expect_shape(y, (x.shape[0], rows.size_out, cols.size_out, channels))
    scales = node.weight_scales(weights, channels)
    multipliers = channel_multipliers(x.scale, np.broadcast_to(scales, channels), y.scale)
    low, high = node.clamp(options)
    return node.op(
        node.source.name,
        [x, weights, bias_of(node, channels), requant(weights.name, multipliers)],
        ConvParams(rows, cols, low, high),
        macs * y.elements,
    )
