"""SVDF, UNIDIRECTIONAL_SEQUENCE_LSTM and resource variables: every sample is a step that depends on those before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import tflite
from build import DTYPES, Builder, Shape, Tensor, schema
from spec import Case, Spec, shaped


@dataclass(frozen=True)
class Stateful(Spec):
    """Samples run three times over, so that the state gets old."""

    def case(self) -> Case:
        case = super().case()
        return replace(case, samples=case.samples * 3)


def requantised(x: np.ndarray, scales: tuple[float, float, float]) -> np.ndarray:
    """`x` by the first two scales over the third, as TensorFlow Lite's int8 specification rounds: in 31 bits, then as many as are left."""
    product, wanted = np.float32(scales[0]) * np.float32(scales[1]), np.float32(scales[2])
    fraction, exponent = np.frexp(float(product / wanted))
    multiplier = int(np.floor(fraction * 2**31 + 0.5))
    high = (((x.astype(np.int64) << max(exponent, 0)) * multiplier) + (1 << 30)) >> 31
    places = max(-exponent, 0)
    halves = np.where(high < 0, -((-high * 2 + (1 << places)) >> places + 1), 0)
    return np.where(high < 0, halves, (high * 2 + (1 << places)) >> places + 1)


@dataclass(frozen=True)
class Svdf(Stateful):
    x: Shape = (1, 10)
    units: int = 4
    rank: int = 1
    steps: int = 5
    bias: bool = True
    zero_points: Shape = (-3, -128)
    scales: tuple[float, float] = (0.02, 0.05)  # of the state, of the output
    state: str = "int16"
    activation: str = "RELU"
    state_zero_point: int = 0

    @property
    def operator(self) -> str:
        return "SVDF"

    def case(self) -> Case:
        case = super().case()
        return case if self.state == "int16" else replace(case, answers=self.answers(case))

    def answers(self, case: Case) -> list[list[np.ndarray]]:
        """What TensorFlow Lite Micro defines for a state of int8, which TensorFlow Lite does not have.

        Every filter remembers the last `steps` of its weighted inputs; an output is their weighted sum over `rank` filters.
        """
        graph = tflite.Model.GetRootAs(case.model, 0)
        inputs = graph.Subgraphs(0).Operators(0).InputsAsNumpy()
        x, feature, time, bias, state = (_Read(graph, i) if i >= 0 else None for i in inputs)
        y = _Read(graph, graph.Subgraphs(0).Outputs(0))
        past = np.zeros((self.x[0], self.units * self.rank, self.steps), np.int64)
        found = []
        for (sample,) in case.samples:
            sums = (sample.astype(np.int64) - x.zero_point) @ feature.values.T
            newest = requantised(sums, (x.scale, feature.scale, state.scale))
            past = np.concatenate([past[:, :, 1:], newest.clip(-128, 127)[:, :, None]], axis=2)
            filters = (past * time.values).sum(axis=2)
            total = filters.reshape(self.x[0], self.units, self.rank).sum(axis=2)
            total += bias.values if bias else 0
            out = requantised(total, (state.scale, time.scale, y.scale)) + y.zero_point
            found.append([out.clip(-128, 127).astype(np.int8)])
        return found

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.05, self.zero_points[0])
        return [x], [self.apply(b, rng, x)]

    def apply(self, b: Builder, rng: np.random.Generator, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        filters = self.units * self.rank
        feature = b.constant(shaped((filters, x.shape[1]), -127, 127, rng), 0.01)
        narrow = self.state == "int8"
        most, time_scale = (127, 0.01) if narrow else (32767, 0.00003)
        time = b.constant(
            rng.integers(-most, most + 1, (filters, self.steps)).astype(self.state), time_scale
        )
        most = 3000 if narrow else 300000
        bias = (
            b.constant(rng.integers(-most, most, self.units).astype(np.int32))
            if self.bias
            else None
        )
        state = b.tensor(
            (x.shape[0], filters * self.steps),
            self.scales[0],
            self.state_zero_point,
            self.state,
            variable=True,
        )
        y = b.tensor((x.shape[0], self.units), self.scales[1], self.zero_points[1])
        activation = getattr(schema.ActivationFunctionType, self.activation)
        b.op(
            "SVDF",
            [x, feature, time, bias, state],
            [y],
            rank=self.rank,
            fusedActivationFunction=activation,
        )
        return y


class _Read:
    """A tensor as a file has it: its values where it is a constant, its scale, its zero point."""

    def __init__(self, model: tflite.Model, index: int) -> None:
        tensor = model.Subgraphs(0).Tensors(index)
        quantisation = tensor.Quantization()
        self.scale = quantisation.Scale(0) if quantisation.ScaleLength() else 0.0
        self.zero_point = quantisation.ZeroPoint(0) if quantisation.ZeroPointLength() else 0
        data = model.Buffers(tensor.Buffer()).DataAsNumpy()
        if isinstance(data, np.ndarray):
            dtype = {kind: name for name, kind in DTYPES.items()}[tensor.Type()]
            self.values = data.view(dtype).reshape(tensor.ShapeAsNumpy()).astype(np.int64)


@dataclass(frozen=True)
class Lstm(Stateful):
    x: Shape = (1, 3, 5)  # [batch, time, inputs]; [time, batch, inputs] where `time_major`
    cells: int = 4
    time_major: bool = False
    coupled: bool = False  # no input gate: it is 1 - forget
    zero_points: Shape = (-4, 7)
    cell_shift: int = -11
    cell_clip: float = 0.0
    weight_scale: float = 0.01
    extra: int = 0  # an input that a plain LSTM does not have

    @property
    def operator(self) -> str:
        return "UNIDIRECTIONAL_SEQUENCE_LSTM"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.04, self.zero_points[0])
        return [x], [self.apply(b, rng, x)]

    def apply(self, b: Builder, rng: np.random.Generator, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        output = (1 / 128, self.zero_points[1])
        gates = range(1, 4) if self.coupled else range(4)
        inputs: list[Tensor | None] = [None] * 24
        inputs[0] = x
        for gate in gates:
            scale = self.weight_scale * (1 + gate / 10)
            inputs[1 + gate] = b.constant(shaped((self.cells, x.shape[2]), -127, 127, rng), scale)
            inputs[5 + gate] = b.constant(shaped((self.cells, self.cells), -127, 127, rng), scale)
            inputs[12 + gate] = b.constant(
                rng.integers(-5000, 5000, self.cells).astype(np.int32), scale * x.scale
            )
        if self.extra:
            inputs[self.extra] = b.constant(np.ones(self.cells, np.int16), 0.01)
        batch = x.shape[1 if self.time_major else 0]
        inputs[18] = b.tensor((batch, self.cells), *output, variable=True)
        inputs[19] = b.tensor((batch, self.cells), 2.0**self.cell_shift, 0, "int16", variable=True)
        y = b.tensor((*x.shape[:2], self.cells), *output)
        between = [b.tensor((1,), 2.0**-12, 0, "int16") for _ in range(4)] + [
            b.tensor((1,), *output)
        ]
        b.op(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            inputs,
            [y],
            intermediates=between,
            fusedActivationFunction=schema.ActivationFunctionType.TANH,
            cellClip=self.cell_clip,
            timeMajor=self.time_major,
        )
        return y


@dataclass(frozen=True)
class Variable(Stateful):
    """A variable's value plus the input; what is assigned is a sum that goes on and on, twice the input, or the input."""

    x: Shape = (1, 6)
    dtype: str = "int8"
    value: str = "sum"  # or "double", or "input"
    late: bool = False  # the value from before the assignment is used after it
    after: bool = False  # the value from after the assignment is used
    times: int = 1  # assigned so often

    @property
    def operator(self) -> str:
        return "READ_VARIABLE"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        quantisation = (0.05, 0 if self.dtype == "int16" else 3)
        handle = b.variable(rng.integers(-100, 100, self.x).astype(self.dtype), *quantisation)

        def tensor() -> Tensor:
            return b.tensor(self.x, *quantisation, dtype=self.dtype)

        def plus(value: Tensor) -> Tensor:
            total = tensor()
            b.op("ADD", [value, x], [total])
            return total

        def read() -> Tensor:
            value = tensor()
            b.op("READ_VARIABLE", [handle], [value])
            return value

        x = tensor()
        before = read()
        y = None if self.late or self.after else plus(before)
        for _ in range(self.times):
            value = (
                plus(read()) if self.value == "sum" else plus(x) if self.value == "double" else x
            )
            b.op("ASSIGN_VARIABLE", [handle, value], [])
        return [x], [y or plus(read() if self.after else before)]


CASES: list[Spec] = [
    *(Svdf(x=x, units=u, rank=r) for x, u, r in product(((1, 10), (3, 7)), (1, 4, 9), (1, 2, 3))),
    *(Svdf(steps=n, bias=bias) for n, bias in product((1, 2, 10, 30), (False, True))),
    *(Svdf(zero_points=z) for z in ((-128, -128), (127, 0), (0, 127), (5, -128))),
    *(
        Svdf(scales=s, zero_points=(3, 4))
        for s in ((0.0001, 0.001), (0.001, 0.4), (1.0, 0.3), (3.0, 0.01))
    ),
    *(
        Svdf(x=x, units=u, rank=r, state="int8", scales=(0.5, 0.2))
        for x, u, r in product(((1, 10), (3, 7)), (1, 4, 9), (1, 2, 3))
    ),
    *(
        Svdf(steps=n, bias=bias, state="int8", scales=(0.5, 0.2))
        for n, bias in product((1, 2, 10, 30), (False, True))
    ),
    *(
        Svdf(scales=s, zero_points=z, state="int8")
        for s, z in product(
            ((0.01, 0.05), (0.3, 0.1), (3.0, 0.01), (0.5, 4.0)),
            ((-128, -128), (127, 0), (5, 127)),
        )
    ),
    *(Lstm(x=x, cells=c) for x, c in product(((1, 1, 5), (1, 7, 3), (3, 2, 9)), (1, 4, 13))),
    *(Lstm(x=x, time_major=True) for x in ((1, 1, 5), (7, 1, 3), (2, 3, 9))),
    *(
        Lstm(coupled=True, x=x, time_major=t)
        for x, t in product(((1, 3, 5), (2, 4, 3)), (False, True))
    ),
    *(Lstm(zero_points=z) for z in ((-128, -128), (127, 127), (0, 0), (0, -20))),
    *(Lstm(cell_shift=s, weight_scale=w) for s, w in product(range(-15, -8), (0.001, 0.01, 0.1))),
    *(Lstm(cell_clip=c, weight_scale=0.05) for c in (0.5, 1.0, 10.0, 1000.0)),
    *(
        Variable(value=v, times=n, **order)
        for v, n, order in product(
            ("sum", "double", "input"), (1, 2), ({}, {"late": True}, {"after": True})
        )
    ),
    Variable(dtype="int16", x=(2, 3)),
]

REFUSED = [
    (Svdf(activation="NONE"), "fused activation 0: expected RELU"),
    (Svdf(state="int32"), "state: expected int16 or int8, found int32"),
    (Svdf(state="int8", state_zero_point=3), "state: expected zero point 0, found 3"),
    (Lstm(cell_shift=-8), "cell state: expected a scale of 2^-15 to 2^-9, found 0.00390625"),
    (Lstm(extra=10), "LSTM with peephole connections"),
    (Lstm(extra=16), "LSTM with a projection"),
    (Lstm(extra=21), "LSTM with layer normalisation"),
]
