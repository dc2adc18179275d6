"""QUANTIZE first and DEQUANTIZE last become the float face of the model."""

from __future__ import annotations

from minfer.compiler.ir import DEQUANTIZE, Graph
from minfer.errors import ConvertError
from minfer.format import DType


def float_face(graph: Graph) -> Graph:
    """Lets float32 edges be tensors of int8, uint8 or int16 with a float32 face; refuses float32 anywhere else."""
    for edge in graph.inputs:
        if edge.tensor.dtype != DType.FLOAT32:
            continue
        users = graph.users(edge.tensor)
        if graph.is_output(edge.tensor) or not users:
            raise ConvertError(
                f"input '{edge.name}': float32 that no QUANTIZE reads; quantise the model"
            )
        first, *others = users
        for op in others:
            if not _same_quantisation(op.outputs[0], first.outputs[0]):
                raise op.refusal("a second scale for one float32 input; quantise the model anew")
            graph.replace(op.outputs[0], first.outputs[0])
        edge.tensor = first.outputs[0]
        graph.ops = [op for op in graph.ops if op not in users]
    for edge in graph.outputs:
        op = graph.producer(edge.tensor)
        if op is not None and op.kind == DEQUANTIZE:
            edge.tensor = op.inputs[0]
        elif edge.tensor.dtype == DType.FLOAT32 and edge.tensor.data is None:
            raise ConvertError(
                f"output '{edge.name}': computed in float32; convert the model with"
                " inference_output_type = int8"
            )
    graph.ops = [op for op in graph.ops if op.kind != DEQUANTIZE or graph.users(op.outputs[0])]
    for op in graph.ops:
        if any(t is not None and t.dtype == DType.FLOAT32 for t in (*op.inputs, *op.outputs)):
            raise op.refusal("float32 inside the model; quantise it as a whole")
    return graph


def _same_quantisation(a, b) -> bool:
    return (a.dtype, a.scale, a.zero_point) == (b.dtype, b.scale, b.zero_point)
