"""Weights of fully connected layers in the order that cores without SIMD instructions compute fastest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from minfer.compiler.ir import Graph, Op, Tensor
from minfer.format import DType, Layout

BLOCK = 8  # rows
LEAST = 16  # channels: with fewer, two cores have no block each, and listing inputs takes longer than is gained


def by_columns(graph: Graph) -> Graph:
    """Puts the weights of layers where it pays in layout COLUMNS."""
    for op in graph.ops:
        if _pays(op):
            op.inputs[1] = _reordered(op.inputs[1])
            op.layout = Layout.COLUMNS
    return graph


def _pays(op: Op) -> bool:
    return (
        op.kind == "FULLY_CONNECTED"
        and op.inputs[0].dtype == op.inputs[1].dtype == DType.INT8
        and op.inputs[1].data is not None
        and op.inputs[1].shape[0] >= LEAST
    )


def _reordered(weights: Tensor) -> Tensor:
    """Blocks of eight rows, column by column, each weight plus 128; rows of zeros fill up the last one."""
    channels, depth = weights.shape
    rows = np.zeros((-(-channels // BLOCK) * BLOCK, depth), np.int16)
    rows[:channels] = weights.data
    data = (rows + 128).astype(np.uint8).reshape(-1, BLOCK, depth).transpose(0, 2, 1)
    return replace(
        weights,
        shape=rows.shape,
        dtype=DType.UINT8,
        zero_points=weights.zero_points + 128,
        data=np.ascontiguousarray(data).reshape(rows.shape),
    )
