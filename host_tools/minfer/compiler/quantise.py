"""Real multipliers to integers, step for step as TensorFlow Lite 2.19 computes them.

The last bit of a model's output depends on where TensorFlow Lite rounds to single precision on the
way, so every function here says which one of TensorFlow Lite it follows.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Optional

import numpy as np

from minfer.format import DType

INT8_MIN, INT8_MAX = -128, 127


class RangeError(ValueError):
    """Scales or options so large or small that an integer computed from them has no value."""


class Multiplier(NamedTuple):
    """value × 2^(shift − 31) stands for a real multiplier; shift is positive to the left."""

    value: int
    shift: int


def round_half_away(x: float) -> int:
    """`TfLiteRound`: the nearest integer, halves away from zero."""
    if not math.isfinite(x):
        raise RangeError(f"expected scales with a finite ratio, found {x}; quantise the model anew")
    return int(math.copysign(math.floor(abs(x) + 0.5), x)) if abs(x) < 2**52 else int(x)


def quantise_multiplier(real: float) -> Multiplier:
    """`QuantizeMultiplier` (kernels/internal/quantization_util.cc), double rounding."""
    if real == 0.0:
        return Multiplier(0, 0)
    fraction, shift = math.frexp(real)
    value = round_half_away(fraction * 2.0**31)
    if value == 2**31:
        value //= 2
        shift += 1
    if shift < -31:
        return Multiplier(0, 0)
    return Multiplier(value, shift)


def channel_multipliers(
    input_scale: float, weight_scales: np.ndarray, output_scale: float
) -> list[Multiplier]:
    """`PopulateConvolutionQuantizationParams` (kernels/kernel_util.cc): in double throughout."""
    return [
        quantise_multiplier(float(input_scale) * float(scale) / float(output_scale))
        for scale in weight_scales
    ]


def tensor_multiplier(input_scale: float, weight_scale: float, output_scale: float) -> Multiplier:
    """`GetQuantizedConvolutionMultipler` (kernels/kernel_util.cc): product in single precision."""
    product = np.float32(input_scale) * np.float32(weight_scale)
    return quantise_multiplier(float(product) / float(output_scale))


def activation_range(
    activation: str, scale: float, zero_point: int, dtype: DType = DType.INT8
) -> Optional[tuple[int, int]]:
    """`CalculateActivationRangeQuantized` (kernels/kernel_util.cc) for int8 and int16.

    None for an activation that is no clamp.
    """
    bounds = {
        "NONE": (None, None),
        "RELU": (0.0, None),
        "RELU6": (0.0, 6.0),
        "RELU_N1_TO_1": (-1.0, 1.0),
    }.get(activation)
    if bounds is None:
        return None

    def quantised(real: float) -> int:
        return zero_point + round_half_away(float(np.float32(real) / np.float32(scale)))

    low, high = bounds
    least, most = np.iinfo(dtype.numpy).min, np.iinfo(dtype.numpy).max
    return (
        least if low is None else max(least, quantised(low)),
        most if high is None else min(most, quantised(high)),
    )


def multiply(x: np.ndarray, multiplier: Multiplier) -> np.ndarray:
    """`MultiplyByQuantizedMultiplier` (kernels/internal/common.cc) on int32, double rounding."""
    left, right = max(multiplier.shift, 0), max(-multiplier.shift, 0)
    shifted = (np.asarray(x, np.int64) << left).astype(np.int32).astype(np.int64)
    product = shifted * multiplier.value
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    return rounding_shift(truncating_shift(nudged, 31), right)


def rounding_shift(x: np.ndarray, exponent: int) -> np.ndarray:
    """`RoundingDivideByPOT` (gemmlowp): x / 2^exponent, halves away from zero."""
    mask = (1 << exponent) - 1
    threshold = (mask >> 1) + (x < 0)
    return (x >> exponent) + ((x & mask) > threshold)


def truncating_shift(x: np.ndarray, exponent: int) -> np.ndarray:
    """x / 2^exponent, towards zero, as C divides."""
    return np.where(x >= 0, x >> exponent, -(-x >> exponent))


def whole_log2(scale: float) -> Optional[int]:
    """`CheckedLog2` (kernels/internal/quantization_util.cc): the exponent of a power of two, None for other numbers."""
    real = math.log2(scale)
    rounded = round_half_away(real)
    return rounded if abs(real - rounded) < 1e-3 else None


def softmax_scaling(beta: float, input_scale: float) -> tuple[Multiplier, int]:
    """`PreprocessSoftmaxScaling`, `CalculateInputRadius` (kernels/internal/quantization_util.cc).

    Returns the multiplier and diff_min, with 5 integer bits for the scaled difference.
    """
    integer_bits = 5
    real = min(
        float(np.float32(beta)) * float(np.float32(input_scale)) * (1 << (31 - integer_bits)),
        2.0**31 - 1.0,
    )
    multiplier = quantise_multiplier(real)
    radius = ((1 << integer_bits) - 1) * 2.0 ** (31 - integer_bits) / 2.0**multiplier.shift
    return multiplier, -math.floor(radius)


def inverse_sqrt(x: int) -> Multiplier:
    """`GetInvSqrtQuantizedMultiplierExp` (kernels/internal/common.cc): 1 / √x for x of 1 to 2^29.

    Five Newton-Raphson steps from 1 in fixed point with 3 integer bits.
    """
    if x <= 1:
        return Multiplier(2**31 - 1, 0)
    pairs = (31 - x.bit_length()) // 2 - 1
    shift = 11 - pairs
    fixed = (x << (2 * pairs)) >> 1
    half = int(rounding_shift(np.int64(fixed), 1))
    half_three = (1 << 28) + (1 << 27)

    def product(a: int, b: int) -> int:
        return int(multiply(np.int64(a), Multiplier(b, 0)))

    def saturating_shift(a: int, amount: int) -> int:
        return max(-(2**31), min(2**31 - 1, a << amount))

    root = 1 << 28
    for _ in range(5):
        cube = saturating_shift(product(product(root, root), root), 6)
        root = saturating_shift(product(half_three, root) - product(half, cube), 3)
    half_sqrt_2 = 1518500250
    root = product(root, half_sqrt_2)
    if shift < 0:
        root, shift = root << -shift, 0
    return Multiplier(root, -shift)
