"""SOFTMAX."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import (
    Multiplier,
    quantise_multiplier,
    round_half_away,
    softmax_scaling,
)
from minfer.format import DType

# Scale and zero point of the output, by the types of input and output.
OUTPUTS = {
    (DType.INT8, DType.INT8): (1 / 256, -128),
    (DType.INT8, DType.INT16): (1 / 65536, -32768),
    (DType.INT16, DType.INT16): (1 / 32768, 0),
}
INT16_RANGE = 65535
FLOAT = np.float32


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
    beta = node.options("SoftmaxOptions")["Beta"]
    x, y = node.activation(0, DType.INT8, DType.INT16), node.outputs[0]
    node.expect_shape(y, x.shape)
    scale, zero_point = OUTPUTS.get((x.dtype, y.dtype), (0.0, 0))
    if scale == 0:
        node.refuse(f"expected int8 or, of int16, int16, found {y.dtype}", y)
    if y.zero_point != zero_point or abs(y.scale - scale) > 0.001 * scale:
        node.refuse(
            f"expected scale 1/{1 / scale:.0f} and zero point {zero_point}, found {y.scale:.6g} and {y.zero_point};"
            " convert it again",
            y,
        )
    if x.dtype == DType.INT16:
        if len(x.shape) > 4:
            node.refuse(
                f"expected at most 4 dimensions of int16, found shape {x.shape}; reshape it", x
            )
        real = float(FLOAT(x.scale) * FLOAT(beta)) / (10.0 / INT16_RANGE)
        return node.op("SOFTMAX", [x, *_tables()], SoftmaxParams(quantise_multiplier(real), 0))
    multiplier, diff_min = softmax_scaling(beta, x.scale)
    if multiplier.shift < 1:
        node.refuse(f"beta {beta:.6g} times the scale {x.scale:.6g} is too small", x)
    return node.op("SOFTMAX", [x], SoftmaxParams(multiplier, diff_min))


def _tables() -> list[Tensor]:
    """int16[513] each: exp from −10 to 0, and 1 / (1 + x) from 0 to 1."""
    exp = _table(math.exp, 10 / INT16_RANGE, 32767)
    reciprocal = _table(_reciprocal_of_one_plus, 1 / INT16_RANGE, -32768)
    return [Tensor.constant("exp", exp), Tensor.constant("1 / (1 + x)", reciprocal)]


def _reciprocal_of_one_plus(x: float) -> float:
    return 1.0 / (1.0 + x)


@lru_cache(maxsize=None)
def _table(function: Callable[[float], float], scale: float, zero_point: int) -> np.ndarray:
    """`LUTPopulate` (internal/common.h) in double precision, into a range of −1 to 1."""
    low, high = scale * (-32768 - zero_point), scale * (32767 - zero_point)
    step = (high - low) / 512
    # 65536 / (2 / 65535 · 65535)
    scaling = 32768.0
    values = []
    for i in range(512):
        value = round_half_away(function(low + i * step) * scaling)
        middle = round_half_away(function(low + i * step + step / 2) * scaling)
        following = function(low + (i + 1) * step) * scaling
        on_line = round_half_away((following + value) / 2)
        values.append(value - round_half_away((on_line - middle) / 2))
    values.append(round_half_away(function(high) * scaling))
    return np.clip(values, -32768, 32767).astype(np.int16)
