"""FULLY_CONNECTED."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.convolution import bias_of, requant, weights_of
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import channel_multipliers, tensor_multiplier
from minfer.format import DType


@dataclass(frozen=True)
class FullyConnectedParams:
    """`min` and `max` clamp the output."""

    weights_zero_point: int
    min: int
    max: int

    def words(self) -> list[int]:
        """All of them, in order."""
        return [self.weights_zero_point, self.min, self.max]


def _weights(node: Node, x: Tensor) -> Tensor:
    """Constant ones, or computed ones of int8.

    With int16 activations the chip's fast kernel has no zero point of the weights: it is subtracted here, where int8 has room.
    """
    if node.operand(1, "weights").data is None:
        return node.activation(1)
    weights = weights_of(node, x)
    if node.inputs[1].dtype == DType.INT4 and weights.zero_point:
        node.refuse(
            f"int4 weights: expected zero point 0, found {weights.zero_point}; quantise symmetrically",
            weights,
        )
    if x.dtype == DType.INT16 and weights.zero_point:
        shifted = weights.data.astype(np.int16) - weights.zero_point
        if (shifted == shifted.astype(np.int8)).all():
            return replace(weights, data=shifted.astype(np.int8), zero_points=np.zeros(1, np.int64))
    return weights


def _is_zero(tensor: Optional[Tensor]) -> bool:
    if tensor is None:
        return True
    return tensor.data is not None and bool((tensor.data == tensor.zero_point).all())


@importer("FULLY_CONNECTED")
def fully_connected(node: Node) -> Optional[Op]:
    """Rows of the input times the transposed weights.

    A recurrent layer written out step by step begins with a state of zeros. Their product is zero, whatever the scales, which
    the converter leaves at 0 or makes infinite.
    """
    options = node.options("FullyConnectedOptions")
    x = node.activation(0, DType.INT8, DType.INT16)
    y, weights = node.result(x.dtype), _weights(node, x)
    node.expect_rank(weights, 2)
    if options["WeightsFormat"] != 0:
        node.refuse("weights in shuffled order: expected the default; convert it again", weights)
    channels, depth = weights.shape
    if x.elements % depth:
        node.refuse(f"input {x.shape} does not fit weights {weights.shape}")
    if options["KeepNumDims"]:
        node.expect_shape(y, x.shape[:-1] + (channels,))
    elif y.leaves_open or y.elements != x.elements // depth * channels:
        node.expect_shape(y, (x.elements // depth, channels))
    low, high = node.clamp(options)
    if _is_zero(x) and all(_is_zero(bias) for bias in node.inputs[2:]):
        y.data = np.full(y.shape, np.clip(y.zero_point, low, high), y.dtype.numpy)
        return None
    scales = node.weight_scales(weights, channels)
    if len(scales) == 1:
        multipliers = [tensor_multiplier(x.scale, scales[0], y.scale)]
    else:
        multipliers = channel_multipliers(x.scale, scales, y.scale)
    if x.dtype == DType.INT16 or weights.dtype == DType.INT4:
        # The chip runs these as convolutions, with a multiplier a channel.
        multipliers *= channels // len(multipliers)
    return node.op(
        "FULLY_CONNECTED",
        [x, weights, bias_of(node, 2, channels, options), requant(weights.name, multipliers)],
        FullyConnectedParams(weights.zero_point, low, high),
        macs=x.elements * channels,
    )
