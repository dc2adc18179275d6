"""The same elements in another order, or more often: TRANSPOSE, SPACE_TO_DEPTH, DEPTH_TO_SPACE, BROADCAST_TO, TILE."""

from __future__ import annotations

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.copy import MOVABLE, movable, moved
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.operators.slices import whole_numbers
from minfer.format import DType

TILED = tuple(dtype for dtype in MOVABLE if dtype != DType.INT16)
BLOCK_TYPES = (DType.INT8, DType.UINT8, DType.INT32, DType.INT64)


@importer("TRANSPOSE")
def transpose(node: Node) -> list[Op]:
    """Dimension i of the output is dimension perm[i] of the input."""
    x, y, perm = movable(node), node.outputs[0], whole_numbers(node, 1, "permutation")
    rank = len(x.shape)
    if sorted(p % max(rank, 1) for p in perm) != list(range(rank)) or any(
        not -rank <= p < rank for p in perm
    ):
        node.refuse(f"expected a permutation of {rank} dimensions, found {perm}")
    node.expect_shape(y, tuple(x.shape[p] for p in perm))
    return moved(node, x, y, lambda array: array.transpose(perm))


@importer("SPACE_TO_DEPTH")
def space_to_depth(node: Node) -> list[Op]:
    """Squares of the image become channels."""
    x, y, block = _blocks(node, "SpaceToDepthOptions", node.outputs[0], node.operand(0, "input"))
    batch, rows, cols, depth = y.shape
    shape = (batch, rows, block, cols, block, depth // block**2)
    return moved(node, x, y, lambda array: array.reshape(shape).transpose(0, 1, 3, 2, 4, 5))


@importer("DEPTH_TO_SPACE")
def depth_to_space(node: Node) -> list[Op]:
    """Channels become squares of the image."""
    x, y, block = _blocks(node, "DepthToSpaceOptions", node.operand(0, "input"), node.outputs[0])
    batch, rows, cols, depth = x.shape
    shape = (batch, rows, cols, block, block, depth // block**2)
    return moved(node, x, y, lambda array: array.reshape(shape).transpose(0, 1, 3, 2, 4, 5))


def _blocks(node: Node, options: str, deep: Tensor, wide: Tensor) -> tuple[Tensor, Tensor, int]:
    """Input, output and the side of a square, checked to fit."""
    x, y, block = (
        movable(node, 0, *BLOCK_TYPES),
        node.outputs[0],
        node.options(options)["BlockSize"],
    )
    node.expect_rank(x, 4)
    node.expect_rank(y, 4)
    batch, rows, cols, depth = deep.shape
    if (
        block < 1
        or depth % block**2
        or wide.shape != (batch, rows * block, cols * block, depth // block**2)
    ):
        node.refuse(f"shapes {x.shape} and {y.shape} do not fit a block size of {block}")
    return x, y, block


@importer("BROADCAST_TO")
def broadcast_to(node: Node) -> list[Op]:
    """Dimensions of 1 repeated, numpy's way."""
    x, y, shape = movable(node), node.outputs[0], tuple(whole_numbers(node, 1, "shape"))
    node.expect_shape(y, shape)
    try:
        return moved(node, x, y, lambda array: np.broadcast_to(array, shape))
    except ValueError:
        node.refuse(f"shape {x.shape} does not broadcast to {shape}")


@importer("TILE")
def tile(node: Node) -> list[Op]:
    """The whole tensor repeated along each dimension."""
    x, y, times = movable(node, 0, *TILED), node.outputs[0], whole_numbers(node, 1, "multiples")
    if len(times) != len(x.shape) or any(n < 1 for n in times):
        node.refuse(f"expected {len(x.shape)} multiples of 1 or more, found {times}")
    node.expect_shape(y, tuple(n * size for n, size in zip(times, x.shape)))
    ones = [n for size in x.shape for n in (1, size)]
    full = [n for pair in zip(times, x.shape) for n in pair]
    return moved(node, x, y, lambda array: np.broadcast_to(array.reshape(ones), full))
