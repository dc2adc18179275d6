"""SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM: operators with a state of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import INT8_MAX, INT8_MIN, Multiplier, quantise_multiplier
from minfer.format import DType

FLOAT = np.float32
RELU, TANH = 1, 4


@dataclass(frozen=True)
class SvdfParams:
    """`rank`: filters to an output; `min` and `max` clamp the output."""

    rank: int
    into_state: Multiplier
    out: Multiplier
    min: int = INT8_MIN
    max: int = INT8_MAX

    def words(self) -> list[int]:
        """rank, both multipliers, each with its shift, then the clamp."""
        return [self.rank, *self.into_state, *self.out, self.min, self.max]


@importer("SVDF")
def svdf(node: Node) -> Op:
    """Scales as `Prepare` of kernels/svdf.cc computes them, in single precision.

    The reference kernel wants RELU and leaves it out: it is what the output's zero point of −128 says. It has no state of int8, which
    follows TensorFlow Lite Micro.
    """
    options = node.options("SVDFOptions")
    x, y = node.activation(0), node.output
    feature = _weights(node, 1, "feature weights", DType.INT8)
    state = _state(node, 4, "state", DType.INT16, DType.INT8)
    time = _weights(node, 2, "time weights", state.dtype)
    bias = node.optional_constant(3, "bias", DType.INT32)
    if state.zero_point:
        node.refuse(f"state: expected zero point 0, found {state.zero_point}", state)
    rank = options["Rank"]
    for tensor in (x, y, feature, time):
        node.expect_rank(tensor, 2)
    filters, steps = time.shape
    if rank < 1 or filters % rank:
        node.refuse(f"expected a rank that divides {filters} filters, found {rank}")
    if options["FusedActivationFunction"] != RELU:
        node.refuse(f"fused activation {options['FusedActivationFunction']}: expected RELU")
    node.expect_shape(feature, (filters, x.shape[1]))
    node.expect_shape(y, (x.shape[0], filters // rank))
    node.expect_shape(state, (x.shape[0], filters * steps))
    if bias is not None:
        node.expect_shape(bias, (filters // rank,))
    scales = [FLOAT(t.scale) for t in (x, feature, state, time, y)]
    into_state = float(scales[0] * scales[1] / scales[2])
    out = float(scales[2] * scales[3] / scales[4])
    params = SvdfParams(rank, quantise_multiplier(into_state), quantise_multiplier(out))
    macs = x.shape[0] * filters * (x.shape[1] + steps)
    return node.op("SVDF", [x, feature, time, bias, state], params, macs)


@dataclass(frozen=True)
class LstmParams:
    """`gates`: of each gate the multipliers of the input's and of the last output's sums."""

    time_major: bool
    cell_shift: int
    cell_clip: int
    out: Multiplier
    out_zero_point: int
    gates: tuple[tuple[Multiplier, Multiplier], ...]

    def words(self) -> list[int]:
        """The fields in their order, a multiplier with its shift."""
        gates = (word for pair in self.gates for multiplier in pair for word in multiplier)
        head = [
            int(self.time_major),
            self.cell_shift,
            self.cell_clip,
            *self.out,
            self.out_zero_point,
        ]
        return head + list(gates)


# Inputs of the operator, as kernels/lstm_shared.h numbers them.
INPUT_WEIGHTS, RECURRENT_WEIGHTS, BIASES, OUTPUT_STATE, CELL_STATE = 1, 5, 12, 18, 19
PEEPHOLES, PROJECTION, LAYER_NORMS = range(9, 12), range(16, 18), range(20, 24)
HIDDEN = 4
GATE_SCALE = FLOAT(2.0**-12)
CELL_SHIFTS = range(-15, -8)


@importer("UNIDIRECTIONAL_SEQUENCE_LSTM")
def lstm(node: Node) -> Op:
    """As `PopulateQuantizedLstmParams8x8_16` (kernels/unidirectional_sequence_lstm.cc) sets it up."""
    options = node.options("UnidirectionalSequenceLSTMOptions")
    x, y = node.activation(0), node.output
    for tensor in (x, y):
        node.expect_rank(tensor, 3)
    node.expect_shape(y, (*x.shape[:2], y.shape[2]))
    _expect_plain(node, options)
    cells = y.shape[2]
    batch = x.shape[1 if options["TimeMajor"] else 0]
    h = _state(node, OUTPUT_STATE, "output state", DType.INT8)
    c = _state(node, CELL_STATE, "cell state", DType.INT16)
    for state in (h, c):
        node.expect_shape(state, (batch, cells))
    gates = range(4) if _has(node, INPUT_WEIGHTS) else range(1, 4)
    w = [_weights(node, INPUT_WEIGHTS + g, "input weights", DType.INT8) for g in gates]
    r = [_weights(node, RECURRENT_WEIGHTS + g, "recurrent weights", DType.INT8) for g in gates]
    biases = [node.constant(BIASES + g, "gate bias", DType.INT32) for g in gates]
    for weights, recurrent, bias in zip(w, r, biases):
        node.expect_shape(weights, (cells, x.shape[2]))
        node.expect_shape(recurrent, (cells, cells))
        node.expect_shape(bias, (cells,))

    def name(what: str) -> str:
        return f"{y.name} {what}"

    inputs = [
        x,
        Tensor.constant(name("weights"), np.stack([t.data for t in w])),
        Tensor.constant(name("recurrent weights"), np.stack([t.data for t in r])),
        Tensor.constant(
            name("biases"),
            np.stack(
                [[_effective(a, x, b.data), _effective(u, h, 0)] for a, u, b in zip(w, r, biases)]
            ),
        ),
        h,
        c,
    ]
    out, out_zero_point = _hidden(node)
    params = LstmParams(
        options["TimeMajor"],
        _cell_shift(node, c),
        int(np.clip(FLOAT(options["CellClip"]) / FLOAT(c.scale), 0, 32767)),
        out,
        out_zero_point,
        tuple((_gate_multiplier(a, x), _gate_multiplier(b, h)) for a, b in zip(w, r)),
    )
    macs = x.shape[0] * x.shape[1] * len(w) * cells * (x.shape[2] + cells)
    return node.op("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, params, macs)


def _has(node: Node, i: int) -> bool:
    return i < len(node.inputs) and node.inputs[i] is not None


def _expect_plain(node: Node, options: dict) -> None:
    """Refuses the variants that TensorFlow's converter does not write for LSTM layers."""
    variants = (
        ("peephole connections", PEEPHOLES),
        ("a projection", PROJECTION),
        ("layer normalisation", LAYER_NORMS),
    )
    for what, places in variants:
        if any(_has(node, i) for i in places):
            node.refuse(f"LSTM with {what}: expected a plain LSTM layer; build the model without")
    if options["FusedActivationFunction"] != TANH:
        node.refuse(f"fused activation {options['FusedActivationFunction']}: expected TANH")


def _state(node: Node, i: int, what: str, *types: DType) -> Tensor:
    tensor = node.operand(i, what)
    if tensor.initial is None:
        node.refuse(f"{what}: expected a variable tensor; convert it again", tensor)
    if tensor.dtype not in types:
        node.refuse(
            f"{what}: expected {' or '.join(map(str, types))}, found {tensor.dtype};"
            " quantise the model with int16 states",
            tensor,
        )
    if len(tensor.scales) != 1 or not tensor.scale > 0:
        node.refuse(f"{what}: expected one scale above 0", tensor)
    if tensor.dtype == DType.INT16 and tensor.zero_point != 0:
        node.refuse(f"{what}: expected zero point 0, found {tensor.zero_point}", tensor)
    return tensor


def _weights(node: Node, i: int, what: str, dtype: DType) -> Tensor:
    tensor = node.constant(i, what, dtype)
    if len(tensor.scales) != 1 or not tensor.scale > 0 or tensor.zero_point != 0:
        node.refuse(f"{what}: expected one scale above 0 and zero point 0", tensor)
    return tensor


def _effective(weights: Tensor, x: Tensor, bias: np.ndarray | int) -> np.ndarray:
    """`PrecomputeZeroPointTimesWeightWithBias`: int32[cells]."""
    sums = weights.data.astype(np.int64).sum(axis=1)
    return (bias - x.zero_point * sums).astype(np.int32)


def _gate_multiplier(weights: Tensor, x: Tensor) -> Multiplier:
    return quantise_multiplier(float(FLOAT(weights.scale) * FLOAT(x.scale) / GATE_SCALE))


def _cell_shift(node: Node, c: Tensor) -> int:
    """The exponent of the cell state's scale, a power of two."""
    shift = int(round(np.log2(c.scale)))
    if c.scale == 2.0**shift and shift < CELL_SHIFTS[0]:
        node.refuse(
            f"cell state: a scale of 2^{shift}, below 2^-15, whose tanh TensorFlow Lite leaves out;"
            " give the converter representative data at which the cells come above 0.5",
            c,
        )
    if c.scale != 2.0**shift or shift not in CELL_SHIFTS:
        node.refuse(f"cell state: expected a scale of 2^-15 to 2^-9, found {c.scale:.6g}", c)
    return shift


def _hidden(node: Node) -> tuple[Multiplier, int]:
    """Multiplier and zero point of the output before a projection, which is the output itself."""
    if len(node.intermediates) <= HIDDEN or len(node.intermediates[HIDDEN].scales) != 1:
        node.refuse("expected 5 intermediate tensors, the last with a scale; convert it again")
    hidden = node.intermediates[HIDDEN]
    real = FLOAT(2.0**-15 / float(hidden.scales[0]) * 2.0**-15)
    return quantise_multiplier(float(real)), int(hidden.zero_points[0])
