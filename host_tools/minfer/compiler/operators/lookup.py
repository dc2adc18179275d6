"""Functions of one argument: int8 through a table of 256, int16 of 513 values with lines between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Optional

import numpy as np

from minfer._engine import lib
from minfer.compiler import tables, tables_int16
from minfer.compiler.ir import Op, Params, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import whole_log2
from minfer.format import DType


def lookup(
    node: Node, table: np.ndarray, kind: str = "LOOKUP", params: Optional[Params] = None
) -> Op:
    """The operator as a LOOKUP, or another kind that looks into a table."""
    x, y = node.inputs[0], node.outputs[0]
    node.expect_shape(y, x.shape)
    return node.op(kind, [x, Tensor.constant(f"{y.name} table", table)], params)


def through_float(node: Node, x: Tensor, y: Tensor, function: Callable[[float], float]) -> Op:
    """A function that TensorFlow Lite itself tabulates with floating point."""
    if x.dtype == DType.INT16:
        return lookup(node, tables_int16.through_float(x, y, function), "LOOKUP_INT16")
    return lookup(node, tables.through_float(x, y, function))


def both(node: Node) -> tuple[Tensor, Tensor]:
    """Input and output, int8 or int16 alike."""
    x = node.activation(0, DType.INT8, DType.INT16)
    return x, node.result(x.dtype)


@importer("HARD_SWISH")
def hard_swish(node: Node) -> Op:
    """x · relu6(x + 3) / 6."""
    return lookup(node, tables.hard_swish(node.activation(0), node.output))


@importer("RSQRT")
def rsqrt(node: Node) -> Op:
    """1 / √x."""
    x, y = both(node)
    if x.dtype == DType.INT8:
        return lookup(node, tables.rsqrt(x, y))
    most = float(np.float32(y.scale) * np.float32(tables_int16.INT16_MAX))

    def function(real: float) -> float:
        return float(1 / np.sqrt(np.float32(real))) if real > 0 else most

    return through_float(node, x, y, function)


@importer("ELU")
def elu(node: Node) -> Op:
    """x, or e^x − 1 below zero."""
    return through_float(node, node.activation(0), node.output, tables.elu)


@importer("EXP")
def exp(node: Node) -> Op:
    """e^x."""
    return through_float(node, *both(node), lib.expf)


@dataclass(frozen=True)
class LogisticParams:
    """Of LOGISTIC and TANH on int16: the input is scaled to the steps of their table."""

    is_tanh: bool
    multiplier: int
    right_shift: int

    def words(self) -> list[int]:
        """Whether TANH, the multiplier, the shift."""
        return [int(self.is_tanh), self.multiplier, self.right_shift]


SIGMOIDS = {"LOGISTIC": tables.logistic, "TANH": lib.tanhf}


@importer(*SIGMOIDS)
def sigmoid(node: Node) -> Op:
    """int8 through floating point, int16 through a table of the logistic function."""
    x, y = both(node)
    name = node.source.name
    if x.dtype == DType.INT8:
        return through_float(node, x, y, SIGMOIDS[name])
    if whole_log2(y.scale) != -15:
        node.refuse(f"expected scale 1/32768 with int16, found {y.scale:.6g}; convert it again", y)
    scaling = tables_int16.sigmoid_scaling(x.scale, name == "TANH")
    if scaling is None:
        limit = tables_int16.SIGMOID_SCALE_LIMIT
        node.refuse(f"expected a scale below {limit:.3g}, found {x.scale:.6g}", x)
    params = LogisticParams(name == "TANH", *scaling)
    return lookup(node, tables_int16.logistic(), "LOGISTIC_INT16", params)


@importer("LOG")
def log(node: Node) -> Op:
    """The logarithm; the least value of the output where there is none."""
    x, y = both(node)
    least = y.scale * (np.iinfo(y.dtype.numpy).min - y.zero_point)

    def function(real: float) -> float:
        return lib.logf(real) if real > 0 else least

    return through_float(node, x, y, function)


@importer("GELU")
def gelu(node: Node) -> Op:
    """x · Φ(x), exactly or by tanh as the model says."""
    approximate = node.options("GeluOptions")["Approximate"]
    function = tables.gelu_by_tanh if approximate else tables.gelu
    return through_float(node, node.activation(0), node.output, function)
