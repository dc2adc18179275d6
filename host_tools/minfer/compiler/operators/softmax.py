"""SOFTMAX."""

from __future__ import annotations

from dataclasses import dataclass

from minfer.compiler.ir import Op
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import Multiplier, softmax_scaling

OUTPUT_SCALE, OUTPUT_ZERO_POINT = 1.0 / 256.0, -128


@dataclass(frozen=True)
class SoftmaxParams:
    """Differences to the greatest element below `diff_min` count as zero."""

    multiplier: Multiplier
    diff_min: int

    def words(self) -> list[int]:
        """multiplier, left_shift, diff_min."""
        return [*self.multiplier, self.diff_min]


@importer("SOFTMAX")
def softmax(node: Node) -> Op:
    """Over the last dimension, as `SoftmaxPrepare` of kernels/activations.cc sets it up."""
    options = node.options("SoftmaxOptions")
    x, y = node.activation(0), node.output
    node.expect_shape(y, x.shape)
    if y.zero_point != OUTPUT_ZERO_POINT or abs(y.scale - OUTPUT_SCALE) > 0.001 * OUTPUT_SCALE:
        node.refuse(
            f"expected scale 1/256 and zero point -128, found {y.scale:.6g} and {y.zero_point};"
            " convert it again",
            y,
        )
    multiplier, diff_min = softmax_scaling(options["Beta"], x.scale)
    if multiplier.shift < 1:
        node.refuse(f"beta {options['Beta']:.6g} times the scale {x.scale:.6g} is too small", x)
    return node.op("SOFTMAX", [x], SoftmaxParams(multiplier, diff_min))
