"""A convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is a dilated one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

from minfer.compiler.ir import RESHAPE, Graph, Op
from minfer.compiler.operators.convolution import ConvParams
from minfer.compiler.operators.window import Axis

# Of images, and of sequences, which a convolution takes as images of one row or one column.
PATTERNS = (
    ("SPACE_TO_BATCH_ND", "conv", "BATCH_TO_SPACE_ND"),
    ("SPACE_TO_BATCH_ND", RESHAPE, "conv", RESHAPE, "BATCH_TO_SPACE_ND"),
)


@dataclass
class Chain:
    """The five operators; of an image, neither reshape."""

    split: Op
    into: Optional[Op]
    conv: Op
    back: Optional[Op]
    join: Op


def fold_dilations(graph: Graph) -> Graph:
    """Folds all three into one where nobody else reads what lies between."""
    for op in list(graph.ops):
        chain = _chain(graph, op) if op.kind == "SPACE_TO_BATCH_ND" else None
        params = _dilated(chain) if chain is not None else None
        if params is None:
            continue
        x, y, conv = chain.split.inputs[0], chain.join.outputs[0], chain.conv
        conv.macs = conv.macs * y.elements // conv.outputs[0].elements
        conv.params = params
        if chain.into is None:
            conv.inputs[0], conv.outputs[0] = x, y
        else:
            conv.inputs[0].shape = (
                x.shape[0],
                params.rows.size_in,
                params.cols.size_in,
                x.shape[-1],
            )
            conv.outputs[0].shape = (
                y.shape[0],
                params.rows.size_out,
                params.cols.size_out,
                y.shape[-1],
            )
            chain.into.inputs[0], chain.back.outputs[0] = x, y
        graph.ops.remove(chain.split)
        graph.ops.remove(chain.join)
    return graph


def _chain(graph: Graph, first: Op) -> Optional[Chain]:
    ops = [first]
    while ops[-1].kind != "BATCH_TO_SPACE_ND":
        op = graph.only_user(ops[-1].outputs[0])
        if op is None or len(ops) == len(PATTERNS[1]) or op.inputs[0] is not ops[-1].outputs[0]:
            return None
        ops.append(op)
    kinds = tuple("conv" if isinstance(op.params, ConvParams) else op.kind for op in ops)
    if kinds == PATTERNS[0]:
        return Chain(ops[0], None, ops[1], None, ops[2])
    return Chain(*ops) if kinds == PATTERNS[1] else None


def _dilated(chain: Chain) -> Optional[ConvParams]:
    """The parameters of the one convolution, None where it cannot say the same."""
    split, conv, join = chain.split, chain.conv, chain.join
    # A reshape may say another zero point on its other side.
    same = split.outputs[0].zero_point == conv.inputs[0].zero_point
    names = _axes(chain)
    if not same or split.params.block != join.params.block or not names:
        return None
    axes = {name: _axis(chain, i, getattr(conv.params, name)) for i, name in enumerate(names)}
    if any(axis is None or not axis.is_sound for axis in axes.values()):
        return None
    return replace(conv.params, **axes)


def _axes(chain: Chain) -> tuple[str, ...]:
    """Which axes of the convolution the blocks divide; none where a reshape does something else than adding one of 1."""
    if chain.into is None:
        return ("rows", "cols")
    flat = chain.split.outputs[0].shape, chain.join.inputs[0].shape
    images = chain.conv.inputs[0].shape, chain.conv.outputs[0].shape
    for place, name in ((1, "cols"), (2, "rows")):
        if images == tuple((*shape[:place], 1, *shape[place:]) for shape in flat):
            return (name,)
    return ()


def _axis(chain: Chain, i: int, old: Axis) -> Optional[Axis]:
    """Geometry of the dilated convolution along an axis that is divided into blocks."""
    is_plain = (old.stride, old.dilation, old.pad) == (1, 1, 0)
    if not is_plain or old.size_out != old.size_in - old.kernel + 1:
        return None
    size_in, size_out = chain.split.inputs[0].shape[1 + i], chain.join.outputs[0].shape[1 + i]
    pad = chain.split.params.widths[i][0] - chain.join.params.widths[i][0]
    return Axis(size_in, size_out, old.kernel, 1, pad, chain.split.params.block[i])
