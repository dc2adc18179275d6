"""Resource variables: CALL_ONCE, VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE.

A variable is a tensor of the state. What CALL_ONCE's subgraph
assigns is its initial value.
"""

from __future__ import annotations

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators import describe
from minfer.compiler.tflite_file import SourceGraph, SourceModel, SourceOp, SourceTensor
from minfer.errors import ConvertError

OPERATORS = ("CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE")


def initial_values(source: SourceModel) -> dict[str, SourceTensor]:
    """What the subgraphs of CALL_ONCE assign, by the variable's name; refuses every other subgraph."""
    values: dict[str, SourceTensor] = {}
    called = set()
    for op in source.ops:
        if op.name == "CALL_ONCE":
            index = op.options.get("InitSubgraphIndex", 0)
            if not 1 <= index <= len(source.others):
                raise ConvertError(f"{describe(op)}: no subgraph {index}; the file is damaged")
            called.add(index)
            values.update(_assigned(source.others[index - 1], op))
    if len(called) != len(source.others):
        raise ConvertError(
            f"model of {1 + len(source.others)} subgraphs: expected one, and those that CALL_ONCE runs;"
            " convert it without conditions and loops"
        )
    return values


def _assigned(graph: SourceGraph, call: SourceOp) -> dict[str, SourceTensor]:
    names = handles(graph)
    values = {}
    for op in graph.ops:
        if op.name == "VAR_HANDLE":
            continue
        tensor = (
            graph.tensors[op.inputs[1]]
            if op.name == "ASSIGN_VARIABLE" and len(op.inputs) == 2
            else None
        )
        if tensor is None or tensor.data is None or op.inputs[0] not in names:
            raise ConvertError(
                f"{describe(call)}: {op.name} in its subgraph: expected constants assigned to variables;"
                " give the variables constant initial values"
            )
        values[names[op.inputs[0]]] = tensor
    return values


def handles(graph: SourceGraph) -> dict[int, str]:
    """The names of variables by the tensors that are their handles."""
    return {
        op.outputs[0]: op.options.get("SharedName") or ""
        for op in graph.ops
        if op.name == "VAR_HANDLE" and op.outputs
    }


def moved(op: SourceOp, source: Tensor, target: Tensor) -> Op:
    """READ_VARIABLE or ASSIGN_VARIABLE from one tensor to another; raises ConvertError for another shape or type."""
    result = Op(op.name, [source], [target], source=describe(op))
    if (source.shape, source.dtype) != (target.shape, target.dtype):
        raise result.refusal(
            f"expected {target.dtype} of shape {target.shape}, found {source.dtype} of shape {source.shape}"
        )
    return result
