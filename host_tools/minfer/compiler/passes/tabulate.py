"""An elementwise operator on one tensor of bytes and constants of one element becomes a LOOKUP.

The engine itself computes the table, on all 256 values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

import numpy as np

from minfer.compiler.emit import emit
from minfer.compiler.ir import Edge, Graph, NoParams, Op, Tensor
from minfer.compiler.plan import apart
from minfer.compiler.walk import broadcast
from minfer.engine import Model

KINDS = (
    "ADD",
    "CAST",
    "COMPARE",
    "MAXIMUM",
    "MINIMUM",
    "MUL",
    "PRELU",
    "REQUANTISE",
    "SELECT",
    "SQUARED_DIFFERENCE",
    "SUB",
)


def tabulate(graph: Graph) -> Graph:
    """Replaces every such operator."""
    for op in graph.ops:
        x, y = _only_operand(op), op.outputs[0]
        if x is None or x.dtype.bits != 8 or y.dtype.bits != 8 or x.shape != y.shape:
            continue
        table = Tensor.constant(f"{y.name} table", _table(op, x, y))
        op.kind, op.inputs, op.params = "LOOKUP", [x, table], NoParams()
    return graph


def _only_operand(op: Op) -> Optional[Tensor]:
    """The one tensor that an elementwise operator depends on, None where there are several."""
    if op.kind not in KINDS:
        return None
    operands = {t for t in op.inputs if t.data is None or t.elements > 1}
    return operands.pop() if len(operands) == 1 else None


def _table(op: Op, x: Tensor, y: Tensor) -> np.ndarray:
    values = np.arange(-128, 128).astype(np.int8).view(x.dtype.numpy)
    every = Tensor("x", values.shape, x.dtype, x.scales, x.zero_points)
    result = Tensor("y", values.shape, y.dtype, y.scales, y.zero_points)
    inputs = [every if t is x else t for t in op.inputs]
    params = op.params
    if hasattr(params, "walk"):
        shapes = [values.shape if t is every else (1,) for t in inputs]
        params = replace(params, walk=broadcast(values.shape, shapes))
    one = Op(op.kind, inputs, [result], params)
    graph = Graph([Edge("x", every, x.dtype)], [Edge("y", result, y.dtype)], [one])
    return Model.load(emit(graph, apart(graph), {})).run([values])[0]
