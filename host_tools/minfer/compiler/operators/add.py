"""ADD."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from minfer.compiler.ir import Op, Tensor
from minfer.compiler.operators.registry import Node, importer
from minfer.compiler.quantise import Multiplier, quantise_multiplier

LEFT_SHIFT = 20


@dataclass(frozen=True)
class AddParams:
    """Both inputs are brought to a common scale; `min` and `max` clamp the output."""

    a: Multiplier
    b: Multiplier
    out: Multiplier
    min: int
    max: int

    def words(self) -> list[int]:
        """left_shift, three multipliers each with its shift, then the clamp."""
        return [LEFT_SHIFT, *self.a, *self.b, *self.out, self.min, self.max]


@importer("ADD")
def add(node: Node) -> Op:
    """Multipliers as `Prepare` of kernels/add.cc computes them."""
    options = node.options("AddOptions")
    y = node.output
    a, b = node.activation(0), node.activation(1)
    node.expect_shape(y, (a if b.data is not None else b).shape)
    a, b = (_laid_out(node, x, y) for x in (a, b))
    twice_largest = 2.0 * max(a.scale, b.scale)
    reals = (
        a.scale / twice_largest,
        b.scale / twice_largest,
        twice_largest / ((1 << LEFT_SHIFT) * y.scale),
    )
    if any(real >= 1.0 for real in reals):
        node.refuse(
            f"output scale {y.scale:.6g} is too small for inputs {a.scale:.6g}, {b.scale:.6g}"
        )
    multipliers = [quantise_multiplier(real) for real in reals]
    return node.op("ADD", [a, b], AddParams(*multipliers, *node.clamp(options)))


def _laid_out(node: Node, x: Tensor, y: Tensor) -> Tensor:
    """An input in the shape of the output: a constant is repeated, anything else has to have it."""
    if x.data is None or x.shape == y.shape:
        node.expect_shape(x, y.shape)
        return x
    try:
        data = np.broadcast_to(x.data, y.shape).copy()
    except ValueError:
        node.refuse(f"a constant of shape {x.shape} does not fit output {y.shape}", x)
    return Tensor(x.name, y.shape, x.dtype, x.scales, x.zero_points, data)
