"""The arena: an offset for every tensor and every operator's scratch.

A block is a run of bytes that lives from one operator to another: a tensor with all its aliases, or
the scratch of one operator. Blocks that live at the same time must not overlap, except where an
operator's output may lie over an input that dies there: at the same byte, or so many bytes before
it (the engine knows how many; the literature calls it diagonal memory optimisation). Placing blocks
in some order, each at the lowest offset that is free, is cheap; knowing the best order is not, so
several are tried, among them greedy-by-size (Pisarchyk and Lee, "Efficient Memory Management for
Deep Neural Net Inference", 2020), and the best is improved by small changes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Optional

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

# Of these, windows over rows, several cores share the rows where the output lies apart.
SHARED_ROWS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")

SEARCHED_PAIRS = 1_000_000  # of blocks: how many a search looks at, for it to end in a second

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


# For an output's block and that of an input which dies where the output is born: how many bytes the
# output must begin before the input to overlap it, 0 where only both at the same byte may.
Leads = dict[tuple["Block", "Block"], int]


def plan(graph: Graph, scratch_sizes: dict[Op, int], leads: dict[Op, Optional[int]]) -> Plan:
    """The best plan found; never larger than greedy-by-size without overlaps.

    `scratch_sizes`: bytes an operator needs; `leads`: bytes that its output must at least begin
    before its first input to overlap it, None where it must not.
    """
    blocks, last_use = _blocks(graph)
    scratch = {
        op: Block(align(scratch_sizes[op]), i, i)
        for i, op in enumerate(graph.ops)
        if scratch_sizes[op]
    }
    everything = [*blocks.values(), *scratch.values()]
    all_leads = _leads(graph, blocks, last_use, leads)
    few_leads = _leads(graph, blocks, last_use, leads, without=SHARED_ROWS)
    plans = (_search(everything, which) for which in (few_leads, all_leads, {}))
    offsets = min(plans, key=_peak)
    return Plan(
        _peak(offsets),
        {tensor: offsets[block] for tensor, block in blocks.items()},
        {op: offsets[block] for op, block in scratch.items()},
        scratch_sizes,
    )


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


def _blocks(graph: Graph) -> tuple[dict[Tensor, Block], dict[Tensor, int]]:
    """The block of every root tensor of the arena, and the operator that reads it last."""
    blocks: dict[Tensor, Block] = {}
    for edge in graph.inputs:
        blocks[edge.tensor.root] = Block(align(edge.tensor.size), -1, -1)
    last_use = {edge.tensor.root: len(graph.ops) for edge in graph.outputs}
    for i, op in enumerate(graph.ops):
        for root in _roots(t for t in op.inputs if t is not None):
            last_use[root] = max(last_use.get(root, -1), i)
        for root in _roots(op.outputs):
            blocks[root] = Block(align(root.size), i, i)
    for root, block in blocks.items():
        block.last = max(block.last, last_use.get(root, block.last))
    return blocks, last_use


def _leads(
    graph: Graph,
    blocks: dict[Tensor, Block],
    last_use: dict[Tensor, int],
    of_ops: dict[Op, Optional[int]],
    without: tuple[str, ...] = (),
) -> Leads:
    """Which blocks may overlap, and how; not over operators of the kinds `without`."""
    leads: Leads = {}
    for i, op in enumerate(graph.ops):
        for output in _roots(op.outputs):
            for place, tensor in enumerate(op.inputs):
                if tensor is None or tensor.kind != Kind.ARENA or last_use[tensor.root] != i:
                    continue
                pair = blocks[output], blocks[tensor.root]
                if place in IN_PLACE.get(op.kind, ()) and tensor.root.size == output.size:
                    leads[pair] = 0
                elif place == 0 and of_ops[op] is not None and op.kind not in without:
                    leads[pair] = align(of_ops[op])
    return leads


def _search(blocks: list[Block], leads: Leads) -> dict[Block, int]:
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
    floor = _floor(blocks, leads)
    order = min(orders, key=lambda candidate: _peak(_place(candidate, leads)))
    best = _place(order, leads)
    chance = random.Random(0)
    for _ in range(SEARCHED_PAIRS // max(1, len(blocks)) ** 2):
        if _peak(best) <= floor:
            break
        changed = list(order)
        changed.insert(chance.randrange(len(order)), changed.pop(chance.randrange(len(order))))
        offsets = _place(changed, leads)
        if _peak(offsets) <= _peak(best):
            order, best = changed, offsets
    return best


def _floor(blocks: list[Block], leads: Leads) -> int:
    """Bytes that no placing can do without: of all that lives at one time, overlapping where it may."""
    overlap: dict[int, int] = {}
    for (output, dying), lead in leads.items():
        together = max(output.size, dying.size + lead)
        saved = output.size + dying.size - together
        overlap[output.first] = max(overlap.get(output.first, 0), saved)
    steps = range(-1, max((b.last for b in blocks), default=0) + 1)
    return max(
        sum(b.size for b in blocks if b.first <= step <= b.last) - overlap.get(step, 0)
        for step in steps
    )


def _place(order: list[Block], leads: Leads) -> dict[Block, int]:
    """Each block at the lowest offset where it meets no block placed before but as `leads` allows."""
    offsets: dict[Block, int] = {}
    for block in order:
        barred = []  # begins between these, both excluded, are not free
        beside = []  # and these, again, are not barred by the block that begins there
        for other, offset in offsets.items():
            if not other.meets(block):
                continue
            low, high = offset - block.size, offset + other.size
            as_output, as_input = leads.get((block, other)), leads.get((other, block))
            if as_output == 0 or as_input == 0:
                beside.append((offset, len(barred)))
            elif as_output is not None:
                low = max(low, offset - as_output)
            elif as_input is not None:
                high = min(high, offset + as_input)
            barred.append((low, high))
        offset = 0
        for low, high in sorted(barred):
            if offset <= low:
                break
            offset = max(offset, high)
        for at, index in beside:
            others = barred[:index] + barred[index + 1 :]
            if at < offset and not any(low < at < high for low, high in others):
                offset = at
        offsets[block] = offset
    return offsets


def _peak(offsets: dict[Block, int]) -> int:
    return max((offset + block.size for block, offset in offsets.items()), default=0)
