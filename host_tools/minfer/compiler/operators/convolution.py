"""CONV_2D and DEPTHWISE_CONV_2D."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Optional

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.window import Axis, axis
from minfer.compiler.quantise import Multiplier, channel_multipliers
from minfer.compiler.tflite_file import TYPE_NAMES
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


def bias_of(node: Node, place: int, channels: int, options: dict[str, Any]) -> Optional[Tensor]:
    """Input `place`, [channels] where there is one, without its quantisation: the chip needs none.

    int32 with int8 activations; with int16 int64, unless the options say otherwise, and zeros
    where there is none.
    """
    wide = node.outputs[0].dtype == DType.INT16
    narrow_sums = TYPE_NAMES.get(options.get("QuantizedBiasType")) == "INT32"
    dtype = DType.INT64 if wide and not narrow_sums else DType.INT32
    bias = node.optional_constant(place, "bias", dtype)
    if bias is None:
        return Tensor.constant("no bias", np.zeros(channels, np.int64)) if wide else None
    if bias.elements != channels:
        node.refuse(f"bias: expected {channels} elements, found {bias.elements}", bias)
    return Tensor.constant(bias.name, bias.data.reshape(channels))


def weights_of(node: Node, x: Tensor) -> Tensor:
    """Input 1, a constant of int8 or int4. The chip has no int4 with int16 activations: they are widened."""
    weights = node.constant(1, "weights", DType.INT8, DType.INT4)
    return _widened(weights) if x.dtype == DType.INT16 else weights


def _widened(weights: Tensor) -> Tensor:
    """int4 as int8."""
    return replace(weights, dtype=DType.INT8)


def _dense(weights: Tensor, groups: int) -> Tensor:
    """The weights of a grouped convolution as those of one group, 0 for channels of other groups."""
    channels, kernel_h, kernel_w, depth = weights.shape
    data = np.zeros((groups, channels // groups, kernel_h, kernel_w, groups, depth), np.int8)
    for group, part in enumerate(np.split(weights.data, groups)):
        data[group, :, :, :, group] = part
    shape = (channels, kernel_h, kernel_w, groups * depth)
    return replace(weights, shape=shape, data=data.reshape(shape))


@importer("CONV_2D")
def conv_2d(node: Node) -> Op:
    """Each output channel sees all channels of the input, or those of its group.

    The chip has groups in int8 only: int4 is widened, in int16 all weights are written out.
    """
    options = node.options("Conv2DOptions")
    x = node.activation(0, DType.INT8, DType.INT16)
    node.result(x.dtype)
    weights = weights_of(node, x)
    for tensor in (x, weights):
        node.expect_rank(tensor, 4)
    channels, _, _, depth = weights.shape
    groups = x.shape[3] // depth
    if x.shape[3] % depth or channels % groups:
        node.refuse(f"weights of shape {weights.shape} do not fit input {x.shape}", weights)
    if groups > 1:
        weights = _widened(weights) if x.dtype == DType.INT8 else _dense(weights, groups)
    if x.dtype == DType.INT16 and (len(node.inputs) < 3 or node.inputs[2] is None):
        node.refuse(
            "no bias: expected one with int16 activations, as TensorFlow Lite does; convert it again"
        )
    return _convolution(node, options, weights, channels, weights.elements // channels)


@importer("DEPTHWISE_CONV_2D")
def depthwise_conv_2d(node: Node) -> Op:
    """Each output channel sees one channel of the input."""
    options = node.options("DepthwiseConv2DOptions")
    x = node.activation(0, DType.INT8, DType.INT16)
    node.result(x.dtype)
    # TensorFlow Lite's kernel for int16 takes packed weights for bytes.
    types = (DType.INT8, DType.INT4) if x.dtype == DType.INT8 else (DType.INT8,)
    weights = node.constant(1, "weights", *types)
    for tensor in (x, weights):
        node.expect_rank(tensor, 4)
    ones, kernel_h, kernel_w, channels = weights.shape
    if ones != 1 or channels % x.shape[3]:
        node.refuse(f"weights of shape {weights.shape} do not fit input {x.shape}", weights)
    return _convolution(node, options, weights, channels, kernel_h * kernel_w)


def _convolution(
    node: Node, options: dict[str, Any], weights: Tensor, channels: int, macs: int
) -> Op:
    """`macs`: multiply-accumulates of one element of the output."""
    x, y = node.inputs[0], node.outputs[0]
    rows = axis(node, options, "H", x.shape[1], weights.shape[1], options["DilationHFactor"])
    cols = axis(node, options, "W", x.shape[2], weights.shape[2], options["DilationWFactor"])
    node.expect_shape(y, (x.shape[0], rows.size_out, cols.size_out, channels))
    scales = node.weight_scales(weights, channels)
    multipliers = channel_multipliers(x.scale, np.broadcast_to(scales, channels), y.scale)
    low, high = node.clamp(options)
    return node.op(
        node.source.name,
        [x, weights, bias_of(node, 2, channels, options), requant(weights.name, multipliers)],
        ConvParams(rows, cols, low, high),
        macs * y.elements,
    )
