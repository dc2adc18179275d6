"""PAD, PADV2 and MIRROR_PAD."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from minfer.compiler.ir import Op
from minfer.compiler.operators.copy import (
    NO_BOOL,
    QUANTISED,
    CopyParams,
    Move,
    expect_alike,
    movable,
)
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.slices import INDEX

SYMMETRIC = 1
Widths = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class PadParams:
    """`widths`: elements before and after, for each dimension. A pass folds it away or lowers it to `copy`."""

    value: int
    widths: Widths
    copy: CopyParams


@importer("PAD", "PADV2")
def pad(node: Node) -> list[Op]:
    """Pads with the real number 0, the zero point, or with a constant of the output's quantisation. Integers move as they are."""
    x, y, widths = movable(node, 0, *NO_BOOL), node.outputs[0], _widths(node)
    node.expect_shape(y, tuple(b + n + a for n, (b, a) in zip(x.shape, widths)))
    quantised = x.dtype in QUANTISED
    value = y.zero_point if quantised else 0
    if node.source.name == "PADV2":
        given = node.constant(2, "value", x.dtype)
        if given.elements != 1:
            node.refuse(f"value: expected 1 element, found {given.elements}", given)
        if quantised:
            node.expect_same_quantisation(given, y)
        value = given.data.item()
    move = Move(node, [x], y, fill=value)
    inside = tuple(slice(before, before + n) for n, (before, _) in zip(x.shape, widths))
    move.take(move.y[(*inside, ...)], move.x[0])
    return [kept(op, "PAD", PadParams(value, widths, op.params)) for op in move.ops()]


@importer("MIRROR_PAD")
def mirror_pad(node: Node) -> list[Op]:
    """Pads with the image in a mirror at the edge: of the outermost element too if SYMMETRIC, from the next on if REFLECT."""
    x, y, widths = movable(node, 0, *NO_BOOL), node.outputs[0], _widths(node)
    node.expect_shape(y, tuple(b + n + a for n, (b, a) in zip(x.shape, widths)))
    expect_alike(node, x)
    skipped = 0 if node.options("MirrorPadOptions")["Mode"] == SYMMETRIC else 1
    if any(max(pair) > n - skipped for n, pair in zip(x.shape, widths)):
        node.refuse(f"paddings {widths} reach further than the image of shape {x.shape}")
    move = Move(node, [x], y)
    for parts in product(
        *(tuple(_mirrored(n, b, a, skipped)) for n, (b, a) in zip(x.shape, widths))
    ):
        to, mirrored = ([part[i] for part in parts] for i in (0, 1))
        backwards = tuple(slice(None, None, part[2]) for part in parts)
        move.take(move.y[(*to, ...)], move.x[0][(*mirrored, ...)][(*backwards, ...)])
    return move.ops()


def _mirrored(n: int, before: int, after: int, skipped: int) -> Iterator[tuple[slice, slice, int]]:
    """Of one dimension, the parts of the output: where they lie, where they come from, and in which direction."""
    yield slice(0, before), slice(skipped, skipped + before), -1
    yield slice(before, before + n), slice(0, n), 1
    yield slice(before + n, before + n + after), slice(n - skipped - after, n - skipped), -1


def _widths(node: Node) -> Widths:
    x, widths = node.operand(0, "input"), node.constant(1, "paddings", *INDEX)
    node.expect_shape(widths, (len(x.shape), 2))
    pairs = tuple((int(before), int(after)) for before, after in widths.data)
    if any(n < 0 for pair in pairs for n in pair):
        node.refuse(f"expected paddings of 0 or more, found {pairs}", widths)
    return pairs


def kept(op: Op, kind: str, params) -> Op:
    """A COPY under the name that passes know it by; whatever else a move has become stays."""
    if op.kind == "COPY":
        op.kind, op.params = kind, params
    return op
