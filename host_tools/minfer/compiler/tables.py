"""Tables of unary functions: int8[256], the value for −128 first.

Each function reproduces the arithmetic of a reference kernel of TensorFlow Lite, named in its
docstring, for all 256 inputs at once. Scales are single-precision numbers, as the file has them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minfer._engine import lib
from minfer.compiler.ir import Tensor
from minfer.compiler.quantise import (
    INT8_MAX,
    INT8_MIN,
    Multiplier,
    inverse_sqrt,
    multiply,
    quantise_multiplier,
    round_half_away,
    rounding_shift,
    truncating_shift,
)

INPUTS = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int64)
IDENTITY = INPUTS.astype(np.int8)
FLOAT = np.float32


def look_up(table: Tensor, values: np.ndarray) -> np.ndarray:
    """What a LOOKUP answers to values of one byte each."""
    return table.data[values.view(np.int8).astype(int) - INT8_MIN]


def _saturate(values: np.ndarray) -> np.ndarray:
    return np.clip(values, INT8_MIN, INT8_MAX).astype(np.int8)


def hard_swish(x: Tensor, y: Tensor) -> np.ndarray:
    """`HardSwish` (reference/hard_swish.h) under `HardSwishPrepare` (activations.cc), 16 bits."""
    hires_scale = FLOAT(1.0 / 128.0) * FLOAT(x.scale)
    output, output_exponent = _multiplier_16(float(hires_scale / FLOAT(y.scale)))
    reluish_scale = FLOAT(3.0 / 32768.0)
    reluish, reluish_exponent = _multiplier_16(float(hires_scale / reluish_scale))

    hires = (INPUTS - x.zero_point) << 7
    preshift = _doubling_high_mul(hires, output)
    relu_value = hires
    if reluish_exponent > 0:
        relu_value = _saturating_shift(relu_value, reluish_exponent - 1)
    relu_value = _doubling_high_mul(relu_value, reluish)
    if reluish_exponent > 0:
        relu_value = _saturating_shift(relu_value, 1)
    elif reluish_exponent < 0:
        relu_value = rounding_shift(relu_value, -reluish_exponent)
    relu_value = (relu_value + (1 << 15)) >> 1
    # Truncated, not rounded; −1 times −1 saturates.
    product = np.minimum(truncating_shift(relu_value * preshift, 15), 32767)
    shifted = rounding_shift(product, -output_exponent) if output_exponent < 0 else product
    return _saturate(shifted + y.zero_point)


def _multiplier_16(real: float) -> tuple[int, int]:
    """`DownScaleInt32ToInt16Multiplier` of a quantised multiplier."""
    multiplier = quantise_multiplier(real)
    if multiplier.value >= 2**31 - (1 << 15):
        return 32767, multiplier.shift
    return (multiplier.value + (1 << 15)) >> 16, multiplier.shift


def _doubling_high_mul(a: np.ndarray, b: int) -> np.ndarray:
    """`SaturatingRoundingDoublingHighMul` (gemmlowp) in 16 bits."""
    product = np.clip(a, -32768, 32767) * b
    nudged = product + np.where(product >= 0, 1 << 14, 1 - (1 << 14))
    return truncating_shift(nudged, 15)


def _saturating_shift(a: np.ndarray, amount: int) -> np.ndarray:
    """`SaturatingLeftShift` in 16 bits."""
    return np.clip(a << amount, -32768, 32767)


def rsqrt(x: Tensor, y: Tensor) -> np.ndarray:
    """`RsqrtEvalQuantized` (elementwise.cc); the greatest value where that fails, below zero."""
    shift = 20
    scale = 1.0 / float(np.sqrt(FLOAT(x.scale)) * FLOAT(y.scale))
    multiplier = quantise_multiplier(scale)
    table = np.full(256, INT8_MAX, np.int8)
    for i in range(x.zero_point + 1, INT8_MAX + 1):
        inverse = inverse_sqrt(i - x.zero_point)
        data = multiply(np.array([1]), Multiplier(inverse.value, inverse.shift + shift))
        value = multiply(data, Multiplier(multiplier.value, multiplier.shift - shift))
        table[i - INT8_MIN] = _saturate(value + y.zero_point)[0]
    return table


def through_float(x: Tensor, y: Tensor, function: Callable[[float], float]) -> np.ndarray:
    """`LUTPopulate` (internal/common.h): real, function, integer, all in single precision."""
    inverse_scale = FLOAT(1) / FLOAT(y.scale)
    reals = FLOAT(x.scale) * (INPUTS - x.zero_point).astype(FLOAT)
    values = np.array([function(float(real)) for real in reals]).astype(FLOAT)
    rounded = [round_half_away(float(v)) for v in np.clip(values * inverse_scale, -1e6, 1e6)]
    return _saturate(np.array(rounded) + y.zero_point)


def logistic(real: float) -> float:
    """In single precision, as every function below."""
    return float(FLOAT(1) / (FLOAT(1) + FLOAT(lib.expf(-real))))


def elu(real: float) -> float:
    """e^x − 1 below zero."""
    return lib.expm1f(real) if real < 0 else real


def gelu(real: float) -> float:
    """`GeluTransform` (reference/gelu.h)."""
    scaled = FLOAT(real) * FLOAT(-np.sqrt(0.5))
    return float(FLOAT(0.5) * FLOAT(real) * FLOAT(lib.erfcf(float(scaled))))


def gelu_by_tanh(real: float) -> float:
    """`GeluTransformApproximate` (reference/gelu.h)."""
    v = FLOAT(real)
    inner = FLOAT(np.sqrt(2 / np.pi)) * (v + FLOAT(0.044715) * v * v * v)
    return float(FLOAT(0.5) * v * (FLOAT(1) + FLOAT(lib.tanhf(float(inner)))))
