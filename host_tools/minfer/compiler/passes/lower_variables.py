"""Reading and assigning a variable costs a copy only where its old value is still needed."""

from __future__ import annotations

from minfer.compiler.ir import ASSIGN_VARIABLE, READ_VARIABLE, RESHAPE, Graph, Op, Tensor
from minfer.compiler.operators.copy import CopyParams
from minfer.compiler.walk import Walk


def lower_variables(graph: Graph) -> Graph:
    """Lets what is read lie on the variable's bytes, and what is assigned be written there at once, where that is safe."""
    views: dict[Tensor, Tensor] = {}
    for op in graph.ops:
        if op.kind == READ_VARIABLE:
            seen = _views(graph, op.outputs[0])
            if _dies_before_assignment(graph, op, seen):
                op.kind = RESHAPE
                views.update((view, op.inputs[0]) for view in seen)
    for op in [op for op in graph.ops if op.kind == ASSIGN_VARIABLE]:
        if _may_write_at_once(graph, op, views):
            graph.producer(op.inputs[0]).outputs = op.outputs
            graph.ops.remove(op)
    for op in graph.ops:
        if op.kind in (READ_VARIABLE, ASSIGN_VARIABLE):
            op.kind = "COPY"
            op.params = CopyParams(((0, Walk((0, 0), ((op.inputs[0].elements, (1, 1)),))),))
    return graph


def _views(graph: Graph, tensor: Tensor) -> list[Tensor]:
    """The tensor and its reshapes, which lie on the same bytes."""
    views = [tensor]
    for view in views:
        views += [op.outputs[0] for op in graph.users(view) if op.kind == RESHAPE]
    return views


def _dies_before_assignment(graph: Graph, read: Op, views: list[Tensor]) -> bool:
    """Whether nobody needs what was read once the variable has another value."""
    if any(graph.is_output(view) for view in views):
        return False
    state = read.inputs[0]
    later = graph.ops[graph.ops.index(read) + 1 :]
    assignment = next((i for i, op in enumerate(later) if state in op.outputs), len(later))
    return not any(view in op.inputs for op in later[assignment:] for view in views)


def _may_write_at_once(graph: Graph, assign: Op, views: dict[Tensor, Tensor]) -> bool:
    """Whether the operator that computes the new value may write it over the old one."""
    value, state = assign.inputs[0], assign.outputs[0]
    producer = graph.producer(value)
    if (
        producer is None
        or producer.kind in (RESHAPE, READ_VARIABLE)
        or graph.only_user(value) is not assign
    ):
        return False
    if (value.scale, value.zero_point) != (state.scale, state.zero_point):
        return False
    between = graph.ops[graph.ops.index(producer) : graph.ops.index(assign)]
    reads = (views.get(t, t) for op in between for t in op.inputs if t is not None)
    return state not in reads and not any(state in op.outputs for op in between)
