"""What requantises: QUANTIZE between integers, RELU and its kin, PRELU and its kin; and CAST."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minfer.compiler.ir import RESHAPE, Op, Tensor
from minfer.compiler.operators.elementwise import broadcast_walk, operands
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import Multiplier, quantise_multiplier, round_half_away
from minfer.compiler.walk import Walk
from minfer.format import DType

ONE = Multiplier(1 << 30, 1)
FLOAT = np.float32


@dataclass(frozen=True)
class RequantiseParams:
    """`min` and `max` clamp the output."""

    multiplier: Multiplier
    min: int
    max: int

    def words(self) -> list[int]:
        """The multiplier with its shift, the clamp."""
        return [*self.multiplier, self.min, self.max]


@dataclass(frozen=True)
class PreluParams:
    """One multiplier from the zero point on; below it another one, which alpha multiplies."""

    multiplier: Multiplier
    alpha: Multiplier
    min: int
    max: int
    walk: Walk

    def words(self) -> list[int]:
        """Two multipliers each with its shift, the clamp, the walk."""
        return [*self.multiplier, *self.alpha, self.min, self.max, *self.walk.words()]


def limits(dtype: DType) -> tuple[int, int]:
    """Least and greatest integer of a type."""
    info = np.iinfo(dtype.numpy)
    return int(info.min), int(info.max)


def ratio(x: Tensor, y: Tensor) -> Multiplier:
    """x.scale / y.scale, divided in single precision."""
    return quantise_multiplier(float(FLOAT(x.scale) / FLOAT(y.scale)))


# The types that QUANTIZE takes, by that of its output.
SOURCES = {
    DType.INT8: (DType.INT8, DType.UINT8, DType.INT16, DType.INT32),
    DType.UINT8: (DType.INT8, DType.UINT8),
    DType.INT16: (DType.INT16, DType.INT32),
}


def requantise(node: Node) -> Op:
    """`Requantize` (reference/requantize.h) under `Prepare` of quantize.cc: the ratio in double."""
    y = node.result(*SOURCES)
    x = node.activation(0, *SOURCES[y.dtype])
    params = RequantiseParams(quantise_multiplier(x.scale / y.scale), *limits(y.dtype))
    return node.op("REQUANTISE", [x], params)


RELU_BOUNDS = {
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_0_TO_1": (0.0, 1.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}
WITH_INT16 = ("RELU", "RELU6")


@importer(*RELU_BOUNDS)
def relu(node: Node) -> Op:
    """`ReluX` under `QuantizedReluX` (activations.cc): a clamp that may requantise as well."""
    types = (DType.INT8, DType.INT16) if node.source.name in WITH_INT16 else (DType.INT8,)
    x = node.activation(0, *types)
    y = node.result(x.dtype)
    node.expect_shape(y, x.shape)
    least, most = limits(y.dtype)
    low, high = RELU_BOUNDS[node.source.name]
    least = max(least, y.zero_point + round_half_away(float(FLOAT(low) / FLOAT(y.scale))))
    if high is not None:
        most = min(most, y.zero_point + round_half_away(float(FLOAT(high) / FLOAT(y.scale))))
    return node.op("REQUANTISE", [x], RequantiseParams(ratio(x, y), least, most))


@importer("PRELU")
def prelu(node: Node) -> Op:
    """Multipliers as `PreluPrepare` of activations.cc computes them, in single precision."""
    x, alpha, y, walk = operands(node)
    node.expect_shape(y, x.shape)
    slope = FLOAT(x.scale) * FLOAT(alpha.scale) / FLOAT(y.scale)
    params = PreluParams(ratio(x, y), quantise_multiplier(float(slope)), *limits(y.dtype), walk)
    return node.op("PRELU", [x, alpha], params)


@importer("LEAKY_RELU")
def leaky_relu(node: Node) -> Op:
    """`QuantizeLeakyRelu` (reference/leaky_relu.h): a PRELU whose alpha is the slope's sign."""
    x = node.activation(0, DType.INT8, DType.INT16)
    y = node.result(x.dtype)
    alpha = node.options("LeakyReluOptions")["Alpha"]
    slope = float(FLOAT(x.scale) * FLOAT(alpha) / FLOAT(y.scale))
    return _sloped(node, x, ratio(x, y), quantise_multiplier(abs(slope)), -1 if slope < 0 else 1)


@importer("ABS")
def absolute(node: Node) -> Op:
    """`AbsEvalQuantized` (elementwise.cc): a PRELU with alpha −1."""
    x = node.activation(0, DType.INT8, DType.INT16)
    y = node.result(x.dtype)
    multiplier = ONE if x.scale == y.scale else ratio(x, y)
    return _sloped(node, x, multiplier, multiplier, -1)


def _sloped(node: Node, x: Tensor, multiplier: Multiplier, slope: Multiplier, sign: int) -> Op:
    node.expect_shape(node.outputs[0], x.shape)
    alpha = Tensor.constant(f"{node.outputs[0].name} sign", np.array([sign], x.dtype.numpy))
    walk = broadcast_walk(node, (x.shape, (1,) * len(x.shape)))
    return node.op("PRELU", [x, alpha], PreluParams(multiplier, slope, *limits(x.dtype), walk))


INTEGERS = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32, DType.INT64, DType.BOOL)


@importer("CAST")
def cast(node: Node) -> Op:
    """Integers and bool to one another, as C converts them."""
    x, y = node.operand(0, "input"), node.outputs[0]
    for tensor in (x, y):
        if tensor.dtype not in INTEGERS:
            node.refuse(
                f"{tensor.dtype}: expected integers or bool; quantise the whole model to int8",
                tensor,
            )
    if x.dtype == DType.INT64 and y.dtype == DType.BOOL:
        node.refuse("int64 to bool: expected an integer of 32 bits or less", x)
    node.expect_shape(y, x.shape)
    if x.dtype == y.dtype:
        return node.op(RESHAPE, [x])
    return node.op("CAST", [x])
