"""A .tflite file to the graph of the compiler."""

from __future__ import annotations

from typing import Optional

import numpy as np

from minfer.compiler.ir import Edge, Graph, Op, Tensor
from minfer.compiler.operators import IMPORTERS, Node, describe
from minfer.compiler.quantise import RangeError
from minfer.compiler.tflite_file import SourceModel, SourceOp, SourceTensor, read
from minfer.errors import ConvertError
from minfer.format import MAX_BYTES, MAX_RANK, DType


def import_tflite(file: bytes) -> Graph:
    """Reads a model; raises ConvertError naming what minfer cannot take, and what to do."""
    source = read(file)
    if source.n_signatures > 1:
        raise ConvertError(
            f"model of several signatures: expected 1, found {source.n_signatures};"
            " convert each one into a model of its own"
        )
    if not source.inputs or not source.outputs:
        raise ConvertError(
            f"expected inputs and outputs, found {len(source.inputs)} and {len(source.outputs)}"
        )
    return _Import(source).graph()


def _unknown(op: SourceOp, source: SourceModel) -> str:
    output = f", tensor '{source.tensors[op.outputs[0]].name}'" if op.outputs else ""
    return (
        f"{describe(op)}{output}: minfer has no such operator;"
        f" build the model of {', '.join(sorted(IMPORTERS))}"
    )


class _Import:
    """One run over the operators; tensors are made when the first operator or edge meets them."""

    def __init__(self, source: SourceModel) -> None:
        self.source = source
        self.tensors: dict[int, Tensor] = {}
        self.written: set[int] = set(source.inputs)

    def graph(self) -> Graph:
        inputs = [self._edge(i, "input") for i in self.source.inputs]
        ops = []
        for op in self.source.ops:
            if op.name not in IMPORTERS:
                raise ConvertError(_unknown(op, self.source))
            imported = _import_op(self._node(op))
            if imported is not None:
                ops += imported if isinstance(imported, list) else [imported]
        outputs = [self._edge(i, "output") for i in self.source.outputs]
        for i, edge in zip(self.source.outputs, outputs):
            if i not in self.written:
                raise ConvertError(f"output tensor '{edge.tensor.name}': no operator computes it")
        return Graph(inputs, outputs, ops)

    def _edge(self, index: int, what: str) -> Edge:
        source = self.source.tensors[index]
        tensor = self._tensor(index, f"{what} tensor '{source.name}'")
        # A batch left open is 1, as TensorFlow Lite has it; nothing else can be guessed.
        if what == "input" and any(d < 0 for d in source.signature[1:]):
            raise ConvertError(
                f"{what} tensor '{source.name}': dynamic shape {source.signature};"
                " give the model a fixed input shape and convert it again"
            )
        return Edge(self.source.edge_names[index], tensor, tensor.dtype)

    def _node(self, op: SourceOp) -> Node:
        where = f"{describe(op)}, tensor "
        if not op.outputs:
            raise ConvertError(f"{describe(op)}: expected an output, found none")
        inputs: list[Optional[Tensor]] = []
        for i in op.inputs:
            if i < 0:
                inputs.append(None)
                continue
            source = self.source.tensors[i]
            if i not in self.written and source.data is None:
                raise ConvertError(f"{where}'{source.name}': read before an operator writes it")
            inputs.append(self._tensor(i, f"{where}'{source.name}'"))
        for i in op.outputs:
            name = self.source.tensors[i].name
            if i in self.written or self.source.tensors[i].data is not None:
                raise ConvertError(f"{where}'{name}': written a second time")
            self.written.add(i)
        outputs = [self._tensor(i, f"{where}'{self.source.tensors[i].name}'") for i in op.outputs]
        return Node(op, inputs, outputs)

    def _tensor(self, index: int, where: str) -> Tensor:
        if index not in self.tensors:
            self.tensors[index] = _make_tensor(self.source.tensors[index], where)
        return self.tensors[index]


def _import_op(node: Node) -> Optional[Op]:
    try:
        with np.errstate(all="ignore"):
            return IMPORTERS[node.source.name](node)
    except RangeError as error:
        node.refuse(str(error))


def _make_tensor(source: SourceTensor, where: str) -> Tensor:
    """Raises ConvertError, beginning with `where`, for what the IR cannot hold."""
    if source.dtype.upper() not in DType.__members__:
        raise ConvertError(
            f"{where}: data type {source.dtype}: expected int8 activations and weights;"
            " quantise the whole model to int8"
        )
    if any(d < 1 for d in source.shape):
        raise ConvertError(
            f"{where}: dynamic or empty shape {source.shape};"
            " give the model a fixed input shape and convert it again"
        )
    if len(source.shape) > MAX_RANK:
        raise ConvertError(f"{where}: {len(source.shape)} dimensions: expected at most {MAX_RANK}")
    if source.is_variable or source.is_sparse:
        kind = "variable" if source.is_variable else "sparse"
        raise ConvertError(f"{where}: {kind} tensor: minfer has none; convert the model without it")
    tensor = Tensor(
        name=source.name,
        shape=source.shape,
        dtype=DType[source.dtype.upper()],
        scales=source.scales,
        zero_points=source.zero_points,
        leaves_open=any(d < 0 for d in source.signature),
    )
    if tensor.size > MAX_BYTES:
        raise ConvertError(f"{where}: shape {source.shape}: expected below 2 GiB")
    if source.data is not None:
        if len(source.data) != tensor.size:
            raise ConvertError(
                f"{where}: expected {tensor.size} bytes of data, found {len(source.data)};"
                " the file is damaged"
            )
        tensor.data = _elements(source.data, tensor)
    return tensor


def _elements(content: bytes, tensor: Tensor) -> np.ndarray:
    """The values of a constant; int4 lie two to a byte, the first in the low half."""
    if tensor.dtype != DType.INT4:
        return np.frombuffer(content, tensor.dtype.numpy).reshape(tensor.shape)
    packed = np.frombuffer(content, np.int8)
    values = np.stack([packed << 4 >> 4, packed >> 4], axis=-1).ravel()
    return values[: tensor.elements].reshape(tensor.shape)
