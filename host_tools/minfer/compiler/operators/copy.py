"""COPY: what every operator that only moves elements becomes.

An importer says what moves by views of numpy arrays: `take(y[1:3], x.T)` is what numpy would assign.
Of tensors that are computed at run time the arrays are stand-ins, of which only the strides are looked at;
where all inputs are constants the elements do move, and the output is one more constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

import numpy as np

from minfer.compiler.ir import RESHAPE, Op, Tensor
from minfer.compiler.operators.registry import Node
from minfer.compiler.walk import Walk, walk
from minfer.format import DType

MOVABLE = (DType.INT8, DType.UINT8, DType.INT16, DType.INT32, DType.INT64, DType.BOOL)
NO_BOOL = MOVABLE[:-1]
QUANTISED = (DType.INT8, DType.UINT8, DType.INT16)
MAX_INPUTS = 255
MAX_LOOPS = 8
MAX_WORDS = 15_000  # a record of the file has below 2^16 bytes


@dataclass(frozen=True)
class CopyParams:
    """`fill`: what the output holds first, if anything; `regions`: the input's number and a walk through output and input."""

    regions: tuple[tuple[int, Walk], ...]
    fill: Optional[int] = None

    def words(self) -> list[int]:
        """Whether to fill, the value, then the regions."""
        head = [0, 0] if self.fill is None else [1, self.fill]
        return head + [word for number, walk in self.regions for word in (number, *walk.words())]


def movable(node: Node, i: int = 0, *types: DType) -> Tensor:
    """Input `i`, checked to be of a type that can be moved, and of one of `types` where any is named; or a constant of float32."""
    x = node.operand(i, "input")
    allowed = types or MOVABLE
    if x.dtype not in allowed and (x.dtype != DType.FLOAT32 or x.data is None):
        node.activation(i, *allowed)
    for y in node.outputs:
        if y.dtype != x.dtype:
            node.refuse(
                f"expected the input's type {x.dtype}, found {y.dtype}; convert it again", y
            )
    return x


def expect_alike(node: Node, x: Tensor) -> None:
    """Refuses outputs that are not quantised as an input, of the operators where TensorFlow Lite does."""
    for y in node.outputs:
        if x.dtype in QUANTISED:
            node.expect_same_quantisation(x, y)


class Move:
    """One COPY in the making. `x` and `y` are the arrays to take views of: one for each input, one for the output."""

    def __init__(
        self, node: Node, inputs: Sequence[Tensor], y: Tensor, fill: Optional[int] = None
    ) -> None:
        self._node, self._inputs, self._output, self._fill = node, list(inputs), y, fill
        self._constant = all(t.data is not None for t in inputs)
        self._regions: list[tuple[int, Walk]] = []
        self.x = [_array(t) for t in inputs]
        self.y = np.empty(y.shape, y.dtype.numpy)
        if self._constant and fill is not None:
            self.y.fill(fill)

    def take(self, y: np.ndarray, x: np.ndarray, number: int = 0) -> None:
        """Moves `x`, a view of `self.x[number]` that may be broadcast, to `y`, a view of `self.y`."""
        x = np.broadcast_to(x, y.shape)
        if self._constant:
            y[...] = x
        if y.size:
            strides = [[s // view.itemsize for s in view.strides] for view in (y, x)]
            bases = [_first(y) - _first(self.y), _first(x) - _first(self.x[number])]
            steps = walk(y.shape, strides, [base // y.itemsize for base in bases])
            self._regions.append((number, _longest_inside(steps)))

    def ops(self) -> list[Op]:
        """The operator, a RESHAPE where all stays in place, or none where the output has become a constant."""
        y, params = self._output, CopyParams(tuple(self._regions), self._fill)
        if self._constant:
            y.data = self.y
            return []
        if any(len(steps.loops) > MAX_LOOPS for _, steps in self._regions):
            self._node.refuse(f"more than {MAX_LOOPS} nested loops; do it in two steps", y)
        if len(self._inputs) > MAX_INPUTS or len(params.words()) > MAX_WORDS:
            self._node.refuse(
                f"{len(self._inputs)} inputs and {len(self._regions)} regions to move:"
                f" expected at most {MAX_INPUTS} inputs and {MAX_WORDS} numbers; do it in several steps",
                y,
            )
        if self._is_identity():
            return [Op(RESHAPE, self._inputs, [y], source=self._node.where)]
        return [Op("COPY", self._inputs, [y], params, source=self._node.where)]

    def _is_identity(self) -> bool:
        if len(self._inputs) != 1 or len(self._regions) != 1:
            return False
        steps = self._regions[0][1]
        dense = steps.loops in ((), ((self._output.elements, (1, 1)),))
        return dense and steps.bases == (0, 0) and self._inputs[0].elements == self._output.elements


def moved(node: Node, x: Tensor, y: Tensor, view) -> list[Op]:
    """An operator whose output holds, in order, what `view` makes of the input's array."""
    move = Move(node, [x], y)
    source = view(move.x[0])
    move.take(move.y.reshape(source.shape), source)
    return move.ops()


def _array(tensor: Tensor) -> np.ndarray:
    if tensor.data is None:
        return np.empty(tensor.shape, tensor.dtype.numpy)
    return np.asarray(tensor.data, order="C")


def _first(view: np.ndarray) -> int:
    return view.__array_interface__["data"][0]


def _longest_inside(steps: Walk) -> Walk:
    """The walk with its longest loop innermost, unless a row side by side is there already."""
    if not steps.loops or steps.loops[-1][1] == (1, 1):
        return steps
    loops = list(steps.loops)
    loops.append(loops.pop(max(range(len(loops)), key=lambda i: loops[i][0])))
    return Walk(steps.bases, tuple(loops))
