"""Dilated convolutions as converters of old wrote them: SPACE_TO_BATCH_ND, a convolution, BATCH_TO_SPACE_ND."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from operators.conv import Conv
from spec import Spec


@dataclass(frozen=True)
class Dilation(Spec):
    """`folds` says whether one dilated convolution can do the same."""

    x: Shape = (1, 8, 9, 3)
    block: Shape = (2, 2)
    pads: tuple[Shape, ...] = ((2, 2), (2, 3))
    crops: tuple[Shape, ...] = ((0, 0), (0, 1))
    conv: Conv = Conv(padding="VALID")
    column: bool = False  # a sequence as an image of one column, not of one row
    kept: bool = False  # the convolution's own output is one of the model
    folds: bool = True

    @property
    def operator(self) -> str:
        return "SPACE_TO_BATCH_ND"

    @property
    def name(self) -> str:
        fields = (self.x, self.block, self.pads, self.crops, self.column, self.kept)
        return f"dilation-{'-'.join(str(f).replace(' ', '') for f in fields)}-{self.conv.name}"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.05, -3)
        space = [(n + sum(p)) // k for n, k, p in zip(self.x[1:], self.block, self.pads)]
        times = int(np.prod(self.block))
        divided = b.tensor((times * self.x[0], *space, self.x[-1]), 0.05, -3)
        b.op("SPACE_TO_BATCH_ND", [x, *self.constants(b, self.pads)], [divided])
        image = divided if len(self.x) == 4 else reshaped(b, divided, self.as_image(divided.shape))
        inner = self.conv.apply(b, rng, image)
        flat = (
            inner
            if len(self.x) == 4
            else reshaped(b, inner, (inner.shape[0], max(inner.shape[1:3]), inner.shape[3]))
        )
        space = [n * k - sum(c) for n, k, c in zip(flat.shape[1:], self.block, self.crops)]
        y = b.tensor((self.x[0], *space, flat.shape[-1]), flat.scale, flat.zero_point)
        b.op("BATCH_TO_SPACE_ND", [flat, *self.constants(b, self.crops)], [y])
        return [x], [inner, y] if self.kept else [y]

    def constants(self, b: Builder, widths: tuple[Shape, ...]) -> list[Tensor]:
        """The block and what is padded or cropped."""
        return [b.constant(np.array(values, np.int32)) for values in (self.block, widths)]

    def as_image(self, shape: Shape) -> Shape:
        """A sequence as an image."""
        return (shape[0], shape[1], 1, shape[2]) if self.column else (shape[0], 1, *shape[1:])


def reshaped(b: Builder, x: Tensor, shape: Shape) -> Tensor:
    """A RESHAPE."""
    y = b.tensor(shape, x.scale, x.zero_point)
    b.op(
        "RESHAPE",
        [x, b.constant(np.array(shape, np.int32))],
        [y],
        newShape=np.array(shape, np.int32),
    )
    return y


def valid(**options) -> Conv:
    """A convolution without padding of its own."""
    return Conv(padding="VALID", **options)


SEQUENCE = {"x": (2, 11, 3), "block": (3,), "pads": ((6, 1),), "crops": ((0, 0),)}

CASES: list[Spec] = [
    *(
        Dilation(conv=valid(depth_multiplier=m, activation=activation, zero_points=(-3, z)))
        for m, activation, z in product((0, 1, 2), ("NONE", "RELU6"), (5, -128))
    ),
    Dilation(x=(2, 8, 9, 3)),
    Dilation(block=(4, 3), pads=((4, 4), (3, 3)), crops=((0, 0), (0, 0))),
    Dilation(block=(2, 1), pads=((2, 2), (0, 0)), crops=((0, 0), (0, 0))),
    Dilation(pads=((0, 0), (0, 1)), crops=((0, 0), (0, 1))),
    Dilation(pads=((2, 2), (2, 3)), crops=((1, 1), (2, 1))),
    Dilation(conv=valid(kernel=(2, 3)), pads=((1, 1), (2, 3))),
    *(Dilation(**SEQUENCE, conv=valid(kernel=(1, 3), depth_multiplier=m)) for m in (0, 1)),
    *(
        Dilation(**SEQUENCE, conv=valid(kernel=(3, 1), depth_multiplier=m), column=True)
        for m in (0, 1)
    ),
    # What must stay as it is.
    Dilation(kept=True, folds=False),
    Dilation(conv=Conv(padding="SAME"), folds=False),
    Dilation(conv=valid(stride=(2, 1)), folds=False),
    Dilation(pads=((5, 1), (2, 3)), folds=False),
    Dilation(pads=((2, 2), (2, 3)), crops=((3, 0), (0, 1)), folds=False),
]
