"""Float faces: QUANTIZE first, DEQUANTIZE last, or either alone."""

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


CASES: list[Spec] = [
    *(
        Face(first=first, last=last, scale=scale, zero_point=z)
        for (first, last), scale, z in product(
            ((True, True), (True, False), (False, True)), (0.02, 0.0111, 0.004), (-128, 4)
        )
    ),
]
