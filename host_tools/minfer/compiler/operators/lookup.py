"""Unary operators on int8: each becomes a LOOKUP in a table of 256 bytes."""

from __future__ import annotations

import numpy as np

from minfer._engine import lib
from minfer.compiler import tables
from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer


def lookup(node: Node, table: np.ndarray) -> Op:
    """The operator as a LOOKUP."""
    node.expect_shape(node.output, node.inputs[0].shape)
    return node.op("LOOKUP", [node.inputs[0], Tensor.constant(f"{node.output.name} table", table)])


def requantise(node: Node) -> Op:
    """QUANTIZE from int8 to int8."""
    return lookup(node, tables.requantise(node.activation(0), node.output))


RELU_BOUNDS = {
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_0_TO_1": (0.0, 1.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}


@importer(*RELU_BOUNDS)
def relu(node: Node) -> Op:
    """A clamp that may requantise as well."""
    bounds = RELU_BOUNDS[node.source.name]
    return lookup(node, tables.relu(node.activation(0), node.output, *bounds))


@importer("LEAKY_RELU")
def leaky_relu(node: Node) -> Op:
    """x, or alpha · x below zero."""
    alpha = node.options("LeakyReluOptions")["Alpha"]
    return lookup(node, tables.leaky_relu(node.activation(0), node.output, alpha))


@importer("HARD_SWISH")
def hard_swish(node: Node) -> Op:
    """x · relu6(x + 3) / 6."""
    return lookup(node, tables.hard_swish(node.activation(0), node.output))


@importer("ABS")
def absolute(node: Node) -> Op:
    """|x|."""
    return lookup(node, tables.absolute(node.activation(0), node.output))


@importer("RSQRT")
def rsqrt(node: Node) -> Op:
    """1 / √x."""
    return lookup(node, tables.rsqrt(node.activation(0), node.output))


THROUGH_FLOAT = {
    "ELU": tables.elu,
    "EXP": lib.expf,
    "LOGISTIC": tables.logistic,
    "TANH": lib.tanhf,
}


@importer(*THROUGH_FLOAT)
def through_float(node: Node) -> Op:
    """Functions that TensorFlow Lite itself tabulates with floating point."""
    function = THROUGH_FLOAT[node.source.name]
    return lookup(node, tables.through_float(node.activation(0), node.output, function))


@importer("LOG")
def log(node: Node) -> Op:
    """The logarithm; the least value of the output where there is none."""
    x, y = node.activation(0), node.output
    least = y.scale * (tables.INT8_MIN - y.zero_point)

    def function(real: float) -> float:
        return lib.logf(real) if real > 0 else least

    return lookup(node, tables.through_float(x, y, function))


@importer("GELU")
def gelu(node: Node) -> Op:
    """x · Φ(x), exactly or by tanh as the model says."""
    approximate = node.options("GeluOptions")["Approximate"]
    function = tables.gelu_by_tanh if approximate else tables.gelu
    return lookup(node, tables.through_float(node.activation(0), node.output, function))
