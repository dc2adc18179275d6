"""Importers: one module for each family of operators, entered in `IMPORTERS` by importing it."""

from minfer.compiler.operators import (  # noqa: F401
    add,
    batch_matmul,
    convolution,
    edge,
    fully_connected,
    lookup,
    pad,
    pool,
    reduce,
    reshape,
    shape,
    softmax,
    transpose_conv,
)
from minfer.compiler.operators.registry import IMPORTERS, Node, describe

__all__ = ["IMPORTERS", "Node", "describe"]
