"""A .tflite file to the graph of the compiler."""

from __future__ import annotations

from typing import Optional, Union

import numpy as np

from minfer.compiler import variables
from minfer.compiler.ir import Edge, Graph, Op, Tensor
from minfer.compiler.islands import Islands
from minfer.compiler.operators import IMPORTERS, Node, describe
from minfer.compiler.operators.registry import Importer
from minfer.compiler.operators.shape import fold
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
        self.handles = variables.handles(source)
        self.initial = variables.initial_values(source)
        self.variables: dict[str, Tensor] = {}
        self.islands = Islands()

    def graph(self) -> Graph:
        inputs = [self._edge(i, "input") for i in self.source.inputs]
        ops = []
        for op in self.source.ops:
            imported = self._import(op)
            if imported is not None:
                ops += imported if isinstance(imported, list) else [imported]
        outputs = [self._edge(i, "output") for i in self.source.outputs]
        for i, edge in zip(self.source.outputs, outputs):
            if i not in self.written:
                raise ConvertError(f"output tensor '{edge.tensor.name}': no operator computes it")
        return Graph(inputs, outputs, ops)

    def _import(self, op: SourceOp) -> Union[Op, list[Op], None]:
        if op.name in variables.OPERATORS:
            return self._variable_op(op)
        node = self._node(op)
        if fold(node):
            return None
        on_integers = _checked(self.islands.take, node)
        if on_integers is not None:
            return on_integers
        if op.name not in IMPORTERS:
            raise ConvertError(_unknown(op, self.source))
        imported = _checked(IMPORTERS[op.name], node)
        if op.name == "DEQUANTIZE":
            self.islands.enter(node)
        return imported

    def _edge(self, index: int, what: str) -> Edge:
        source = self.source.tensors[index]
        where = f"{what} tensor '{source.name}'"
        if source.is_variable:
            raise ConvertError(f"{where}: a variable tensor: expected another")
        tensor = self._tensor(index, where)
        # A batch left open is 1, as TensorFlow Lite has it; nothing else can be guessed.
        if what == "input" and any(d < 0 for d in source.signature[1:]):
            raise ConvertError(
                f"{where}: dynamic shape {source.signature};"
                " give the model a fixed input shape and convert it again"
            )
        return Edge(self.source.edge_names[index], tensor, tensor.dtype)

    def _node(self, op: SourceOp) -> Node:
        if not op.outputs:
            raise ConvertError(f"{describe(op)}: expected an output, found none")
        inputs = [None if i < 0 else self._read(op, i) for i in op.inputs]
        outputs = self._write(op)
        return Node(op, inputs, outputs, [self.source.tensors[i] for i in op.intermediates])

    def _read(self, op: SourceOp, index: int) -> Tensor:
        source = self.source.tensors[index]
        where = f"{describe(op)}, tensor '{source.name}'"
        if index not in self.written and source.data is None and not source.is_variable:
            raise ConvertError(f"{where}: read before an operator writes it")
        return self._tensor(index, where)

    def _write(self, op: SourceOp) -> list[Tensor]:
        for i in op.outputs:
            source = self.source.tensors[i]
            if i in self.written or source.data is not None:
                raise ConvertError(f"{describe(op)}, tensor '{source.name}': written a second time")
            self.written.add(i)
        return [
            self._tensor(i, f"{describe(op)}, tensor '{self.source.tensors[i].name}'")
            for i in op.outputs
        ]

    def _variable_op(self, op: SourceOp) -> Optional[Op]:
        """READ_VARIABLE or ASSIGN_VARIABLE; the others only name and fill variables."""
        if op.name in ("CALL_ONCE", "VAR_HANDLE"):
            return None
        is_read = op.name == "READ_VARIABLE"
        if (len(op.inputs), len(op.outputs)) != ((1, 1) if is_read else (2, 0)):
            raise ConvertError(
                f"{describe(op)}: wrong number of inputs or outputs; the file is damaged"
            )
        variable = self._variable(op)
        if is_read:
            return variables.moved(op, variable, self._write(op)[0])
        return variables.moved(op, self._read(op, op.inputs[1]), variable)

    def _variable(self, op: SourceOp) -> Tensor:
        if op.inputs[0] not in self.handles:
            raise ConvertError(f"{describe(op)}: expected a VAR_HANDLE, found none")
        name = self.handles[op.inputs[0]]
        if name not in self.initial:
            raise ConvertError(
                f"{describe(op)}, variable '{name}': no initial value; keep the subgraph that CALL_ONCE runs"
            )
        if self.initial[name].dtype == "float32":
            raise ConvertError(
                f"{describe(op)}, variable '{name}': float32: expected a quantised one;"
                " convert with converter._experimental_variable_quantization = True"
            )
        if name not in self.variables:
            tensor = _make_tensor(self.initial[name], f"{describe(op)}, variable '{name}'")
            tensor.name, tensor.initial, tensor.data = name, tensor.data, None
            self.variables[name] = tensor
        return self.variables[name]

    def _tensor(self, index: int, where: str) -> Tensor:
        if index not in self.tensors:
            self.tensors[index] = _make_tensor(self.source.tensors[index], where)
        return self.tensors[index]


def _checked(importer: Importer, node: Node) -> Union[Op, list[Op], None]:
    """What an importer makes of an operator; scales without a sense refused."""
    try:
        with np.errstate(all="ignore"):
            return importer(node)
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
    if source.is_sparse:
        raise ConvertError(f"{where}: sparse tensor: minfer has none; convert the model without it")
    if source.is_variable and source.data is not None:
        raise ConvertError(f"{where}: variable tensor with data: expected none; convert it again")
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
    if source.is_variable:
        # As `ResetVariableTensors` (core/subgraph.cc) does.
        value = tensor.zero_point if tensor.dtype == DType.INT8 else 0
        tensor.initial = np.full(source.shape, value, tensor.dtype.numpy)
    return tensor


def _elements(content: bytes, tensor: Tensor) -> np.ndarray:
    """The values of a constant; int4 lie two to a byte, the first in the low half."""
    if tensor.dtype != DType.INT4:
        return np.frombuffer(content, tensor.dtype.numpy).reshape(tensor.shape)
    packed = np.frombuffer(content, np.int8)
    values = np.stack([packed << 4 >> 4, packed >> 4], axis=-1).ravel()
    return values[: tensor.elements].reshape(tensor.shape)
