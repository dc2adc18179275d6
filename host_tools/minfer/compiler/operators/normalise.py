"""L2_NORMALIZATION and LOG_SOFTMAX."""

from __future__ import annotations

import math
from dataclasses import dataclass

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import Multiplier, quantise_multiplier, softmax_scaling

NO_ACTIVATION = 0


@dataclass(frozen=True)
class LogSoftmaxParams:
    """`reverse` brings differences back to the input's scale; those below `diff_min` count as minus infinity."""

    multiplier: Multiplier
    reverse: Multiplier
    diff_min: int

    def words(self) -> list[int]:
        """Both multipliers, each with its shift, then diff_min."""
        return [*self.multiplier, *self.reverse, self.diff_min]


@importer("L2_NORMALIZATION")
def l2_normalization(node: Node) -> Op:
    """Over the last dimension, as `Prepare` of kernels/l2norm.cc wants it."""
    options = node.options("L2NormOptions")
    x, y = node.activation(0), node.output
    if options["FusedActivationFunction"] != NO_ACTIVATION:
        node.refuse("expected no fused activation")
    if len(x.shape) > 4:
        node.refuse(f"expected at most 4 dimensions, found shape {x.shape}; reshape it", x)
    node.expect_shape(y, x.shape)
    _expect_quantisation(node, y, 1 / 128, 0)
    return node.op("L2_NORMALIZATION", [x])


@importer("LOG_SOFTMAX")
def log_softmax(node: Node) -> Op:
    """Over the last dimension, as `LogSoftmaxPrepare` of kernels/activations.cc sets it up."""
    x, y = node.activation(0), node.output
    node.expect_shape(y, x.shape)
    _expect_quantisation(node, y, 1 / 16, 127)
    multiplier, diff_min = softmax_scaling(1.0, x.scale)
    reverse = quantise_multiplier(math.ldexp(1.0, 31 - multiplier.shift) / multiplier.value)
    if not 0 <= multiplier.shift <= 30 or reverse.shift > 0:
        node.refuse(f"the scale {x.scale:.6g} is out of range for LOG_SOFTMAX", x)
    return node.op("LOG_SOFTMAX", [x], LogSoftmaxParams(multiplier, reverse, diff_min))


def _expect_quantisation(node: Node, y: Tensor, scale: float, zero_point: int) -> None:
    if (y.scale, y.zero_point) != (scale, zero_point):
        node.refuse(
            f"expected scale {scale:.6g} and zero point {zero_point}, found {y.scale:.6g} and {y.zero_point};"
            " convert it again",
            y,
        )
