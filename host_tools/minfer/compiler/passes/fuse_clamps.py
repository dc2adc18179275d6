"""A lookup that only clamps goes into the clamp of the operator before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

import numpy as np

from minfer.compiler.ir import Graph
from minfer.compiler.tables import IDENTITY


def fuse_clamps(graph: Graph) -> Graph:
    """Fuses a RELU and its kin where input and output have one scale and zero point."""
    for op in list(graph.ops):
        producer = graph.producer(op.inputs[0])
        if op.kind != "LOOKUP" or producer is None or not hasattr(producer.params, "max"):
            continue
        clamp = _as_clamp(op.inputs[1].data, producer.params.min, producer.params.max)
        # An operator with a clamp has its output's quantisation in its own integers.
        same = _quantisation(op.inputs[0]) == _quantisation(op.outputs[0])
        if clamp is None or not same or graph.only_user(op.inputs[0]) is not op:
            continue
        producer.params = replace(producer.params, min=clamp[0], max=clamp[1])
        producer.outputs = op.outputs
        graph.ops.remove(op)
    return graph


def _as_clamp(table: np.ndarray, low: int, high: int) -> Optional[tuple[int, int]]:
    """The clamp that a table is on the values low to high, None where it is something else."""
    values, expected = table[low + 128 : high + 129], IDENTITY[low + 128 : high + 129]
    least, most = int(values[0]), int(values[-1])
    if least <= most and np.array_equal(values, expected.clip(least, most)):
        return least, most
    return None


def _quantisation(tensor) -> tuple[float, int]:
    return tensor.scale, tensor.zero_point
