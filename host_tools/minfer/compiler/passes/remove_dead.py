"""Operators whose results nobody reads go."""

from __future__ import annotations

from minfer.compiler.ir import Graph


def remove_dead(graph: Graph) -> Graph:
    """Keeps what the outputs depend on."""
    needed = {edge.tensor for edge in graph.outputs}
    kept = []
    for op in reversed(graph.ops):
        if needed.intersection(op.outputs):
            needed.update(t for t in op.inputs if t is not None)
            kept.append(op)
    graph.ops = kept[::-1]
    return graph
