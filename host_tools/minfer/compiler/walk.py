"""Walks: nested loops over the elements of several tensors, as docs/FORMAT.md ("Walks") defines them.

The first operand of an operator's walk is its output.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Walk:
    """Loops, outermost first, each a count and a stride for each operand; `bases` is where the operands begin. In elements."""

    bases: tuple[int, ...]
    loops: tuple[tuple[int, tuple[int, ...]], ...]

    def words(self) -> list[int]:
        """The int32 parameters."""
        loops = (word for count, strides in self.loops for word in (count, *strides))
        return [len(self.loops), *self.bases, *loops]


def walk(counts: Sequence[int], strides: Sequence[Sequence[int]], bases: Sequence[int]) -> Walk:
    """A walk over `counts`, outermost first, with `strides[operand][loop]`: loops that can be one become one."""
    loops: list[tuple[int, tuple[int, ...]]] = []
    for count, *steps in zip(counts, *strides):
        if count == 1:
            continue
        if loops:
            outer_count, outer = loops[-1]
            if all(o == count * s for o, s in zip(outer, steps)):
                loops[-1] = (outer_count * count, tuple(steps))
                continue
        loops.append((count, tuple(steps)))
    return Walk(tuple(bases), tuple(loops))


def row_major(shape: Sequence[int]) -> list[int]:
    """Strides of a dense tensor."""
    return [math.prod(shape[i + 1 :]) for i in range(len(shape))]


def broadcast(shape: Sequence[int], operands: Sequence[Sequence[int]]) -> Walk:
    """A walk over an output of `shape` and operands that are broadcast to it, numpy's way."""
    strides = [row_major(shape)]
    for operand in operands:
        padded = [1] * (len(shape) - len(operand)) + list(operand)
        steps = row_major(padded)
        strides.append([0 if n == 1 else s for n, s in zip(padded, steps)])
    return walk(shape, strides, [0] * len(strides))
