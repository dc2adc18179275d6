"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND, in whose form converters write dilated convolutions."""

from __future__ import annotations

from dataclasses import dataclass

from minfer.compiler.ir import BATCH_TO_SPACE, SPACE_TO_BATCH, NoParams, Op
from minfer.compiler.operators.registry import Node, importer


@dataclass(frozen=True)
class BlockParams(NoParams):
    """`edges`: elements padded or cropped before and after, for each dimension of the block."""

    block: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]


@importer("SPACE_TO_BATCH_ND")
def space_to_batch(node: Node) -> Op:
    """Pads with the zero point, then takes every n-th element into an image of its own."""
    x, params = node.activation(0), _params(node, "paddings")
    shape = list(x.shape)
    for i, (n, (before, after)) in enumerate(zip(params.block, params.edges), start=1):
        if (shape[i] + before + after) % n:
            node.refuse(f"expected a padded shape divisible by {params.block}, found {x.shape}")
        shape[i] = (shape[i] + before + after) // n
        shape[0] *= n
    return _op(node, SPACE_TO_BATCH, shape, params)


@importer("BATCH_TO_SPACE_ND")
def batch_to_space(node: Node) -> Op:
    """The way back: interleaves images, then crops."""
    x, params = node.activation(0), _params(node, "crops")
    shape = list(x.shape)
    for i, (n, (before, after)) in enumerate(zip(params.block, params.edges), start=1):
        shape[i] = shape[i] * n - before - after
        if shape[0] % n or shape[i] < 1:
            node.refuse(f"crops {params.edges} and block {params.block} do not fit shape {x.shape}")
        shape[0] //= n
    return _op(node, BATCH_TO_SPACE, shape, params)


def _op(node: Node, kind: str, shape: list[int], params: BlockParams) -> Op:
    node.expect_shape(node.output, tuple(shape))
    node.expect_same_quantisation(node.inputs[0], node.output)
    return node.op(kind, node.inputs[:1], params)


def _params(node: Node, what: str) -> BlockParams:
    x, block, edges = node.inputs[0], node.operand(1, "block shape"), node.operand(2, what)
    for tensor in (block, edges):
        if tensor.data is None:
            node.refuse("computed at run time: expected a constant; freeze it", tensor)
    n = block.elements
    if len(block.shape) != 1 or n >= len(x.shape) or edges.shape != (n, 2):
        node.refuse(f"block {block.shape} and {what} {edges.shape} do not fit shape {x.shape}")
    if (block.data < 1).any() or (edges.data < 0).any():
        node.refuse(f"expected a block of 1 or more and {what} of 0 or more")
    return BlockParams(
        tuple(int(b) for b in block.data), tuple((int(b), int(a)) for b, a in edges.data)
    )
