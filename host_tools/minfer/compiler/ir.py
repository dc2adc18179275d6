"""The graph between the stages of the compiler: tensors, operators, edges.

Operators are in integer form from the start: an importer has turned scales into multipliers. Passes
are functions from graph to graph; they may change the operators of the graph they are given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Optional, Protocol

import numpy as np

from minfer.errors import ConvertError
from minfer.format import DType, Kind, Layout


@dataclass(eq=False)
class Tensor:
    """A value: in the arena; constant where it has `data`; in the state, which outlives a run, where it has `initial`.

    `scales` and `zero_points` hold one number, or one for each channel, or none where the tensor is
    not quantised. A tensor with `alias_of` lies on bytes of another one: all of them, or a view of those
    from byte `alias_at` on. Where the source `leaves_open` the shape, it is the importer's to set.
    """

    name: str
    shape: tuple[int, ...]
    dtype: DType
    scales: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    zero_points: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    data: Optional[np.ndarray] = None
    initial: Optional[np.ndarray] = None
    alias_of: Optional[Tensor] = None
    alias_at: int = 0
    leaves_open: bool = False

    @property
    def scale(self) -> float:
        """The scale of the whole tensor, 0 where there is none or one for each channel."""
        return float(self.scales[0]) if len(self.scales) == 1 else 0.0

    @property
    def zero_point(self) -> int:
        """The zero point of the whole tensor, 0 where there is none or one for each channel."""
        return int(self.zero_points[0]) if len(self.zero_points) == 1 else 0

    @property
    def elements(self) -> int:
        """Product of the dimensions."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes."""
        return -(-self.elements * self.dtype.bits // 8)

    @property
    def kind(self) -> Kind:
        """Where the tensor lies."""
        if self.data is not None:
            return Kind.CONST
        return Kind.STATE if self.root.initial is not None else Kind.ARENA

    @property
    def root(self) -> Tensor:
        """The tensor whose bytes this one lies on, itself mostly."""
        return self if self.alias_of is None else self.alias_of.root

    @property
    def root_at(self) -> int:
        """The byte of its root that this one begins at."""
        return 0 if self.alias_of is None else self.alias_of.root_at + self.alias_at

    @staticmethod
    def constant(name: str, data: np.ndarray) -> Tensor:
        """A constant that the compiler made."""
        dtype = DType[data.dtype.name.upper()]
        return Tensor(name, tuple(data.shape), dtype, data=data)


class Params(Protocol):
    """Parameters of one kind of operator."""

    def words(self) -> list[int]:
        """The int32 parameters in the order docs/FORMAT.md gives them."""


@dataclass(frozen=True)
class NoParams:
    """Of an operator without parameters."""

    def words(self) -> list[int]:
        """None."""
        return []


class Rows(NamedTuple):
    """Which rows of a tensor [1,H,W,C] an operator computes or copies: from `first` to before `end`, of H."""

    first: int
    end: int
    of: int


@dataclass(eq=False)
class Op:
    """An operator: `kind` is a name of `minfer.format.Opcode`, or one of those that a pass removes.

    `source` says where in the source model it comes from: "operator 3 (CONV_2D)"; `rows` which part of
    that one's output it is, where not all; `layout` the order of its weights.
    """

    kind: str
    inputs: list[Optional[Tensor]]
    outputs: list[Tensor]
    params: Params = field(default_factory=NoParams)
    macs: int = 0
    source: str = ""
    rows: Optional[Rows] = None
    layout: Layout = Layout.ROWS

    def refusal(self, why: str) -> ConvertError:
        """The error that says why this operator cannot be converted."""
        return ConvertError(f"{self.source}, tensor '{self.outputs[0].name}': {why}")


# What passes remove: a copy under another shape, from and to a variable, the two ways over the
# model's edge.
RESHAPE = "RESHAPE"
READ_VARIABLE = "READ_VARIABLE"
ASSIGN_VARIABLE = "ASSIGN_VARIABLE"
QUANTIZE = "QUANTIZE"
DEQUANTIZE = "DEQUANTIZE"


@dataclass(eq=False)
class Edge:
    """An input or output of the model: the caller sees `face`: the type of the tensor, float32, or uint8."""

    name: str
    tensor: Tensor
    face: DType


@dataclass(eq=False)
class Graph:
    """A model: operators in execution order."""

    inputs: list[Edge]
    outputs: list[Edge]
    ops: list[Op]

    def users(self, tensor: Tensor) -> list[Op]:
        """Operators that read a tensor."""
        return [op for op in self.ops if any(t is tensor for t in op.inputs)]

    def producer(self, tensor: Tensor) -> Optional[Op]:
        """The operator that writes a tensor, None for inputs, constants and what outlives a run."""
        if tensor.initial is not None:
            return None
        return next((op for op in self.ops if any(t is tensor for t in op.outputs)), None)

    def is_output(self, tensor: Tensor) -> bool:
        """Whether the caller sees a tensor."""
        return any(edge.tensor is tensor for edge in self.outputs)

    def only_user(self, tensor: Tensor) -> Optional[Op]:
        """The one operator that reads a tensor, None where others or the caller see it too."""
        users = self.users(tensor)
        return users[0] if len(users) == 1 and not self.is_output(tensor) else None

    def replace(self, old: Tensor, new: Tensor) -> None:
        """Lets every reader of `old` read `new`."""
        for op in self.ops:
            op.inputs = [new if t is old else t for t in op.inputs]
        for edge in self.outputs:
            if edge.tensor is old:
                edge.tensor = new

    def tensors(self) -> Iterator[Tensor]:
        """Every tensor once: inputs, outputs, then operator by operator."""
        seen: set[Tensor] = set()
        edges = [edge.tensor for edge in self.inputs + self.outputs]
        used = [t for op in self.ops for t in (*op.inputs, *op.outputs) if t is not None]
        for tensor in edges + used:
            if tensor not in seen:
                seen.add(tensor)
                yield tensor
