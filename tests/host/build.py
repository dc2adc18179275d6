"""Writes .tflite files directly, with the shapes, scales, zero points and weights a test wants.

The TensorFlow converter chooses all of these itself; a test of exactness needs odd ones as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

Shape = tuple[int, ...]

DTYPES = {
    "float32": schema.TensorType.FLOAT32,
    "int4": schema.TensorType.INT4,
    "int8": schema.TensorType.INT8,
    "uint8": schema.TensorType.UINT8,
    "int16": schema.TensorType.INT16,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "bool": schema.TensorType.BOOL,
    "resource": schema.TensorType.RESOURCE,
}

# Class of an operator's options where it is not the operator's name in other letters; None: it
# has no options.
OPTIONS = {
    "ARG_MAX": "ArgMaxOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
    "BATCH_TO_SPACE_ND": "BatchToSpaceNDOptions",
    "BROADCAST_ARGS": None,
    "CEIL": None,
    "CONV_2D": "Conv2DOptions",
    "CUMSUM": "CumsumOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "ELU": None,
    "EMBEDDING_LOOKUP": None,
    "FLOOR": None,
    "L2_NORMALIZATION": "L2NormOptions",
    "LOG": None,
    "LOGISTIC": None,
    "MAX_POOL_2D": "Pool2DOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MEAN": "ReducerOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "PRELU": None,
    "REDUCE_ALL": "ReducerOptions",
    "REDUCE_ANY": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "REDUCE_PROD": "ReducerOptions",
    "PADV2": "PadV2Options",
    "RELU": None,
    "RELU6": None,
    "RELU_0_TO_1": None,
    "RELU_N1_TO_1": None,
    "ROUND": None,
    "RSQRT": None,
    "SIN": None,
    "SPACE_TO_BATCH_ND": "SpaceToBatchNDOptions",
    "SQRT": None,
    "SUM": "ReducerOptions",
    "SVDF": "SVDFOptions",
    "TANH": None,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTMOptions",
}

# Versions of operators that the converter writes for int8.
VERSIONS = {
    "ADD": 2,
    "ARG_MAX": 2,
    "ARG_MIN": 2,
    "AVERAGE_POOL_2D": 2,
    "BATCH_MATMUL": 3,
    "BROADCAST_TO": 2,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "DEQUANTIZE": 2,
    "EXP": 2,
    "FULLY_CONNECTED": 4,
    "LEAKY_RELU": 2,
    "L2_NORMALIZATION": 2,
    "LOG": 2,
    "LOG_SOFTMAX": 2,
    "LOGISTIC": 2,
    "MAX_POOL_2D": 2,
    "MEAN": 2,
    "PAD": 2,
    "QUANTIZE": 2,
    "REDUCE_MAX": 2,
    "REDUCE_MIN": 2,
    "RELU": 2,
    "RELU6": 2,
    "RSQRT": 2,
    "SOFTMAX": 2,
    "SUM": 2,
    "SVDF": 3,
    "TANH": 2,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": 3,
    "TRANSPOSE_CONV": 4,
}


@dataclass(frozen=True)
class Tensor:
    """What an operator's generator needs to know of a tensor: `scale` is the first of several."""

    index: int
    shape: Shape
    dtype: str
    scale: float
    zero_point: int


@dataclass
class Builder:
    """One subgraph, operator by operator, in execution order."""

    tensors: list[schema.TensorT] = field(default_factory=list)
    buffers: list[schema.BufferT] = field(default_factory=lambda: [schema.BufferT()])
    codes: dict[tuple[str, int, str], int] = field(default_factory=dict)
    operators: list[schema.OperatorT] = field(default_factory=list)
    once: Builder | None = None  # the subgraph that gives variables their initial values

    def tensor(
        self,
        shape: Shape,
        scale: float | np.ndarray = 0.0,
        zero_point: int = 0,
        dtype: str = "int8",
        axis: int = 0,
        name: str = "",
        signature: Shape | None = None,
        variable: bool = False,
    ) -> Tensor:
        """A tensor the graph computes; a variable one keeps its value between runs. A scale per channel is an array along `axis`; scale 0: not quantised."""
        made = schema.TensorT()
        made.name = name or f"t{len(self.tensors)}"
        made.shape = np.array(shape, np.int32)
        made.shapeSignature = None if signature is None else np.array(signature, np.int32)
        made.type = DTYPES[dtype]
        made.buffer = 0
        made.hasRank = True
        made.isVariable = variable
        made.quantization = schema.QuantizationParametersT()
        scales = np.atleast_1d(np.asarray(scale, np.float32))
        if scales[0] != 0:
            made.quantization.scale = scales
            made.quantization.zeroPoint = np.full(scales.shape, zero_point, np.int64)
            made.quantization.quantizedDimension = axis
        self.tensors.append(made)
        return Tensor(len(self.tensors) - 1, tuple(shape), dtype, float(scales[0]), zero_point)

    def constant(
        self,
        values: np.ndarray,
        scale: float | np.ndarray = 0.0,
        zero_point: int = 0,
        axis: int = 0,
        dtype: str = "",
    ) -> Tensor:
        """A tensor with its values in the file: of the array's type, or int4, two to a byte, the first in the low half."""
        values = np.asarray(values, order="C")
        made = self.tensor(values.shape, scale, zero_point, dtype or str(values.dtype), axis)
        if dtype == "int4":
            nibbles = (
                np.append(values.ravel(), np.zeros(values.size % 2, np.int8)).astype(np.uint8) & 15
            )
            values = nibbles[::2] | nibbles[1::2] << 4
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self.buffers.append(buffer)
        self.tensors[made.index].buffer = len(self.buffers) - 1
        return made

    def variable(self, values: np.ndarray, scale: float = 0.0, zero_point: int = 0) -> Tensor:
        """The handle of a resource variable with its initial values."""
        if self.once is None:
            self.once = Builder(buffers=self.buffers, codes=self.codes)
            self.op("CALL_ONCE", [], [], initSubgraphIndex=1)
        name = f"variable {len(self.once.operators)}"
        inner, handle = (b.tensor((), dtype="resource") for b in (self.once, self))
        self.once.op("VAR_HANDLE", [], [inner], container="", sharedName=name)
        self.once.op("ASSIGN_VARIABLE", [inner, self.once.constant(values, scale, zero_point)], [])
        self.op("VAR_HANDLE", [], [handle], container="", sharedName=name)
        return handle

    def op(
        self,
        name: str,
        inputs: list[Tensor | None],
        outputs: list[Tensor],
        custom: str = "",
        intermediates: list[Tensor] | None = None,
        **options: object,
    ) -> None:
        """Appends an operator. `options` are fields of its table of options, by name."""
        made = schema.OperatorT()
        key = (name, VERSIONS.get(name, 1), custom)
        made.opcodeIndex = self.codes.setdefault(key, len(self.codes))
        made.inputs = np.array([-1 if t is None else t.index for t in inputs], np.int32)
        made.outputs = np.array([t.index for t in outputs], np.int32)
        made.intermediates = np.array([t.index for t in intermediates or []], np.int32)
        kind = OPTIONS.get(name, f"{name.title().replace('_', '')}Options")
        if kind is not None and not custom:
            made.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            made.builtinOptions = getattr(schema, f"{kind}T")()
            for field_name, value in options.items():
                if not hasattr(made.builtinOptions, field_name):
                    raise AttributeError(f"{kind} has no field {field_name}")
                setattr(made.builtinOptions, field_name, value)
        self.operators.append(made)

    def finish(self, inputs: list[Tensor], outputs: list[Tensor]) -> bytes:
        """The bytes of the .tflite file."""
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes = [operator_code(*key) for key in self.codes]
        model.subgraphs = [self.subgraph("main", inputs, outputs)]
        if self.once is not None:
            model.subgraphs.append(self.once.subgraph("once", [], []))
        model.buffers = self.buffers
        packer = flatbuffers.Builder(1024)
        packer.Finish(model.Pack(packer), b"TFL3")
        return bytes(packer.Output())

    def subgraph(self, name: str, inputs: list[Tensor], outputs: list[Tensor]) -> schema.SubGraphT:
        """The subgraph alone."""
        graph = schema.SubGraphT()
        graph.name = name
        graph.tensors = self.tensors
        graph.inputs = np.array([t.index for t in inputs], np.int32)
        graph.outputs = np.array([t.index for t in outputs], np.int32)
        graph.operators = self.operators
        return graph


def operator_code(name: str, version: int, custom: str) -> schema.OperatorCodeT:
    """The table's entry of an operator; `custom` is the name of one that is not built in."""
    code = schema.OperatorCodeT()
    code.builtinCode = (
        schema.BuiltinOperator.CUSTOM if custom else getattr(schema.BuiltinOperator, name)
    )
    # Codes past 126 do not fit the field older readers look at: 127 sends them to the newer one.
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = version
    code.customCode = custom or None
    return code
