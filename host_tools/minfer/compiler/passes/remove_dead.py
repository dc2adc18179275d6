"""Operators whose results nobody reads go."""

from __future__ import annotations

from minfer.compiler.ir import Graph


def remove_dead(graph: Graph) -> Graph:
    """Keeps what the outputs depend on, and what writes the state: a later run may depend on it."""
    needed = {edge.tensor for edge in graph.outputs}
    needed.update(t for op in graph.ops for t in op.outputs if t.initial is not None)
    kept = []
    for op in reversed(graph.ops):
        if needed.intersection(op.outputs):
            needed.update(t for t in op.inputs if t is not None)
            kept.append(op)
    graph.ops = kept[::-1]
    return graph
