"""A PAD before convolutions goes into their padding."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from minfer.compiler.ir import Graph, Op
from minfer.compiler.operators.convolution import ConvParams
from minfer.compiler.operators.pad import PadParams
from minfer.compiler.operators.window import Axis


def fold_pads(graph: Graph) -> Graph:
    """Folds a PAD of rows and columns with the zero point, where only convolutions read it."""
    for pad in [op for op in graph.ops if op.kind == "PAD"]:
        x, y = pad.inputs[0], pad.outputs[0]
        users = graph.users(y)
        if graph.is_output(y) or len(x.shape) != 4 or pad.params.value != x.zero_point:
            continue
        if (x.scale, x.zero_point) != (y.scale, y.zero_point):
            continue
        folded = [_folded(op, pad.params, x.shape) for op in users]
        if any(params is None for params in folded):
            continue
        for op, params in zip(users, folded):
            op.params = params
            op.inputs[0] = x
        graph.ops.remove(pad)
    return graph


def _folded(op: Op, pad: PadParams, shape: tuple[int, ...]) -> Optional[ConvParams]:
    """The parameters of a convolution with the PAD in it, None where they cannot say it."""
    batch, rows, cols, depth = pad.widths
    if not isinstance(op.params, ConvParams) or any(batch) or any(depth):
        return None
    params = replace(
        op.params,
        rows=_widen(op.params.rows, rows[0], shape[1]),
        cols=_widen(op.params.cols, cols[0], shape[2]),
    )
    return params if params.rows.is_sound and params.cols.is_sound else None


def _widen(axis: Axis, before: int, size_in: int) -> Axis:
    return replace(axis, pad=axis.pad + before, size_in=size_in)
