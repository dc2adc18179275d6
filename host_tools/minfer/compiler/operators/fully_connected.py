"""FULLY_CONNECTED."""

from __future__ import annotations

from dataclasses import dataclass

from minfer.compiler.ir import Op
from minfer.compiler.operators.convolution import bias_of, requant
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


@importer("FULLY_CONNECTED")
def fully_connected(node: Node) -> Op:
    """Rows of the input times the transposed weights."""
    options = node.options("FullyConnectedOptions")
    x, y, weights = node.activation(0), node.output, node.constant(1, "weights", DType.INT8)
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
    scales = node.weight_scales(weights, channels)
    if len(scales) == 1:
        multipliers = [tensor_multiplier(x.scale, scales[0], y.scale)]
    else:
        multipliers = channel_multipliers(x.scale, scales, y.scale)
    low, high = node.clamp(options)
    return node.op(
        "FULLY_CONNECTED",
        [x, weights, bias_of(node, channels), requant(weights.name, multipliers)],
        FullyConnectedParams(weights.zero_point, low, high),
        macs=x.elements * channels,
    )
