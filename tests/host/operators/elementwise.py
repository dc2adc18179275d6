"""Operators of two operands, element by element: ADD, SUB, MUL, SQUARED_DIFFERENCE, MAXIMUM, MINIMUM, PRELU, LOGICAL_AND, LOGICAL_OR; ADD_N."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Optional

import numpy as np
from build import Builder, Shape, Tensor, schema
from spec import Case, Spec, values

WITH_ACTIVATION = ("ADD", "SUB", "MUL")


@dataclass(frozen=True)
class Binary(Spec):
    op: str = "ADD"
    x: Shape = (1, 5, 6, 3)
    other: Optional[Shape] = None  # shape of the second operand, where it is another one
    scales: tuple[float, float, float] = (0.05, 0.03, 0.07)  # of both inputs, of the output
    zero_points: Shape = (-3, 9, 5)
    activation: str = "NONE"
    second: str = "input"  # or "constant", or "same": the first input once more
    swapped: bool = False  # the operand of shape `other` comes first
    dtype: str = "int8"
    power_of_two: bool = True  # an option of ADD and SUB that matters for int16

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        shape = self.x if self.other is None else self.other
        first = b.tensor(self.x, *self.quantisation(0), dtype=self.dtype)
        if self.second == "same":
            return [first], [self.apply(b, first, first)]
        second = b.tensor(shape, *self.quantisation(1), dtype=self.dtype)
        inputs = [first, second]
        if self.second == "constant":
            second = b.constant(values(second, "noise", rng), *self.quantisation(1))
            inputs = [first]
        return inputs, [
            self.apply(b, second, first) if self.swapped else self.apply(b, first, second)
        ]

    def quantisation(self, i: int) -> tuple[float, int]:
        """Scale and zero point of an input or the output."""
        if self.dtype in ("bool", "int32"):
            return 0.0, 0
        return self.scales[i], self.zero_points[i] if self.dtype == "int8" else 0

    def apply(self, b: Builder, first: Tensor, second: Tensor) -> Tensor:
        """The operator on two tensors, whose shapes take the place of those in the line."""
        y = b.tensor(
            np.broadcast_shapes(first.shape, second.shape), *self.quantisation(2), dtype=self.dtype
        )
        options: dict[str, object] = {}
        if self.op in WITH_ACTIVATION:
            options["fusedActivationFunction"] = getattr(
                schema.ActivationFunctionType, self.activation
            )
        if self.op in ("ADD", "SUB"):
            options["potScaleInt16"] = self.power_of_two
        b.op(self.op, [first, second], [y], **options)
        return y


@dataclass(frozen=True)
class Wrapping(Binary):
    """Whole numbers so great that the result does not fit."""

    op: str = "ADD"
    dtype: str = "int32"

    def case(self) -> Case:
        """Samples of all bits."""
        case = super().case()
        samples = [[x * 16_909_320 for x in sample] for sample in case.samples]
        return replace(case, samples=samples)

    @property
    def name(self) -> str:
        return f"WRAPPING-{super().name}"


@dataclass(frozen=True)
class Several(Spec):
    """The sum of so many tensors."""

    n: int = 3
    dtype: str = "int32"

    @property
    def operator(self) -> str:
        return "ADD_N"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        scale = 0.0 if self.dtype == "int32" else 0.05
        *inputs, y = (b.tensor((3, 7), scale, dtype=self.dtype) for _ in range(self.n + 1))
        b.op("ADD_N", inputs, [y])
        return inputs, [y]


WHOLE = ("ADD", "SUB", "MUL")
SCALED = ("ADD", "SUB", "MUL", "SQUARED_DIFFERENCE", "PRELU")
CHOOSING = ("MAXIMUM", "MINIMUM")
OPS = (*SCALED, *CHOOSING)
SCALES = (
    (0.05, 0.05, 0.05),
    (0.05, 0.05, 0.1),
    (1.0, 0.0001, 1.0),
    (0.0001, 1.0, 1.0),
    (0.00003, 0.9, 0.3),
    (7.5, 0.02, 0.05),
    (0.02, 0.02, 4.0),
    (0.5, 0.25, 0.00002),
    (1e-6, 2e-6, 3e-6),
    (900.0, 1200.0, 1000.0),
)
POINTS = (
    (-128, -128, -128),
    (127, 127, 127),
    (-128, 127, 0),
    (127, -128, 127),
    (0, 0, 0),
    (0, 0, -128),
)
# The second operand is broadcast, the first, both in turn; over outer, inner and middle dimensions; over a rank it lacks.
BROADCASTS = (
    ((2, 3, 4, 5), (5,)),
    ((2, 3, 4, 5), (4, 1)),
    ((2, 3, 4, 5), (2, 1, 1, 5)),
    ((2, 3, 4, 5), (1, 3, 1, 1)),
    ((2, 3, 4, 5), (2, 1, 4, 1)),
    ((2, 1, 4, 1), (1, 3, 1, 5)),
    ((7, 1), (1, 70)),
    ((3, 67), (3, 1)),
    ((1,), (40,)),
    ((2, 3), (1, 1)),
    ((3, 1, 2, 1, 2), (1, 4, 1, 3, 2)),
)
# Of int16 the sums must fit: an output's scale far below its inputs' makes the reference overflow.
SCALES_16 = (
    (0.001, 0.001, 0.002),
    (0.001, 0.0005, 0.0015),
    (0.003, 0.00001, 0.0031),
    (0.00001, 0.003, 0.002),
    (0.7, 0.9, 1.7),
    (1e-6, 2e-6, 3e-6),
    (0.0011, 0.0013, 0.0002),
    (2.0**-10, 2.0**-10, 2.0**-10),
    (2.0**-12, 2.0**-10, 2.0**-10),
    (2.0**-9, 2.0**-14, 2.0**-9),
)


def takes(op: str, first: Shape, second: Shape) -> bool:
    """Whether the reference has the operator for these shapes: PRELU broadcasts alpha only, to 4 dimensions."""
    return op != "PRELU" or (np.broadcast_shapes(first, second) == first and len(first) < 5)


CASES: list[Spec] = [
    *(
        Binary(op, scales=s)
        for op, s in product(("ADD", "SUB", "MUL", "PRELU"), SCALES)
        if op != "SUB" or s != SCALES[7]
    ),
    *(Binary("SQUARED_DIFFERENCE", scales=s) for s in SCALES if s[2] > 0.001),
    *(Binary(op, scales=(s, s, s)) for op, s in product(CHOOSING, (0.02, 0.3))),
    *(Binary(op, zero_points=z) for op, z in product(SCALED, POINTS)),
    *(
        Binary(op, scales=(0.02, 0.03, 0.02 * 0.03 * 70), zero_points=z)
        for op, z in product(("MUL",), POINTS)
    ),
    *(
        Binary(op, activation=a, zero_points=z)
        for op, a, z in product(
            WITH_ACTIVATION, ("RELU", "RELU6", "RELU_N1_TO_1"), ((-3, 9, 5), (-128, -128, -128))
        )
    ),
    *(
        Binary(op, x=x)
        for op, x in product(
            OPS, ((1,), (7,), (256,), (2, 3), (1, 4, 5), (2, 3, 4, 5), (1, 2, 3, 2, 5))
        )
    ),
    *(Binary(op, x=x, other=o) for op, (x, o) in product(OPS, BROADCASTS) if takes(op, x, o)),
    *(
        Binary(op, x=x, other=o, swapped=True)
        for op, (x, o) in product(OPS, BROADCASTS[:5])
        if takes(op, o, x)
    ),
    # A constant; one for each channel; a single one, which makes a table; before the input and after it.
    *(
        Binary(op, second="constant", swapped=swapped)
        for op, swapped in product(OPS, (False, True))
    ),
    *(
        Binary(op, x=(2, 3, 4, 5), other=o, second="constant", swapped=swapped)
        for op, o, swapped in product(
            OPS, ((5,), (1, 3, 1, 1), (1,), (1, 1, 1, 1), ()), (False, True)
        )
        if not (swapped and op == "PRELU")
    ),
    *(
        Binary(op, x=(1, 256), other=(1, 1), second="constant", scales=s)
        for op, s in product(SCALED, SCALES[:4])
    ),
    *(Binary(op, second="same") for op in OPS),
    *(Binary(op, x=(1, 256), second="same", scales=(0.05, 0.03, 0.05)) for op in OPS),
    # int16: where all scales are powers of two, and where not or where the option says no.
    *(Binary(op, scales=s, dtype="int16") for op, s in product(("ADD", "SUB"), SCALES_16)),
    *(
        Binary(op, scales=s, dtype="int16", power_of_two=False)
        for op, s in product(("ADD", "SUB"), SCALES_16[-3:])
    ),
    *(
        Binary("MUL", scales=s, dtype="int16")
        for s in ((0.001, 0.002, 0.05), (0.001, 0.001, 0.001), (0.7, 0.0001, 0.3))
    ),
    *(
        Binary(op, scales=s, dtype="int16", activation=a)
        for op, a, s in product(
            WITH_ACTIVATION,
            ("RELU", "RELU6", "RELU_N1_TO_1"),
            ((0.001, 0.0008, 0.0018), (2.0**-12, 2.0**-13, 2.0**-12)),
        )
    ),
    *(
        Binary(op, x=x, other=o, scales=(0.001, 0.0005, 0.0015), dtype="int16")
        for op, (x, o) in product(("ADD", "SUB", "MUL", *CHOOSING), BROADCASTS)
    ),
    *(
        Binary(
            op,
            x=(2, 3, 4, 5),
            other=o,
            second="constant",
            scales=(0.001, 0.0005, 0.0015),
            dtype="int16",
        )
        for op, o in product(("ADD", "SUB", "MUL", *CHOOSING), ((5,), (1,)))
    ),
    *(
        Binary(op, x=x, other=o, dtype="int32")
        for op, (x, o) in product((*WHOLE, *CHOOSING), BROADCASTS[:3])
    ),
    *(
        Binary(op, other=(3,), second="constant", activation=a, dtype="int32")
        for op, a in product(WHOLE, ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"))
    ),
    *(Wrapping(op) for op in WHOLE),
    *(Several(n) for n in (2, 3, 7)),
    *(
        Binary(op, x=x, other=o, dtype="bool")
        for op, (x, o) in product(("LOGICAL_AND", "LOGICAL_OR"), BROADCASTS[:5])
    ),
]

# What TensorFlow Lite lacks, or would stop at, and a word of why.
REFUSED: list[tuple[Spec, str]] = [
    (Binary("ADD", scales=(0.05, 0.03, 1e-8)), "too small for inputs"),
    (Binary("SUB", scales=(0.05, 0.03, 1e-8)), "too small for inputs"),
    (
        Binary("ADD", scales=(2.0**-9, 2.0**-9, 2.0**-10), dtype="int16"),
        "one input of the output's scale",
    ),
    (Binary("SQUARED_DIFFERENCE", dtype="int16"), "int16 activations: expected int8"),
    (Binary("PRELU", dtype="int16"), "int16 activations: expected int8"),
    (Binary("PRELU", x=(5,), other=(2, 5)), "expected shape (5,)"),
    (Binary("SQUARED_DIFFERENCE", dtype="int32"), "int32 activations"),
    (Several(dtype="int8"), "int8: expected int32"),
    (Several(1), "expected 2 inputs or more"),
    (Binary("MAXIMUM", dtype="bool"), "bool: expected int8"),
]
