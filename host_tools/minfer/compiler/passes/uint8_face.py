"""QUANTIZE from uint8 first and to uint8 last become a face of uint8, where they only add 128."""

from __future__ import annotations

from minfer.compiler.ir import Graph, Tensor
from minfer.format import DType


def uint8_face(graph: Graph) -> Graph:
    """Lets uint8 edges be int8 tensors with a uint8 face."""
    for edge in graph.inputs:
        users = graph.users(edge.tensor)
        if graph.is_output(edge.tensor) or not users:
            continue
        if all(op.kind == "REQUANTISE" and _agree(edge.tensor, op.outputs[0]) for op in users):
            edge.tensor = users[0].outputs[0]
            for op in users[1:]:
                graph.replace(op.outputs[0], edge.tensor)
            graph.ops = [op for op in graph.ops if op not in users]
    for edge in graph.outputs:
        op = graph.producer(edge.tensor)
        if op is not None and op.kind == "REQUANTISE" and _agree(edge.tensor, op.inputs[0]):
            edge.tensor = op.inputs[0]
    return graph


def _agree(seen: Tensor, held: Tensor) -> bool:
    """Whether integers of `seen` are those of `held` plus 128."""
    return (
        (seen.dtype, held.dtype) == (DType.UINT8, DType.INT8)
        and held.data is None
        and (seen.scale, seen.zero_point) == (held.scale, held.zero_point + 128)
    )
