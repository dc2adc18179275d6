"""Float32 inside the model, between a DEQUANTIZE and a QUANTIZE, as the converter leaves what it cannot quantise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor, schema
from operators.unary import LINES, POSITIVE
from spec import Spec


def dequantised(b: Builder, x: Tensor) -> Tensor:
    """Its numbers as float32."""
    return floats(b, "DEQUANTIZE", [x], x.shape)


def floats(b: Builder, op: str, inputs: list[Tensor], shape: Shape, **options: object) -> Tensor:
    """The float32 output of one more operator."""
    y = b.tensor(shape, dtype="float32")
    b.op(op, inputs, [y], **options)
    return y


def quantised(b: Builder, x: Tensor, scale: float, zero_point: int, dtype: str = "int8") -> Tensor:
    """The way back."""
    y = b.tensor(x.shape, scale, zero_point, dtype)
    b.op("QUANTIZE", [x], [y])
    return y


@dataclass(frozen=True)
class Island(Spec):
    """A function of one argument; or of two, the other of which is the argument again or a constant."""

    op: str
    scales: tuple[float, float] = (0.05, 0.05)
    zero_points: Shape = (0, 0)
    dtypes: tuple[str, str] = ("int8", "int8")
    numerator: float = 0.0  # of DIV and its like: the first operand, where it is a constant
    denominator: float = 0.0  # the second
    activation: str = "NONE"  # of DIV
    x: Shape = (2, 128)

    @property
    def operator(self) -> str:
        return self.op

    @property
    def kernels(self) -> str:
        # These have but one kernel, which is not among the reference ones.
        alone = self.op in ("CEIL", "ELU", "ROUND")
        return "BUILTIN_WITHOUT_DEFAULT_DELEGATES" if alone else super().kernels

    @property
    def name(self) -> str:
        return f"FLOAT-{super().name}"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, self.scales[0], self.zero_points[0], self.dtypes[0])
        real = dequantised(b, x)
        operands, options = [real], {}
        if self.op in ("DIV", "MAXIMUM", "MINIMUM"):
            constants = (self.numerator, self.denominator)
            operands = [b.constant(np.float32([c])) if c else real for c in constants]
        if self.op == "DIV":
            code = getattr(schema.ActivationFunctionType, self.activation)
            options = {"fusedActivationFunction": code}
        y = floats(b, self.op, operands, self.x, **options)
        return [x], [quantised(b, y, self.scales[1], self.zero_points[1], self.dtypes[1])]


@dataclass(frozen=True)
class Negatives(Spec):
    """What a layer normalisation of Keras is made of: the integers go on, their negatives beside them, squared too."""

    x: Shape = (2, 5, 7)

    @property
    def operator(self) -> str:
        return "NEG"

    @property
    def name(self) -> str:
        return f"BESIDE-{super().name}"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.03, -5)
        real = dequantised(b, x)
        negative = floats(b, "NEG", [real], self.x)
        squared = floats(b, "SQUARE", [negative], self.x)
        a, c = quantised(b, negative, 0.03, 4), quantised(b, squared, 0.06, -128)
        added, y = b.tensor(self.x, 0.04), b.tensor(self.x, 0.07, 3)
        b.op("ADD", [a, x], [added])
        b.op("ADD", [added, c], [y])
        return [x], [y, quantised(b, real, 0.04, 10)]


@dataclass(frozen=True)
class Widened(Spec):
    """What is no real number until a CAST makes it one: the mask of what is above a threshold."""

    dtype: str = "bool"
    scale: float = 0.02

    @property
    def operator(self) -> str:
        return "CAST"

    @property
    def name(self) -> str:
        return f"FLOAT-{super().name}"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor((2, 128), dtype=self.dtype)
        y = floats(b, "CAST", [x], (2, 128))
        return [x], [quantised(b, y, self.scale, -100), quantised(b, y, 1 / 255, -128)]


@dataclass(frozen=True)
class Moved(Spec):
    """Float32 that is moved, and compared, between int8 and the caller or int8 again."""

    dtype: str = "int8"
    chosen: str = ""  # ARG_MAX or ARG_MIN of what was moved
    function: bool = False  # the elements' negatives
    back: bool = False  # to integers

    @property
    def operator(self) -> str:
        return self.chosen or "TRANSPOSE"

    @property
    def name(self) -> str:
        return f"FLOAT-{super().name}"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor((1, 5, 4, 6), 0.02, 0 if self.dtype == "int16" else 7, self.dtype)
        real = dequantised(b, x)
        shape = b.constant(np.int32([20, 6]))
        flat = floats(b, "RESHAPE", [real, shape], (20, 6), newShape=np.int32([20, 6]))
        if self.function:
            flat = floats(b, "NEG", [flat], (20, 6))
        turned = floats(b, "TRANSPOSE", [flat, b.constant(np.int32([1, 0]))], (6, 20))
        parts = [b.tensor((20,), dtype="float32") for _ in range(6)]
        b.op("UNPACK", [turned], parts, num=6, axis=0)
        outputs = [quantised(b, t, 0.03, 11) for t in parts[:3]] if self.back else parts[:3]
        if self.chosen:
            y = b.tensor((20,), dtype="int32")
            options = {"outputType": schema.TensorType.INT32}
            b.op(self.chosen, [turned, b.constant(np.int32(0))], [y], **options)
            outputs = [y] if self.back else [y, *outputs]
        return [x], outputs


@dataclass(frozen=True)
class Joined(Spec):
    """A NEG beside its own argument, a constant and another input's numbers, quantised once or twice."""

    op: str = "CONCATENATION"
    axis: int = 1
    times: int = 1

    @property
    def operator(self) -> str:
        return self.op

    @property
    def name(self) -> str:
        return f"FLOAT-{super().name}"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        a, c = b.tensor((2, 60), 0.04, -9), b.tensor((2, 60), 0.013, 30, "uint8")
        real = dequantised(b, a)
        parts = [floats(b, "NEG", [real], a.shape), real]
        parts += [b.constant(rng.normal(size=(2, 60)).astype(np.float32)), dequantised(b, c)]
        stacked = self.op == "PACK"
        shape = list(a.shape)
        if stacked:
            shape.insert(self.axis, len(parts))
        else:
            shape[self.axis] *= len(parts)
        options = {"valuesCount": len(parts)} if stacked else {}
        y = floats(b, self.op, parts, tuple(shape), axis=self.axis, **options)
        return [a, c], [quantised(b, y, 0.03 + 0.02 * i, 5 - i) for i in range(self.times)]


EVERYWHERE = ("ABS", "CEIL", "COS", "ELU", "FLOOR", "NEG", "ROUND", "SIN", "SQUARE")

CASES: list[Spec] = [
    *(Island(op, scales=s, zero_points=z) for op in EVERYWHERE for s, z in LINES),
    # Past 2^31 units of the output the reference's conversion to an integer has no meaning: neither
    # an e^x of more, nor a square root of what is below 0.
    *(Island("EXP", scales=s, zero_points=z) for s, z in LINES if s[0] < 0.2),
    *(Island("SQRT", scales=s, zero_points=z) for s, z in POSITIVE),
    *(
        Island(op, scales=s, zero_points=z, dtypes=("uint8", "int8"))
        for op, ((s, _), z) in product(("NEG", "SQUARE"), product(LINES[:1], ((0, 0), (131, 9))))
    ),
    Island("NEG", zero_points=(3, 140), dtypes=("int8", "uint8")),
    Island("DIV", denominator=3.0, scales=(0.05, 0.013)),
    Island("DIV", denominator=0.7, scales=(0.05, 0.09), activation="RELU6"),
    *(
        Island(op, numerator=first, denominator=second, zero_points=(9, -20))
        for op in ("MAXIMUM", "MINIMUM")
        for first, second in ((0.31, 0.0), (0.0, -0.77), (0.0, 0.0))
    ),
    *(Widened(dtype, scale) for dtype in ("bool", "int8", "uint8") for scale in (0.02, 1.5)),
    Negatives(),
    *(Joined(op, axis) for op, axis in product(("CONCATENATION", "PACK"), (0, 1))),
    Joined(times=2),
    *(Moved(dtype=dtype) for dtype in ("int8", "uint8", "int16")),
    *(
        Moved(chosen=chosen, back=back)
        for chosen, back in product(("ARG_MAX", "ARG_MIN"), (False, True))
    ),
    Moved(back=True),
    Moved(function=True, back=True),
]
