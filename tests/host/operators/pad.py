"""PAD, alone and before the operators it may fold into."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from operators.conv import Conv
from operators.pool import Pool
from spec import Spec

Pads = tuple[Shape, ...]


@dataclass(frozen=True)
class Pad(Spec):
    x: Shape = (1, 4, 5, 3)
    pads: Pads = ((0, 0), (1, 2), (3, 0), (0, 0))
    zero_point: int = -7
    index_type: str = "int32"
    value: int | None = None  # of PADV2
    out: tuple[float, int] | None = None  # scale and zero point of the output, if not those of the input
    dtype: str = "int8"

    @property
    def operator(self) -> str:
        return "PAD" if self.value is None else "PADV2"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.05, self.zero_point, self.dtype)
        return [x], [self.apply(b, x)]

    def apply(self, b: Builder, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        shape = tuple(size + before + after for size, (before, after) in zip(x.shape, self.pads))
        quantisation = self.out or (x.scale, x.zero_point)
        y = b.tensor(shape, *quantisation, x.dtype)
        inputs = [x, b.constant(np.array(self.pads, self.index_type))]
        if self.value is not None:
            inputs.append(b.constant(np.array(self.value, x.dtype), *quantisation))
        b.op(self.operator, inputs, [y])
        return y


@dataclass(frozen=True)
class PadThen(Spec):
    """PAD, then a convolution or a pool."""

    pad: Pad
    then: Conv | Pool
    kept: bool = False  # the padded tensor is an output too, so that PAD has to stay

    @property
    def operator(self) -> str:
        return "PAD"

    @property
    def name(self) -> str:
        return f"{self.pad.name}-{'kept-' if self.kept else ''}then-{self.then.name}"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.pad.x, 0.05, self.pad.zero_point)
        padded = self.pad.apply(b, x)
        y = (
            self.then.apply(b, rng, padded)
            if isinstance(self.then, Conv)
            else self.then.apply(b, padded)
        )
        return [x], [padded, y] if self.kept else [y]


SPATIAL = (
    ((0, 0), (1, 1), (1, 1), (0, 0)),
    ((0, 0), (0, 1), (0, 1), (0, 0)),
    ((0, 0), (3, 0), (0, 2), (0, 0)),
    ((0, 0), (5, 5), (4, 4), (0, 0)),
    ((0, 0), (0, 0), (0, 0), (0, 0)),
)
OTHER = (((0, 0), (1, 1), (1, 1), (1, 0)), ((1, 0), (0, 1), (1, 0), (0, 0)))

CASES: list[Spec] = [
    Pad(),
    Pad(index_type="int64"),
    *(Pad(zero_point=z) for z in (-128, 0, 127)),
    Pad(x=(3,), pads=((2, 4),)),
    Pad(x=(2, 3), pads=((1, 0), (0, 5))),
    Pad(x=(2, 1, 4), pads=((0, 2), (3, 1), (1, 1))),
    Pad(x=(2, 3, 2, 3), pads=((1, 1), (0, 2), (2, 0), (3, 1))),
    Pad(x=(2, 1, 2, 2, 3), pads=((0, 1), (1, 0), (1, 1), (0, 0), (2, 1))),
    Pad(pads=SPATIAL[-1]),
    *(
        PadThen(
            Pad(pads=pads, zero_point=z),
            Conv(kernel=(3, 3), stride=stride, padding=padding, depth_multiplier=m),
        )
        for pads, z, stride, padding, m in product(
            SPATIAL, (-128, 6), ((1, 1), (2, 2)), ("VALID", "SAME"), (0, 1)
        )
        if padding == "VALID" or stride == (2, 2)
    ),
    *(
        PadThen(Pad(pads=pads), then)
        for pads, then in product(
            OTHER, (Conv(), Conv(depth_multiplier=2), Conv(padding="VALID", dilation=(2, 1)))
        )
    ),
    *(
        PadThen(Pad(pads=pads), Pool(op, kernel=(3, 3), padding=padding))
        for pads, op, padding in product(
            SPATIAL[:2], ("AVERAGE_POOL_2D", "MAX_POOL_2D"), ("VALID", "SAME")
        )
    ),
    *(PadThen(Pad(), Conv(padding="VALID", depth_multiplier=m), kept=True) for m in (0, 1)),
    # Quantised otherwise behind than before.
    *(
        Pad(value=value, out=out)
        for value, out in product((None, 9), ((0.05, 3), (0.07, -7), (0.02, -128)))
    ),
    *(
        Pad(value=value, out=out, zero_point=0, dtype=dtype)
        for value, (dtype, out) in product(
            (None, 9), (("int16", (0.07, 0)), ("uint8", (0.05, 3)), ("uint8", (0.07, 200)))
        )
    ),
    Pad(pads=SPATIAL[-1], out=(0.07, 3)),
    *(
        PadThen(Pad(pads=pads, out=out), then)
        for pads, out, then in product(
            (SPATIAL[0], SPATIAL[-1]),
            ((0.05, 3), (0.07, -7)),
            (Conv(padding="VALID"), Pool("AVERAGE_POOL_2D", kernel=(3, 3), padding="VALID")),
        )
    ),
]
