"""Where bands of rows lower the peak of the arena: which operators, how many rows at a time."""

from __future__ import annotations

from collections.abc import Callable

from minfer.compiler.bands import in_bands, stretches
from minfer.compiler.ir import Graph
from minfer.compiler.plan import Needs, live_bytes, plan
from minfer.format import Kind, align

MAX_BANDS = 16
PLANNED = 4  # of the candidates that look best


def min_ram(graph: Graph, kernel_needs: Callable[[Graph], Needs]) -> Graph:
    """The graph with stretches of its operators in bands, as long as one more makes the arena smaller."""
    best, arena = graph, plan(graph, kernel_needs(graph)).arena_size
    while True:
        smaller = None
        for need, candidate in _promising(best, kernel_needs):
            if need >= arena:
                break
            found = plan(candidate, kernel_needs(candidate)).arena_size
            if found < arena:
                smaller, arena = candidate, found
        if smaller is None:
            return best
        best = smaller


def _promising(graph: Graph, kernel_needs: Callable[[Graph], Needs]) -> list[tuple[int, Graph]]:
    """Graphs with one more stretch in bands, each with the most bytes it needs at once, the fewest first."""
    live = live_bytes(graph, kernel_needs(graph))
    candidates = []
    for first, last in stretches(graph):
        outside = max(live[: first + 1] + live[last + 2 :])
        if max(outside, _whole(graph, first, last)) >= max(live):
            continue
        for ends in _ends(graph.ops[last].outputs[0].shape[1]):
            candidate = in_bands(graph, first, last, ends)
            need = max(live_bytes(candidate, kernel_needs(candidate)))
            candidates.append((need, candidate))
    candidates.sort(key=lambda one: (one[0], len(one[1].ops)))
    return candidates[:PLANNED]


def _ends(height: int) -> list[tuple[int, ...]]:
    """Where bands of a tensor end: bands of any one height that makes MAX_BANDS of them at most, the last one perhaps lower."""
    heights = dict.fromkeys(-(-height // n) for n in range(2, MAX_BANDS + 1))
    return [(*range(rows, height, rows), height) for rows in heights if rows < height]


def _whole(graph: Graph, first: int, last: int) -> int:
    """Bytes that lie in the arena all through a stretch in bands: what it reads and writes, and what lives past it."""
    within = {op.outputs[0] for op in graph.ops[first:last]}
    before = {edge.tensor.root for edge in graph.inputs}
    before.update(y.root for op in graph.ops[:first] for y in op.outputs)
    after = {t for op in graph.ops[first:] for t in op.inputs if t is not None} - within
    after.update(edge.tensor for edge in graph.outputs)
    alive = {t.root for t in after if t.root in before} | {graph.ops[last].outputs[0].root}
    return sum(align(root.size) for root in alive if root.kind == Kind.ARENA)
