"""What converters write for models of text and of recurrent layers, in small: how it begins, splits and looks rows up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import minfer
import numpy as np
import pytest
from build import Builder, Tensor, schema
from cases import differing
from operators.recurrent import Lstm, Variable
from spec import Case, Spec, shaped


@dataclass(frozen=True)
class FirstStep(Spec):
    """tanh(U·h + W·x) · h + x with the state h of zeros that the first of the steps has.

    In int16 its scale is 0, and so is that of its product but for a denormal number.
    """

    dtype: str = "int16"
    with_bias: bool = True

    @property
    def operator(self) -> str:
        return "FIRST_STEP"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        shape, wide = (1, 6), self.dtype == "int16"
        scale, zero_point = (1e-4, 0) if wide else (0.02, 5)
        state = (1.0, 0) if wide else (0.004, -128)
        x = b.tensor(shape, scale, zero_point, self.dtype)
        zeros = b.constant(np.full(shape, state[1], self.dtype), *state)
        recurrent = b.tensor(shape, 3.5873e-43 if wide else 0.004, 0, self.dtype)
        bias = b.constant(np.zeros(6, np.int64 if wide else np.int32), state[0] * 0.01)
        if wide:
            for tensor in (zeros, bias):
                b.tensors[tensor.index].quantization.scale = np.float32([0])
        weights = [b.constant(shaped((6, 6), -127, 127, rng), 0.01) for _ in range(2)]
        b.op("FULLY_CONNECTED", [zeros, weights[0], bias if self.with_bias else None], [recurrent])
        seen, both = (b.tensor(shape, 2 * scale, zero_point, self.dtype) for _ in range(2))
        b.op("FULLY_CONNECTED", [x, weights[1], None], [seen])
        b.op("ADD", [seen, recurrent], [both], potScaleInt16=False)
        gate = b.tensor(shape, 2.0**-15 if wide else 1 / 128, 0, self.dtype)
        b.op("TANH", [both], [gate])
        y, kept = (b.tensor(shape, 2.0**-15 if wide else 1 / 64, 0, self.dtype) for _ in range(2))
        b.op("MUL", [gate, zeros], [kept])
        b.op("ADD", [gate, kept], [y], potScaleInt16=False)
        return [x], [y]


@dataclass(frozen=True)
class Embedding(Spec):
    """Rows of a table by number, those below 0 counted from its end, and their mean."""

    rows: int = 20
    words: int = 10

    @property
    def operator(self) -> str:
        return "EMBEDDING"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        shape = (1, self.words)
        x, wrapped, index = (b.tensor(shape, dtype="int32") for _ in range(3))
        negative = b.tensor(shape, dtype="bool")
        b.op("LESS", [x, b.constant(np.int32(0))], [negative])
        b.op("ADD", [x, b.constant(np.int32(self.rows))], [wrapped])
        b.op("SELECT_V2", [negative, wrapped, x], [index])
        table = b.constant(shaped((self.rows, 4), -128, 127, rng), 0.01, -3)
        found = b.tensor((*shape, 4), 0.01, -3)
        b.op("GATHER", [table, index], [found], axis=0, batchDims=0)
        y = b.tensor((1, 4), 0.004, 8)
        b.op("MEAN", [found, b.constant(np.int32([1]))], [y], keepDims=False)
        return [x], [y]

    def case(self) -> Case:
        """The samples' numbers within range."""
        case = super().case()
        return replace(case, samples=[[x % (2 * self.rows) - self.rows] for x, in case.samples])


@dataclass(frozen=True)
class Gates(Spec):
    """Gates of one product, of which the forget gate is not needed where the state is zero: the converter splits float32 then."""

    @property
    def operator(self) -> str:
        return "GATES"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor((3, 24), 0.05, 11)
        real = b.tensor((3, 24), dtype="float32")
        b.op("DEQUANTIZE", [x], [real])
        parts = [b.tensor((3, 6), dtype="float32") for _ in range(4)]
        b.op("SPLIT", [b.constant(np.int32(1)), real], parts, numSplits=4)
        outputs = []
        for i in (0, 2, 3):
            back = b.tensor((3, 6), 0.05 if i else 0.07, 11)
            gate = b.tensor((3, 6), 1 / 256, -128)
            b.op("QUANTIZE", [parts[i]], [back])
            b.op("LOGISTIC", [back], [gate])
            outputs.append(gate)
        return [x], outputs


@pytest.mark.parametrize(
    "spec",
    (
        FirstStep(),
        FirstStep(with_bias=False),
        FirstStep("int8"),
        Embedding(),
        Embedding(rows=3, words=70),
        Gates(),
    ),
    ids=lambda spec: spec.name,
)
def test_exact(spec: Spec) -> None:
    assert differing(spec.case()) == []


def test_product_with_zeros_costs_nothing() -> None:
    model = minfer.Model.load(minfer.compile_model(FirstStep().case().model))
    assert [op.name for op in model.ops].count("FULLY_CONNECTED") == 1


def refusal(b: Builder, inputs: list[Tensor], outputs: list[Tensor]) -> str:
    with pytest.raises(minfer.ConvertError) as refused:
        minfer.compile_model(b.finish(inputs, outputs))
    return str(refused.value)


def test_float_variable() -> None:
    b = Builder()
    inputs, outputs = Variable().build(b, np.random.default_rng(0))
    b.once.tensors[-1].type = schema.TensorType.FLOAT32
    assert "_experimental_variable_quantization = True" in refusal(b, inputs, outputs)


def test_float_output() -> None:
    b = Builder()
    x, real, y = b.tensor((1, 6), 0.1), *(b.tensor((1, 6), dtype="float32") for _ in range(2))
    b.op("DEQUANTIZE", [x], [real])
    b.op("NEG", [real], [y])
    assert "computed in float32" in refusal(b, [x], [y])


def test_cells_too_small() -> None:
    b = Builder()
    inputs, outputs = Lstm().build(b, np.random.default_rng(0))
    for tensor in b.tensors:
        if tensor.isVariable and tensor.type == schema.TensorType.INT16:
            tensor.quantization.scale = np.float32([2.0**-16])
    assert "tanh TensorFlow Lite leaves out" in refusal(b, inputs, outputs)
