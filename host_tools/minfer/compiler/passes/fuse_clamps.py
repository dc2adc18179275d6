"""An operator that only clamps goes into the clamp of the one before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

import numpy as np

from minfer.compiler.ir import Graph, Op
from minfer.compiler.operators.requantise import ONE
from minfer.compiler.tables import IDENTITY
from minfer.format import DType


def fuse_clamps(graph: Graph) -> Graph:
    """Fuses a RELU and its kin where input and output have one type, scale and zero point."""
    for op in list(graph.ops):
        producer = graph.producer(op.inputs[0])
        if producer is None or not hasattr(producer.params, "max"):
            continue
        # An operator with a clamp has its output's quantisation in its own integers.
        same = _quantisation(op.inputs[0]) == _quantisation(op.outputs[0])
        if not same or graph.only_user(op.inputs[0]) is not op:
            continue
        clamp = _as_clamp(op, producer.params.min, producer.params.max)
        if clamp is None:
            continue
        producer.params = replace(producer.params, min=clamp[0], max=clamp[1])
        producer.outputs = op.outputs
        graph.ops.remove(op)
    return graph


def _as_clamp(op: Op, low: int, high: int) -> Optional[tuple[int, int]]:
    """What an operator clamps the values low to high to, None where it does something else."""
    if op.kind == "REQUANTISE" and op.params.multiplier == ONE:
        return tuple(min(max(limit, low), high) for limit in (op.params.min, op.params.max))
    if op.kind != "LOOKUP" or op.inputs[0].dtype != DType.INT8:
        return None
    table = op.inputs[1].data
    values, expected = table[low + 128 : high + 129], IDENTITY[low + 128 : high + 129]
    least, most = int(values[0]), int(values[-1])
    if least <= most and np.array_equal(values, expected.clip(least, most)):
        return least, most
    return None


def _quantisation(tensor) -> tuple[int, float, int]:
    return tensor.dtype, tensor.scale, tensor.zero_point
