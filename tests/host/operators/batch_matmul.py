"""BATCH_MATMUL, of int8 or int16."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from build import Builder, Shape, Tensor
from spec import Spec


@dataclass(frozen=True)
class BatchMatmul(Spec):
    """Shapes are those of the product: `adj` turns the matrices of an operand over in the file."""

    a: Shape = (2, 3, 8)
    b: Shape = (2, 8, 5)
    adj: tuple[bool, bool] = (False, False)
    constant: str = ""  # "a" or "b"
    zero_points: Shape = (-3, 7, 5)  # of a, b and the output
    spread: float = 50.0
    dtype: str = "int8"  # int16 has zero points of 0, whatever the line says
    exact: bool = False  # int32 of int8

    @property
    def operator(self) -> str:
        return "BATCH_MATMUL"

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        wide = self.dtype == "int16"
        points = (0, 0, 0) if wide else self.zero_points
        scales = [float(s) for s in rng.uniform(0.005, 0.1, 2)]
        operands = []
        for which, shape, adjoint, scale, point in zip(
            "ab", (self.a, self.b), self.adj, scales, points
        ):
            stored = (*shape[:-2], shape[-1], shape[-2]) if adjoint else shape
            if which == self.constant:
                limits = np.iinfo(self.dtype)
                values = rng.integers(limits.min, limits.max + 1, stored).astype(self.dtype)
                operands.append(b.constant(values, scale, point))
            else:
                operands.append(b.tensor(stored, scale, point, self.dtype))
        deviation = [
            np.sqrt(73.9**2 + (point + 0.5) ** 2) * (256 if wide else 1) for point in points[:2]
        ]
        of_sum = float(np.sqrt(self.a[-1]) * deviation[0] * deviation[1])
        y_scale = of_sum * scales[0] * scales[1] / (self.spread * (256 if wide else 1))
        shape = (*np.broadcast_shapes(self.a[:-2], self.b[:-2]), self.a[-2], self.b[-1])
        y = (
            b.tensor(shape, dtype="int32")
            if self.exact
            else b.tensor(shape, y_scale, points[2], self.dtype)
        )
        b.op("BATCH_MATMUL", operands, [y], adjX=self.adj[0], adjY=self.adj[1])
        return [t for t, which in zip(operands, "ab") if which != self.constant], [y]


ADJOINTS = tuple(product((False, True), (False, True)))
LINES = [
    *(dict(adj=adj, constant=constant) for adj, constant in product(ADJOINTS, ("", "b"))),
    *(
        dict(a=a, b=b, adj=adj)
        for (a, b), adj in product(
            (
                ((3, 4), (4, 5)),
                ((1, 3, 4), (2, 4, 5)),
                ((2, 3, 4), (4, 5)),
                ((3, 4), (2, 4, 5)),
                ((2, 1, 3, 4), (1, 3, 4, 2)),
                ((1, 2, 1, 3, 4), (2, 1, 3, 4, 5)),
                ((2, 1, 9), (2, 9, 1)),
                ((2, 7, 1), (2, 1, 6)),
            ),
            ((False, False), (True, True)),
        )
    ),
    dict(a=(1, 1), b=(1, 1)),
    dict(a=(4, 67), b=(67, 3), constant="b"),
    dict(a=(2, 3, 300), b=(2, 300, 2)),
    dict(a=(5, 6), b=(3, 6, 2), constant="a"),
    *(dict(spread=s) for s in (1.0, 12.0, 300.0, 5000.0)),
]

CASES: list[Spec] = [
    *(BatchMatmul(dtype=dtype, **line) for dtype in ("int8", "int16") for line in LINES),
    *(BatchMatmul(exact=True, **line) for line in LINES if "spread" not in line),
    *(BatchMatmul(exact=True, zero_points=z) for z in ((-128, 127, 0), (127, -128, 0), (0, 0, 0))),
    *(
        BatchMatmul(zero_points=z, constant=constant)
        for z, constant in product(
            ((-128, 127, 0), (127, -128, 127), (0, 0, -128), (-128, -128, 3)), ("", "b")
        )
    ),
]

# What TensorFlow Lite lacks or gets wrong, and a word of why.
REFUSED: list[tuple[Spec, str]] = [
    (BatchMatmul(a=(2, 3, 4), b=(1, 4, 5), adj=(True, False)), "adj_x with batches"),
    (
        BatchMatmul(a=(2, 3, 3, 4), b=(2, 1, 4, 5), adj=(True, True), dtype="int16"),
        "adj_x with batches",
    ),
    (BatchMatmul(dtype="int16", exact=True), "int32 activations: expected int16"),
    (BatchMatmul(a=(2, 3, 4), b=(1, 4, 5), adj=(True, False), exact=True), "adj_x with batches"),
    (BatchMatmul(a=(1, 1, 1, 1, 3, 4), b=(4, 5)), "2 to 5 dimensions"),
]
