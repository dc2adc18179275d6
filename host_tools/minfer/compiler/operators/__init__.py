"""Importers: one module for each family of operators, entered in `IMPORTERS` by importing it."""

from minfer.compiler.operators import (  # noqa: F401
    add,
    convolution,
    edge,
    fully_connected,
    lookup,
    pad,
    pool,
    reshape,
    shape,
    softmax,
    space_batch,
)
from minfer.compiler.operators.registry import IMPORTERS, Node, describe

__all__ = ["IMPORTERS", "Node", "describe"]
