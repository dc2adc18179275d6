"""Importers: one module for each family of operators, entered in `IMPORTERS` by importing it."""

from minfer.compiler.operators import (  # noqa: F401
    batch_matmul,
    blocks,
    compare,
    convolution,
    edge,
    elementwise,
    fully_connected,
    gather,
    joins,
    lookup,
    normalise,
    pad,
    pool,
    rearrange,
    recurrent,
    reduce,
    requantise,
    reshape,
    resize,
    shape,
    slices,
    softmax,
    transpose_conv,
)
from minfer.compiler.operators.registry import IMPORTERS, Node, describe

__all__ = ["IMPORTERS", "Node", "describe"]
