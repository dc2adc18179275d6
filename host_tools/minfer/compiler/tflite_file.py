"""Reads a .tflite file into plain data: no flatbuffer leaves this module.

A flatbuffer is full of offsets that a broken or hostile file may point anywhere. Python's reader
answers with whatever exception the garbage provokes; `read` turns them all into one clear line.
"""

from __future__ import annotations

import inspect
import struct
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
import tflite

from minfer.errors import ConvertError

MAX_TENSOR_DIMENSION_COUNT = 32
DAMAGED = (
    struct.error,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


def _names(enumeration: type) -> dict[int, str]:
    return {v: k for k, v in vars(enumeration).items() if isinstance(v, int) and k[0] != "_"}


OPERATOR_NAMES = _names(tflite.BuiltinOperator)
OPTIONS_NAMES = _names(tflite.BuiltinOptions)
TYPE_NAMES = _names(tflite.TensorType)
ACTIVATION_NAMES = _names(tflite.ActivationFunctionType)


@dataclass(frozen=True)
class SourceTensor:
    """A tensor as the file has it; `dtype` is TensorFlow Lite's name of it, in lower case."""

    name: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    dtype: str
    scales: np.ndarray
    zero_points: np.ndarray
    data: Optional[bytes]
    is_variable: bool
    is_sparse: bool


@dataclass(frozen=True)
class SourceOp:
    """As the file has it; `options` maps names of TensorFlow Lite's schema to values."""

    index: int
    name: str
    inputs: list[int]
    outputs: list[int]
    intermediates: list[int]
    options_type: str
    options: dict[str, Any]


@dataclass(frozen=True)
class SourceGraph:
    """A subgraph; tensors are meant by index, −1 is an optional one that is absent."""

    tensors: list[SourceTensor]
    ops: list[SourceOp]
    inputs: list[int]
    outputs: list[int]


@dataclass(frozen=True)
class SourceModel(SourceGraph):
    """The main subgraph of a file, and the others in their order, number 1 first."""

    others: list[SourceGraph]
    edge_names: dict[int, str]
    n_signatures: int


def read(file: bytes) -> SourceModel:
    """Reads a file; raises ConvertError where it is no sound TensorFlow Lite model."""
    if len(file) < 8 or file[4:8] != b"TFL3":
        raise ConvertError(
            f"no TensorFlow Lite model: expected 'TFL3' at byte 4, found {file[4:8]!r};"
            " give a .tflite file"
        )
    try:
        return _read_model(tflite.Model.GetRootAs(file, 0))
    except DAMAGED as error:
        raise ConvertError(
            f"truncated or damaged TensorFlow Lite model: its {len(file)} bytes do not hold"
            " together; convert or download it again"
        ) from error


def _read_model(model: tflite.Model) -> SourceModel:
    if model.SubgraphsLength() < 1:
        raise ValueError("no subgraph")
    main, *others = (_read_graph(model, model.Subgraphs(i)) for i in range(model.SubgraphsLength()))
    n_signatures = model.SignatureDefsLength()
    names = {i: main.tensors[i].name for i in main.inputs + main.outputs}
    if n_signatures == 1:
        names.update(_signature_names(model.SignatureDefs(0)))
    return SourceModel(
        main.tensors, main.ops, main.inputs, main.outputs, others, names, n_signatures
    )


def _read_graph(model: tflite.Model, subgraph: tflite.SubGraph) -> SourceGraph:
    tensors = [_read_tensor(model, subgraph.Tensors(i)) for i in range(subgraph.TensorsLength())]
    ops = [_read_op(model, subgraph.Operators(i), i) for i in range(subgraph.OperatorsLength())]
    inputs, outputs = _vector(subgraph, "Inputs"), _vector(subgraph, "Outputs")
    indices = set(inputs + outputs).union(
        *(op.inputs + op.outputs + op.intermediates for op in ops)
    )
    if any(index < -1 or index >= len(tensors) for index in indices):
        raise ValueError("tensor index out of range")
    if any(index < 0 for op in ops for index in op.outputs + op.intermediates):
        raise ValueError("absent output")
    if any(index < 0 for index in inputs + outputs):
        raise ValueError("absent input or output")
    return SourceGraph(tensors, ops, inputs, outputs)


def _read_tensor(model: tflite.Model, tensor: tflite.Tensor) -> SourceTensor:
    shape = tuple(_vector(tensor, "Shape"))
    if len(shape) > MAX_TENSOR_DIMENSION_COUNT:
        raise ValueError("too many dimensions")
    if tensor.Buffer() >= model.BuffersLength():
        raise ValueError("buffer index out of range")
    buffer = model.Buffers(tensor.Buffer())
    data = bytes(buffer.DataAsNumpy()) if buffer.DataLength() else None
    quantisation = tensor.Quantization()
    scales = _vector(quantisation, "Scale") if quantisation else []
    zero_points = _vector(quantisation, "ZeroPoint") if quantisation else []
    if zero_points and len(zero_points) not in (1, len(scales)):
        raise ValueError("scales and zero points differ in number")
    return SourceTensor(
        name=_text(tensor.Name()),
        shape=shape,
        signature=tuple(_vector(tensor, "ShapeSignature")),
        dtype=TYPE_NAMES[tensor.Type()].lower(),
        scales=np.array(scales, np.float32),
        zero_points=np.array(zero_points or [0] * len(scales), np.int64),
        data=data,
        is_variable=tensor.IsVariable(),
        is_sparse=tensor.Sparsity() is not None,
    )


def _read_op(model: tflite.Model, op: tflite.Operator, index: int) -> SourceOp:
    if op.OpcodeIndex() >= model.OperatorCodesLength():
        raise ValueError("operator code out of range")
    code = model.OperatorCodes(op.OpcodeIndex())
    # Files of before 2020 have the code in the older, shorter field.
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    name = OPERATOR_NAMES.get(number, f"operator code {number}")
    if name == "CUSTOM":
        name = f"custom operator '{_text(code.CustomCode())}'"
    options_type = OPTIONS_NAMES.get(op.BuiltinOptionsType(), "NONE")
    return SourceOp(
        index=index,
        name=name,
        inputs=_vector(op, "Inputs"),
        outputs=_vector(op, "Outputs"),
        intermediates=_vector(op, "Intermediates"),
        options_type=options_type,
        options=_read_options(options_type, op.BuiltinOptions()),
    )


def _read_options(name: str, table: Any) -> dict[str, Any]:
    """Every scalar and vector of an options table, by its name in the schema."""
    if table is None or name == "NONE":
        return {}
    options = getattr(tflite, name)()
    options.Init(table.Bytes, table.Pos)
    values: dict[str, Any] = {}
    for field, method in inspect.getmembers(options, inspect.ismethod):
        if field.endswith("AsNumpy"):
            values[field[: -len("AsNumpy")]] = _vector(options, field[: -len("AsNumpy")])
        elif not inspect.signature(method).parameters and not field.endswith(("Length", "IsNone")):
            value = method()
            values[field] = _text(value) if isinstance(value, bytes) else value
    return values


def _signature_names(signature: tflite.SignatureDef) -> dict[int, str]:
    """Names a caller gave the inputs and outputs, by tensor index."""
    maps = [signature.Inputs(i) for i in range(signature.InputsLength())]
    maps += [signature.Outputs(i) for i in range(signature.OutputsLength())]
    return {entry.TensorIndex(): _text(entry.Name()) for entry in maps if entry.Name()}


def _vector(table: Any, field: str) -> list:
    """A vector of numbers, empty where it is absent."""
    if not getattr(table, field + "Length")():
        return []
    return getattr(table, field + "AsNumpy")().tolist()


def _text(raw: Optional[bytes]) -> str:
    """A name fit for one line on a terminal."""
    text = (raw or b"").decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)
