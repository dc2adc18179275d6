"""Two lookups in a row are one; a lookup that changes nothing is a reshape."""

from __future__ import annotations

import numpy as np

from minfer.compiler.ir import RESHAPE, Graph, Tensor
from minfer.compiler.tables import IDENTITY, look_up


def merge_lookups(graph: Graph) -> Graph:
    """Composes tables along chains of LOOKUP."""
    for op in list(graph.ops):
        first = graph.producer(op.inputs[0])
        if op.kind != "LOOKUP" or first is None or first.kind != "LOOKUP":
            continue
        if graph.only_user(op.inputs[0]) is not op:
            continue
        table = look_up(op.inputs[1], first.inputs[1].data)
        op.inputs = [first.inputs[0], Tensor.constant(op.inputs[1].name, table)]
        graph.ops.remove(first)
    for op in graph.ops:
        if op.kind == "LOOKUP" and np.array_equal(op.inputs[1].data.view(np.int8), IDENTITY):
            op.kind, op.inputs = RESHAPE, op.inputs[:1]
    return graph
