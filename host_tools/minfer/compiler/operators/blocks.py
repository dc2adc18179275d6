"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND, between which converters of old wrote dilated convolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.copy import (
    NO_BOOL,
    QUANTISED,
    CopyParams,
    Move,
    expect_alike,
    movable,
)
from minfer.compiler.operators.pad import Widths, kept
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.slices import INDEX, whole_numbers

Index = tuple[slice, ...]


@dataclass(frozen=True)
class BlockParams:
    """`widths` pads the image, or crops it, before and after. A pass folds it away or lowers it to `copy`."""

    block: tuple[int, ...]
    widths: Widths
    copy: CopyParams


@importer("SPACE_TO_BATCH_ND")
def space_to_batch(node: Node) -> list[Op]:
    """Every so many-th row and column of the padded image becomes an image of its own."""
    x, y, block, widths = _operands(node, "paddings")
    batch, *space = x.shape[: 1 + len(block)]
    padded = [n + before + after for n, (before, after) in zip(space, widths)]
    if any(n % b for n, b in zip(padded, block)):
        node.refuse(f"a padded image of {padded} is no multiple of the block {block}")
    small = [n // b for n, b in zip(padded, block)]
    node.expect_shape(y, (batch * int(np.prod(block)), *small, *x.shape[1 + len(block) :]))
    move = Move(node, [x], y, fill=y.zero_point if y.dtype in QUANTISED else 0)
    for at_x, at_y in _images(x, y, block, widths):
        move.take(move.y[at_y], move.x[0][at_x])
    return [
        kept(op, "SPACE_TO_BATCH_ND", BlockParams(block, widths, op.params)) for op in move.ops()
    ]


@importer("BATCH_TO_SPACE_ND")
def batch_to_space(node: Node) -> list[Op]:
    """The way back."""
    x, y, block, widths = _operands(node, "crops")
    batch, *small = x.shape[: 1 + len(block)]
    if batch % int(np.prod(block)):
        node.refuse(f"{batch} images are no multiple of the block {block}")
    space = [n * b - before - after for n, b, (before, after) in zip(small, block, widths)]
    node.expect_shape(y, (batch // int(np.prod(block)), *space, *x.shape[1 + len(block) :]))
    move = Move(node, [x], y)
    for at_y, at_x in _images(y, x, block, widths):
        move.take(move.y[at_y], move.x[0][at_x])
    return [
        kept(op, "BATCH_TO_SPACE_ND", BlockParams(block, widths, op.params)) for op in move.ops()
    ]


def _operands(node: Node, what: str) -> tuple[Tensor, Tensor, tuple[int, ...], Widths]:
    x, y, block = (
        movable(node, 0, *NO_BOOL),
        node.outputs[0],
        tuple(whole_numbers(node, 1, "block shape")),
    )
    if len(x.shape) not in (3, 4) or len(block) != len(x.shape) - 2 or min(block) < 1:
        node.refuse(
            f"expected 3 or 4 dimensions and a block of 1 or 2, found shape {x.shape} and block {block}"
        )
    expect_alike(node, x)
    widths = node.constant(2, what, *INDEX)
    node.expect_shape(widths, (len(block), 2))
    pairs = tuple((int(before), int(after)) for before, after in widths.data)
    if any(n < 0 for pair in pairs for n in pair):
        node.refuse(f"expected {what} of 0 or more, found {pairs}", widths)
    return x, y, block, pairs


def _images(
    wide: Tensor, small: Tensor, block: tuple[int, ...], widths: Widths
) -> Iterator[tuple[Index, Index]]:
    """For each small image where its elements lie in the wide one, and in the batch of small ones."""
    batch = wide.shape[0]
    for number, offsets in enumerate(product(*map(range, block))):
        at_wide, at_small = [slice(None)], [slice(number * batch, (number + 1) * batch)]
        axes = zip(wide.shape[1:], small.shape[1:], block, offsets, widths)
        for n_wide, n_small, step, offset, (before, _) in axes:
            # Element i of the small image is element i * step + offset - before of the wide one.
            first = max(0, -(-(before - offset) // step))
            start = first * step + offset - before
            count = min(n_small - first, -(-(n_wide - start) // step))
            at_wide.append(slice(start, start + max(count, 0) * step, step))
            at_small.append(slice(first, first + max(count, 0)))
        yield tuple(at_wide), tuple(at_small)
