"""RESHAPE, SQUEEZE and EXPAND_DIMS: shapes change, no value moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from build import Builder, Shape, Tensor
from operators.conv import Conv
from operators.fully_connected import FullyConnected
from spec import Spec


@dataclass(frozen=True)
class Reshape(Spec):
    op: str = "RESHAPE"
    x: Shape = (1, 4, 6, 2)
    y: Shape = (1, 48)
    argument: (
        Shape
    ) = ()  # the new shape as the file says it, where it is not `y`; the axis of EXPAND_DIMS
    in_options: bool = False  # the new shape in the operator's options instead of a tensor
    within: bool = False  # between a convolution and a fully connected layer

    @property
    def operator(self) -> str:
        return self.op

    def build(self, b: Builder, rng: np.random.Generator) -> tuple[list[Tensor], list[Tensor]]:
        if not self.within:
            x = b.tensor(self.x, 0.05, 3)
            return [x], [self.apply(b, x)]
        conv = Conv(x=self.x, out=self.x[3], kernel=(1, 1))
        inputs, (x,) = conv.build(b, rng)
        return inputs, [FullyConnected().apply(b, rng, self.apply(b, x))]

    def apply(self, b: Builder, x: Tensor) -> Tensor:
        """The operator on `x`, whose shape is that of the line."""
        y = b.tensor(self.y, x.scale, x.zero_point)
        argument = np.array(self.argument or self.y, np.int32)
        if self.op == "SQUEEZE":
            b.op(self.op, [x], [y], squeezeDims=np.array(self.argument, np.int32))
        elif self.op == "EXPAND_DIMS":
            b.op(self.op, [x, b.constant(argument)], [y])
        elif self.in_options:
            b.op(self.op, [x], [y], newShape=argument)
        else:
            b.op(self.op, [x, b.constant(argument)], [y], newShape=argument)
        return y


CASES: list[Spec] = [
    Reshape(),
    Reshape(argument=(1, -1)),
    Reshape(in_options=True),
    Reshape(y=(4, 3, 2, 2)),
    Reshape(y=(48,)),
    Reshape(y=(1, 2, 2, 2, 2, 3)),
    Reshape(within=True),
    Reshape(within=True, argument=(-1, 48)),
    Reshape(within=True, y=(6, 8)),
    Reshape("SQUEEZE", x=(1, 4, 1, 5), y=(4, 5)),
    Reshape("SQUEEZE", x=(1, 4, 1, 5), y=(1, 4, 5), argument=(2,)),
    Reshape("SQUEEZE", x=(1, 1, 1, 5), y=(1, 5), argument=(1, 2), within=True),
    Reshape("EXPAND_DIMS", x=(4, 5), y=(1, 4, 5), argument=(0,)),
    Reshape("EXPAND_DIMS", x=(4, 5), y=(4, 5, 1), argument=(-1,)),
]
