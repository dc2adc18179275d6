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
from itertools import accumulate
from typing import Optional

from minfer.compiler.ir import Graph, Op, Tensor
from minfer.format import ALIGN, Kind, align

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
        return self.tensors[tensor.root] + tensor.root_at


# For an output's block and that of an input which dies where the output is born: how many bytes the
# output must begin before the input to overlap it, 0 where only both at the same byte may.
Leads = dict[tuple["Block", "Block"], int]


@dataclass(frozen=True)
class Needs:
    """What the kernels need, by operator.

    `scratch`: bytes; `leads`: bytes that an output must at least begin before its operator's first input
    to overlap it, 0 where both must begin at the same byte, None where they must not overlap.
    """

    scratch: dict[Op, int]
    leads: dict[Op, Optional[int]]


def plan(graph: Graph, needs: Needs) -> Plan:
    """The best plan found; never larger than greedy-by-size without overlaps."""
    blocks, last_use = _blocks(graph)
    scratch = _scratch(graph, needs)
    everything = [*blocks.values(), *scratch.values()]
    all_leads = _leads(graph, blocks, last_use, needs)
    few_leads = _leads(graph, blocks, last_use, needs, without=SHARED_ROWS)
    plans = (_search(everything, which) for which in (few_leads, all_leads, {}))
    offsets = min(plans, key=_peak)
    return Plan(
        _peak(offsets),
        {tensor: offsets[block] for tensor, block in blocks.items()},
        {op: offsets[block] for op, block in scratch.items()},
        needs.scratch,
    )


def live_bytes(graph: Graph, needs: Needs) -> list[int]:
    """Bytes that no plan can do without: before the first operator, during each, after the last."""
    blocks, last_use = _blocks(graph)
    leads = _leads(graph, blocks, last_use, needs)
    return _live([*blocks.values(), *_scratch(graph, needs).values()], leads, len(graph.ops))


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


def _scratch(graph: Graph, needs: Needs) -> dict[Op, Block]:
    """The block of every operator's scratch."""
    sizes = needs.scratch
    return {op: Block(align(sizes[op]), i, i) for i, op in enumerate(graph.ops) if sizes[op]}


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
            blocks.setdefault(root, Block(align(root.size), i, i))
    for root, block in blocks.items():
        block.last = max(block.last, last_use.get(root, block.last))
    return blocks, last_use


def _leads(
    graph: Graph,
    blocks: dict[Tensor, Block],
    last_use: dict[Tensor, int],
    needs: Needs,
    without: tuple[str, ...] = (),
) -> Leads:
    """Which blocks may overlap, and how; not over operators of the kinds `without`."""
    leads: Leads = {}
    for i, op in enumerate(graph.ops):
        for y in op.outputs:
            if y.kind != Kind.ARENA or blocks[y.root].first != i:
                continue
            for place, x in enumerate(op.inputs):
                if x is None or x.kind != Kind.ARENA or last_use[x.root] != i:
                    continue
                pair = blocks[y.root], blocks[x.root]
                aligned = x.root_at == y.root_at
                lead = needs.leads[op]
                if place in IN_PLACE.get(op.kind, ()) and x.size == y.size and aligned:
                    leads[pair] = 0
                elif place > 0 or lead is None or op.kind in without:
                    continue
                elif lead > 0:  # of 0 bytes between the blocks it says less than can be
                    leads[pair] = align(lead + y.root_at - x.root_at) or ALIGN
                elif aligned:
                    leads[pair] = 0
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
    floor = max(_live(blocks, leads, max((b.last for b in blocks), default=0)))
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


def _live(blocks: list[Block], leads: Leads, n_ops: int) -> list[int]:
    """Bytes of all that lives at each operator from −1 on to past the last, overlapping where it may."""
    changes = [0] * (n_ops + 3)
    for block in blocks:
        changes[block.first + 1] += block.size
        changes[block.last + 2] -= block.size
    live = list(accumulate(changes))[:-1]
    saved = [0] * len(live)
    for (output, dying), lead in leads.items():
        together = max(output.size, dying.size + lead) - min(0, lead)
        step = output.first + 1
        saved[step] = max(saved[step], output.size + dying.size - together)
    return [bytes_ - less for bytes_, less in zip(live, saved)]


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
