"""Faces: QUANTIZE first, DEQUANTIZE or QUANTIZE last, or either alone; and both of constants."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from operators.fully_connected import FullyConnected
from spec import Spec


@dataclass(frozen=True)
class Face(Spec):
    first: bool = True
    last: bool = True
    scale: float = 0.02
    zero_point: int = 4
    x: Shape = (1, 256)

    @property
    def operator(self) -> str:
        return "FLOAT_FACE"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, self.scale, self.zero_point)
        source, y = x, FullyConnected().apply(b, rng, x)
        if self.first:
            source = b.tensor(self.x, dtype="float32")
            b.op("QUANTIZE", [source], [x])
            b.operators.insert(0, b.operators.pop())
        if self.last:
            real = b.tensor(y.shape, dtype="float32")
            b.op("DEQUANTIZE", [y], [real])
            y = real
        return [source], [y]


@dataclass(frozen=True)
class BytesFace(Spec):
    """uint8 in and out around an int8 operator, by operators that only add 128 and by ones that do more."""

    first: bool = True
    last: bool = True
    offset: int = 128  # of the caller's zero points to the tensors'
    ratio: float = 1.0  # of the caller's scales to the tensors'
    operator_between: bool = True
    twice: bool = False  # two operators read the input

    @property
    def operator(self) -> str:
        return "UINT8_FACE"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        shape, scale, zero_point = (1, 256), 0.02, -4
        outer = (scale * self.ratio, zero_point + self.offset)
        x = b.tensor(shape, *outer, "uint8") if self.first else b.tensor(shape, scale, zero_point)
        y = x
        if self.first:
            y = b.tensor(shape, scale, zero_point)
            b.op("QUANTIZE", [x], [y])
        if self.twice:
            again = b.tensor(shape, scale, zero_point)
            b.op("QUANTIZE", [x], [again])
            between = b.tensor(shape, scale, zero_point)
            b.op("ADD", [y, again], [between])
            y = between
        if self.operator_between:
            y = FullyConnected(zero_points=(zero_point, zero_point, 0)).apply(b, rng, y)
        if self.last:
            outer = b.tensor(y.shape, y.scale * self.ratio, y.zero_point + self.offset, "uint8")
            b.op("QUANTIZE", [y], [outer])
            y = outer
        return [x], [y]


@dataclass(frozen=True)
class WideFace(Spec):
    """float32 in and out around int16, or uint8 that becomes int8."""

    dtype: str = "int16"
    scale: float = 0.0001

    @property
    def operator(self) -> str:
        return "WIDE_FACE"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        shape, zero_point = (1, 256), 0 if self.dtype == "int16" else 100
        x, y = b.tensor(shape, dtype="float32"), b.tensor(shape, dtype="float32")
        held = b.tensor(shape, self.scale, zero_point, self.dtype)
        b.op("QUANTIZE", [x], [held])
        if self.dtype == "int16":
            result = b.tensor(shape, self.scale, 0, self.dtype)
            b.op("RELU6", [held], [result])
        else:
            result = b.tensor(shape, self.scale, zero_point - 128)
            b.op("QUANTIZE", [held], [result])
        b.op("DEQUANTIZE", [result], [y])
        return [x], [y]


@dataclass(frozen=True)
class Dequantize(Spec):
    """DEQUANTIZE of what the caller gives, or of what a RELU computes and the caller sees as well."""

    dtype: str = "int8"
    scale: float = 0.02
    zero_point: int = 4
    computed: bool = False
    x: Shape = (1, 256)

    @property
    def operator(self) -> str:
        return "DEQUANTIZE"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = held = b.tensor(self.x, self.scale, self.zero_point, self.dtype)
        if self.computed:
            held = b.tensor(self.x, self.scale, self.zero_point, self.dtype)
            b.op("RELU", [x], [held])
        y = b.tensor(self.x, dtype="float32")
        b.op("DEQUANTIZE", [held], [y])
        return [x], [y, held] if self.computed else [y]


@dataclass(frozen=True)
class Constant(Spec):
    """The input plus a constant that QUANTIZE makes of floats: of the file's own or of a DEQUANTIZE's, moved on the way."""

    held: str
    move: str = ""
    dtype: str = "int8"  # what it becomes
    scale: float = 0.013
    zero_point: int = -9

    @property
    def operator(self) -> str:
        return "QUANTIZE" if self.held == "float32" else "DEQUANTIZE"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        shape = (6, 40)
        halves = rng.integers(-300, 300, shape)  # ties of rounding, and values past the range
        if self.held == "float32":
            real = b.constant(halves.astype(np.float32) * np.float32(self.scale / 2))
        else:
            limits = np.iinfo(self.held)
            integers = rng.integers(limits.min, limits.max + 1, shape).astype(self.held)
            real = b.tensor(shape, dtype="float32")
            zero_point = 0 if self.held == "int16" else 5
            b.op("DEQUANTIZE", [b.constant(integers, self.scale / 2, zero_point)], [real])
        if self.move:
            operands, shape = {
                "RESHAPE": ([np.array([40, 6], np.int32)], (40, 6)),
                "TRANSPOSE": ([np.array([1, 0], np.int32)], (40, 6)),
                "PAD": ([np.array([[1, 0], [2, 3]], np.int32)], (7, 45)),
                "PADV2": ([np.array([[1, 0], [2, 3]], np.int32), np.float32(0.7)], (7, 45)),
                "SLICE": ([np.array([n], np.int32).repeat(2) for n in (2, 3)], (3, 3)),
            }[self.move]
            moved = b.tensor(shape, dtype="float32")
            b.op(self.move, [real, *map(b.constant, operands)], [moved])
            real = moved
        quantisation = (self.scale, 0 if self.dtype == "int16" else self.zero_point)
        x, y, made = (b.tensor(shape, *quantisation, self.dtype) for _ in range(3))
        b.op("QUANTIZE", [real], [made])
        b.op("ADD", [x, made], [y])
        return [x], [y]


CASES: list[Spec] = [
    *(
        Dequantize(dtype, scale, zero_point)
        for (dtype, zero_point), scale in product(
            (("int8", -128), ("int8", 4), ("uint8", 128), ("uint8", 3), ("int16", 0)),
            (0.02, 0.0111, 3.7),
        )
    ),
    *(
        Dequantize(dtype, zero_point=zero_point, computed=True)
        for dtype, zero_point in (("int8", -128), ("int8", 4), ("int16", 0))
    ),
    *(
        Constant(held, move)
        for held, move in product(
            ("float32", "int8", "uint8", "int16"),
            ("", "RESHAPE", "TRANSPOSE", "PAD", "PADV2", "SLICE"),
        )
    ),
    *(Constant(held, dtype="int16", scale=0.0003) for held in ("float32", "int16")),
    *(Constant("float32", scale=s, zero_point=z) for s, z in product((0.5, 0.07), (-128, 127))),
    *(
        BytesFace(first=first, last=last, offset=offset, ratio=ratio)
        for (first, last), (offset, ratio) in product(
            ((True, True), (True, False), (False, True)), ((128, 1.0), (130, 1.0), (128, 0.7))
        )
    ),
    BytesFace(operator_between=False),
    BytesFace(operator_between=False, last=False),
    BytesFace(twice=True),
    BytesFace(twice=True, offset=120),
    *(WideFace(scale=scale) for scale in (0.0001, 0.000037, 0.01)),
    *(WideFace("uint8", scale) for scale in (0.01, 0.0077)),
    *(
        Face(first=first, last=last, scale=scale, zero_point=z)
        for (first, last), scale, z in product(
            ((True, True), (True, False), (False, True)), (0.02, 0.0111, 0.004), (-128, 4)
        )
    ),
]
