"""Importers: one module for each family of operators, entered in `IMPORTERS` by importing it."""

from minfer.compiler.operators import (  # noqa: F401
    batch_matmul,
    compare,
    convolution,
    edge,
    elementwise,
    fully_connected,
    lookup,
    normalise,
    pad,
    pool,
    recurrent,
    reduce,
    requantise,
    reshape,
    shape,
    softmax,
    space_batch,
    transpose_conv,
)
from minfer.compiler.operators.registry import IMPORTERS, Node, describe

__all__ = ["IMPORTERS", "Node", "describe"]
