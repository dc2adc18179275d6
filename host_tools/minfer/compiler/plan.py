"""The arena: an offset for every tensor and every operator's scratch.

A block is a run of bytes that lives from one operator to another: a tensor with all its aliases and
with what is computed in place on it, or the scratch of one operator. Blocks that live at the same
time must not overlap. Placing them in some order, each at the lowest offset that is free, is cheap;
knowing the best order is not, so several are tried, among them greedy-by-size (Pisarchyk and Lee,
"Efficient Memory Management for Deep Neural Net Inference", 2020), and the best is improved by
small changes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from minfer.compiler.ir import Graph, Op, Tensor
from minfer.format import Kind, align

# Inputs that an operator may overwrite with its output, where they are read for the last time.
IN_PLACE = {
    "ADD": (0, 1),
    "COMPARE": (0, 1),
    "L2_NORMALIZATION": (0,),
    "LOGISTIC_INT16": (0,),
    "LOG_SOFTMAX": (0,),
    "LOOKUP": (0,),
    "LOOKUP_INT16": (0,),
    "MAXIMUM": (0, 1),
    "MINIMUM": (0, 1),
    "MUL": (0, 1),
    "PRELU": (0, 1),
    "REQUANTISE": (0,),
    "SELECT": (0, 1, 2),
    "SOFTMAX": (0,),
    "SQUARED_DIFFERENCE": (0, 1),
    "SUB": (0, 1),
}

SEARCH_STEPS = 400
MAX_SEARCHED_BLOCKS = 200


@dataclass(eq=False)
class Block:
    """Bytes that live from operator `first` to operator `last`, both included.

    The caller's inputs live from operator −1, what the caller reads lives past the last operator.
    """

    size: int
    first: int
    last: int

    def meets(self, other: Block) -> bool:
        """Whether both live at the same time."""
        return self.first <= other.last and other.first <= self.last


@dataclass
class Plan:
    """Offsets in the arena: of tensors by their root, of scratch by operator."""

    arena_size: int
    tensors: dict[Tensor, int] = field(default_factory=dict)
    scratch: dict[Op, int] = field(default_factory=dict)
    scratch_sizes: dict[Op, int] = field(default_factory=dict)

    def offset(self, tensor: Tensor) -> int:
        """Where a tensor of the arena begins."""
        return self.tensors[tensor.root]


def plan(graph: Graph, scratch_sizes: dict[Op, int]) -> Plan:
    """The best plan found; never larger than greedy-by-size."""
    candidates = []
    for in_place in (True, False):
        blocks = _blocks(graph, in_place)
        scratch = {
            op: Block(align(scratch_sizes[op]), i, i)
            for i, op in enumerate(graph.ops)
            if scratch_sizes[op]
        }
        distinct = list(dict.fromkeys([*blocks.values(), *scratch.values()]))
        offsets = _search(distinct)
        tensors = {tensor: offsets[block] for tensor, block in blocks.items()}
        scratches = {op: offsets[block] for op, block in scratch.items()}
        candidates.append(Plan(_peak(offsets), tensors, scratches, scratch_sizes))
    return min(candidates, key=lambda candidate: candidate.arena_size)


def apart(graph: Graph) -> Plan:
    """A plan in which nothing shares memory and no operator has scratch."""
    result = Plan(0, scratch_sizes={op: 0 for op in graph.ops})
    for tensor in _roots(graph.tensors()):
        result.tensors[tensor] = result.arena_size
        result.arena_size += align(tensor.size)
    return result


def _roots(tensors: Iterable[Tensor]) -> list[Tensor]:
    roots = (tensor.root for tensor in tensors)
    return list(dict.fromkeys(root for root in roots if root.kind == Kind.ARENA))


def _blocks(graph: Graph, in_place: bool) -> dict[Tensor, Block]:
    """The block of every root tensor of the arena."""
    blocks: dict[Tensor, Block] = {}
    for edge in graph.inputs:
        blocks[edge.tensor.root] = Block(align(edge.tensor.size), -1, -1)
    last_use = {edge.tensor.root: len(graph.ops) for edge in graph.outputs}
    for i, op in enumerate(graph.ops):
        for root in _roots(t for t in op.inputs if t is not None):
            last_use[root] = max(last_use.get(root, -1), i)
    for i, op in enumerate(graph.ops):
        for output in op.outputs:
            if output.kind != Kind.ARENA:
                continue
            overwritten = _overwritten(op, i, output, last_use) if in_place else None
            block = blocks.get(overwritten) if overwritten else None
            blocks[output.root] = block or Block(align(output.size), i, i)
    for root, block in blocks.items():
        block.last = max(block.last, last_use.get(root, block.last))
    return blocks


def _overwritten(op: Op, i: int, output: Tensor, last_use: dict[Tensor, int]) -> Tensor | None:
    """The root of an input that dies at operator `i` and whose bytes the output may take."""
    for place in IN_PLACE.get(op.kind, ()):
        root = op.inputs[place].root
        if root.kind == Kind.ARENA and last_use[root] == i and root.size == output.size:
            return root
    return None


def _search(blocks: list[Block]) -> dict[Block, int]:
    """Offsets of blocks: the best of several orders, then of random changes to the best order."""
    orders = [
        sorted(blocks, key=key)
        for key in (
            lambda b: (-b.size, b.first),
            lambda b: (b.first - b.last, -b.size),
            lambda b: (-b.size * (b.last - b.first + 1), b.first),
            lambda b: (b.first, -b.size),
            lambda b: (-b.last, -b.size),
        )
    ]
    steps = range(-1, max((b.last for b in blocks), default=0) + 1)
    floor = max(sum(b.size for b in blocks if b.first <= step <= b.last) for step in steps)
    order = min(orders, key=lambda candidate: _peak(_place(candidate)))
    best = _place(order)
    if len(blocks) > MAX_SEARCHED_BLOCKS:
        return best
    chance = random.Random(0)
    for _ in range(SEARCH_STEPS):
        if _peak(best) <= floor:
            break
        changed = list(order)
        changed.insert(chance.randrange(len(order)), changed.pop(chance.randrange(len(order))))
        offsets = _place(changed)
        if _peak(offsets) <= _peak(best):
            order, best = changed, offsets
    return best


def _place(order: list[Block]) -> dict[Block, int]:
    """Each block at the lowest offset where it meets no block placed before."""
    offsets: dict[Block, int] = {}
    for block in order:
        offset = 0
        for start, end in sorted(
            (offsets[other], offsets[other] + other.size) for other in offsets if other.meets(block)
        ):
            if offset + block.size <= start:
                break
            offset = max(offset, end)
        offsets[block] = offset
    return offsets


def _peak(offsets: dict[Block, int]) -> int:
    return max((offset + block.size for block, offset in offsets.items()), default=0)
