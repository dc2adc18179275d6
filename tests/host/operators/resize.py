"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from spec import Spec


@dataclass(frozen=True)
class Resize(Spec):
    op: str
    x: Shape = (1, 4, 6, 3)
    size: Shape = (8, 9)
    corners: bool = False
    half_pixels: bool = False
    dtype: str = "int8"

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        x = b.tensor(self.x, 0.05, -7 if self.dtype == "int8" else 0, self.dtype)
        return [x], [self.apply(b, x)]

    def apply(self, b: Builder, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape takes the place of that in the line."""
        y = b.tensor((x.shape[0], *self.size, x.shape[3]), x.scale, x.zero_point, x.dtype)
        size = b.constant(np.array(self.size, np.int32))
        b.op(self.op, [x, size], [y], alignCorners=self.corners, halfPixelCenters=self.half_pixels)
        return y


SIZES = (
    ((1, 4, 6, 3), (8, 12)),
    ((1, 4, 6, 3), (12, 6)),
    ((2, 4, 6, 3), (7, 9)),
    ((1, 4, 6, 3), (2, 3)),
    ((1, 9, 7, 2), (4, 5)),
    ((1, 9, 7, 2), (1, 1)),
    ((1, 1, 1, 4), (5, 3)),
    ((1, 1, 5, 1), (4, 10)),
    ((2, 3, 5, 1), (3, 5)),
    ((1, 2, 2, 1), (31, 17)),
    ((1, 8, 8, 5), (16, 16)),
    ((1, 33, 3, 1), (10, 40)),
)
CORNERS = ((False, False), (True, False), (False, True))

CASES: list[Spec] = [
    *(
        Resize(op, x, size, corners, half_pixels)
        for op, (x, size), (corners, half_pixels) in product(
            ("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"), SIZES, CORNERS
        )
    ),
    *(
        Resize(op, x, size, corners, half_pixels, "int16")
        for op, (x, size), (corners, half_pixels) in product(
            ("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"), SIZES[2:8], CORNERS
        )
    ),
    *(Resize("RESIZE_NEAREST_NEIGHBOR", *sizes, dtype="uint8") for sizes in SIZES[:3]),
    *(Resize("RESIZE_NEAREST_NEIGHBOR", *sizes, corners=True, half_pixels=True) for sizes in SIZES),
]

REFUSED: list[tuple[Spec, str]] = [
    (Resize("RESIZE_BILINEAR", x=(1, 1, 2, 1), size=(97, 2)), "reads past the image"),
    (Resize("RESIZE_BILINEAR", corners=True, half_pixels=True), "expected one of them"),
]
