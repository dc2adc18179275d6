"""Which operators the compiler writes for elementwise ones: tables, clamps and faces where they will do."""

from __future__ import annotations

import minfer
import pytest
from minfer.compiler.import_tflite import import_tflite
from minfer.format import DType
from operators.choose import Compare, Masked, Select
from operators.conv import Conv
from operators.elementwise import CHOOSING, Binary
from operators.face import BytesFace, Constant
from operators.fully_connected import FullyConnected
from operators.graph import Graph
from operators.idle import Idle
from operators.island import Island, Moved, Negatives
from operators.pad import Pad, PadThen
from operators.requantise import Chain, Function
from operators.unary import Unary
from spec import Spec


def load(spec: Spec) -> minfer.Model:
    return minfer.Model.load(minfer.compile_model(spec.case().model))


def written(spec: Spec) -> list[str]:
    """Names of the operators in the file."""
    return [op.name for op in load(spec).ops]


@pytest.mark.parametrize(
    "op", ("ADD", "SUB", "MUL", "SQUARED_DIFFERENCE", "PRELU", "MAXIMUM", "MINIMUM")
)
@pytest.mark.parametrize("second", ("scalar", "same"))
def test_table(op: str, second: str) -> None:
    line = (
        Binary(op, second="same")
        if second == "same"
        else Binary(op, other=(1, 1), second="constant")
    )
    # The greater or lesser of a value and itself is the value: no operator at all.
    assert written(line) == ([] if second == "same" and op in CHOOSING else ["LOOKUP"])


@pytest.mark.parametrize(
    "spec",
    (
        Compare("LESS", b=(1,), constant=True),
        Select(a=(1,), b=(), constant=True),
        Function("QUANTIZE", "int8", "uint8", zero_points=(0, 100)),
        Function("CAST", "bool", "int8", (0.0, 0.0)),
        Unary("RELU"),
        Unary("ABS", scales=(0.05, 0.03)),
        Unary("LEAKY_RELU", alpha=0.1),
    ),
    ids=lambda spec: spec.name,
)
def test_table_of_one_operand(spec: Spec) -> None:
    assert set(written(spec)) <= {"LOOKUP"}


def test_no_table() -> None:
    """One value a channel, or 16 bits, have no table of 256 bytes."""
    assert written(Binary("ADD", x=(2, 3, 4, 5), other=(5,), second="constant")) == ["ADD"]
    assert written(Binary("ADD", other=(1, 1), second="constant", dtype="int16")) == ["ADD"]


@pytest.mark.parametrize("weights, kept", (((-100, 100), 0), ((-127, 127), 60)))
def test_zero_point_of_weights(weights: tuple[int, int], kept: int) -> None:
    """With int16 it goes into the weights where int8 has room for them."""
    line = FullyConnected(
        x=(1, 640), zero_points=(0, 0, kept or 20), weights=weights, dtype="int16"
    )
    (op,) = import_tflite(line.case().model).ops
    assert op.params.weights_zero_point == kept


@pytest.mark.parametrize(
    "then, point, channels",
    (
        (("conv",), -128, [4, 4]),
        (("conv",), 5, [4, 4]),  # clamped at the zero point, which is what padding is
        (("valid",), 5, [4, 4]),
        (("depthwise", "valid"), -128, [4, 4, 4]),
        (("depthwise", "conv"), -128, [5, 5, 4]),  # the bias of one makes it another value than padding
        (("MAX_POOL_2D", "fully_connected"), -128, [4, 4, 4, 7]),
        (("depthwise", "blind"), -128, [1, 1, 4]),
        (("add", "conv"), -128, [7, 7, 4]),
        (("depthwise",), -128, [7, 7]),
    ),
)
def test_constant_channels(then: tuple[str, ...], point: int, channels: list[int]) -> None:
    """Those that are the same whatever the input are left out where nobody misses them."""
    assert [op.outputs[0].shape[-1] for op in load(Idle(then, zero_point=point)).ops] == channels


@pytest.mark.parametrize("held, move", (("float32", "TRANSPOSE"), ("int8", "PADV2")))
def test_float_constants(held: str, move: str) -> None:
    assert written(Constant(held, move)) == ["ADD"]


def test_pad_between_scales() -> None:
    """A convolution takes a PAD in only where the integers mean the same before and behind it."""
    pads, conv = ((0, 0), (1, 1), (1, 1), (0, 0)), Conv(padding="VALID")
    assert written(PadThen(Pad(pads=pads), conv)) == ["CONV_2D"]
    assert written(PadThen(Pad(pads=pads, out=(0.07, -7)), conv)) == ["COPY", "CONV_2D"]


def test_mask() -> None:
    assert written(Masked(negated=True)) == ["LOOKUP", "SELECT"]


def test_broadcast_constant_is_stored_once() -> None:
    """A walk repeats a channel's constant: the file holds 5 bytes of it, not 120."""
    model = load(Binary("MUL", x=(2, 3, 4, 5), other=(5,), second="constant"))
    assert [t.size for t in model.tensors if t.is_constant] == [5]


@pytest.mark.parametrize("producer", ("add", "sub", "mul"))
def test_clamp(producer: str) -> None:
    assert written(Graph((("conv3", 0, 0), (producer, 1, 0), ("relu", 2, 0)))) == [
        "CONV_2D",
        producer.upper(),
    ]


def test_clamp_of_int16() -> None:
    assert written(Chain("RELU6")) == ["ADD"]
    assert written(Chain("RELU6", output_of_add=True)) == ["ADD", "REQUANTISE"]


def test_uint8_face() -> None:
    model = load(BytesFace())
    assert [op.name for op in model.ops] == ["FULLY_CONNECTED"]
    assert [(edge.face, edge.dtype) for edge in (*model.inputs, *model.outputs)] == [
        (DType.UINT8, DType.INT8)
    ] * 2
    assert written(BytesFace(offset=130)) == ["LOOKUP", "FULLY_CONNECTED", "LOOKUP"]


def test_float32_inside() -> None:
    """Of one value: a table. What moves: integers. What both need is not computed twice."""
    assert written(Island("NEG")) == ["LOOKUP"]
    assert written(Negatives()).count("LOOKUP") == 3
    assert written(Moved(chosen="ARG_MAX", back=True)) == ["COPY", "ARG_MAX"]
