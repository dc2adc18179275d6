"""A convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is a dilated convolution."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from minfer.compiler.ir import BATCH_TO_SPACE, RESHAPE, SPACE_TO_BATCH, Graph, Op, Tensor
from minfer.compiler.operators.convolution import ConvParams
from minfer.compiler.operators.window import Axis


def collapse_dilation(graph: Graph) -> Graph:
    """Collapses the three operators into one."""
    for op in list(graph.ops):
        if isinstance(op.params, ConvParams):
            _collapse(graph, op)
    return graph


def _collapse(graph: Graph, conv: Op) -> None:
    """One-dimensional convolutions have a RESHAPE on each side of them, which stays."""
    before, after = graph.producer(conv.inputs[0]), graph.only_user(conv.outputs[0])
    reshapes = [op for op in (before, after) if op is not None and op.kind == RESHAPE]
    if len(reshapes) == 2:
        before, after = graph.producer(before.inputs[0]), graph.only_user(after.outputs[0])
    if before is None or before.kind != SPACE_TO_BATCH:
        return
    if after is None or after.kind != BATCH_TO_SPACE or after.params.block != before.params.block:
        return
    x, y = before.inputs[0], after.outputs[0]
    in_shape, out_shape = _image(x), _image(y)
    params = _dilated(conv.params, before, after, in_shape, out_shape)
    alone = all(graph.only_user(op.outputs[0]) for op in (before, *reshapes))
    if params is None or not alone:
        return
    conv.macs = conv.macs // conv.outputs[0].elements * y.elements
    conv.params = params
    if reshapes:
        outer_in, outer_out = reshapes
        outer_in.inputs, outer_out.outputs = [x], [y]
        x, y = replace(x, shape=in_shape), replace(y, shape=out_shape)
        outer_in.outputs, outer_out.inputs = [x], [y]
    conv.inputs[0], conv.outputs = x, [y]
    graph.ops = [op for op in graph.ops if op is not before and op is not after]


def _image(tensor: Tensor) -> tuple[int, ...]:
    """The shape as [N,H,W,C]."""
    shape = tensor.shape
    return shape if len(shape) == 4 else (shape[0], 1, *shape[1:])


def _dilated(
    conv: ConvParams, before: Op, after: Op, x: tuple[int, ...], y: tuple[int, ...]
) -> Optional[ConvParams]:
    """The parameters of the dilated convolution, None where it cannot be one."""
    if len(x) != 4 or len(y) != 4 or len(before.params.block) not in (1, 2):
        return None
    row = () if len(before.params.block) == 2 else (1,)
    blocks = row + before.params.block
    edge = ((0, 0),) if row else ()
    paddings, crops = edge + before.params.widths, edge + after.params.widths
    axes = []
    for i, axis in enumerate((conv.rows, conv.cols)):
        pad = axis.pad * blocks[i] + paddings[i][0] - crops[i][0]
        axes.append(Axis(x[1 + i], y[1 + i], axis.kernel, 1, pad, axis.dilation * blocks[i]))
        if axis.stride != 1 or not axes[i].is_sound:
            return None
    return replace(conv, rows=axes[0], cols=axes[1])
