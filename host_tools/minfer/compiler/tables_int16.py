"""Tables of unary functions on int16, as TensorFlow Lite's reference kernels make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

import numpy as np

from minfer.compiler.ir import Tensor
from minfer.compiler.quantise import round_half_away, whole_log2

INT16_MIN, INT16_MAX = -(2**15), 2**15 - 1
FLOAT = np.float32
# Past it the multiplier of a LOGISTIC or TANH leaves 16 bits.
SIGMOID_SCALE_LIMIT = 2.0**15 / (3 * 4096)


def through_float(x: Tensor, y: Tensor, function: Callable[[float], float]) -> np.ndarray:
    """`LUTPopulateInt16` (internal/common.h), in single precision.

    int16[513], moved to halve the error of the lines between two values.
    """
    steps = 512
    low = FLOAT(x.scale) * FLOAT(INT16_MIN - x.zero_point)
    high = FLOAT(x.scale) * FLOAT(INT16_MAX - x.zero_point)
    least = FLOAT(y.scale) * FLOAT(INT16_MIN - y.zero_point)
    most = FLOAT(y.scale) * FLOAT(INT16_MAX - y.zero_point)
    step = (high - low) / FLOAT(steps)
    scaling = FLOAT(2**16) / (most - least)

    def scaled(real: np.float32) -> np.float32:
        return FLOAT(function(float(real))) * scaling

    table = []
    for i in range(steps):
        value = _round(scaled(low + FLOAT(i) * step))
        following = scaled(low + FLOAT(i + 1) * step)
        middle = _round(scaled(low + FLOAT(i) * step + step / FLOAT(2)))
        on_line = _round((following + value) / FLOAT(2))
        table.append(value - _round((on_line - middle) / FLOAT(2)))
    table.append(_round(scaled(high)))
    return np.clip(np.array(table), INT16_MIN, INT16_MAX).astype(np.int16)


def _round(x: np.float32) -> np.float32:
    return FLOAT(round_half_away(float(x))) if np.isfinite(x) else x


def logistic() -> np.ndarray:
    """`sigmoid_table_uint16` (internal/common.cc): 2^16 / (1 + e^(−i/24)), less 2^15.

    A line between two values would lie too low: each value is raised by half of what the middle of
    its line lacks. The last one is what lies beyond the table, 1.
    """

    def real(steps: np.ndarray) -> np.ndarray:
        return 2.0**16 / (1 + np.exp(-steps / 24))

    i = np.arange(256)
    lack = real(i + 0.5) - (real(i) + real(i + 1)) / 2
    table = np.floor(real(i) + lack / 2 + 0.5) - 2**15
    table[-1] = INT16_MAX
    return table.astype(np.int16)


def sigmoid_scaling(scale: float, is_tanh: bool) -> Optional[tuple[int, int]]:
    """`SigmoidPrepare` and `TanhPrepare` (activations.cc): multiplier and right shift to 1 / (3 · 4096).

    None for a scale of `SIGMOID_SCALE_LIMIT` or more.
    """
    exponent = whole_log2(scale)
    if exponent is not None and 0 <= exponent + 12 <= int(is_tanh):
        return 3 << (exponent + 12), 0
    multiplier, shift = scale * 4096.0 * 3.0, 0
    while multiplier <= 32767.0 / 2.0 and shift <= 30:
        shift += 1
        multiplier *= 2.0
    return (int(multiplier), shift) if multiplier < 2**15 else None
