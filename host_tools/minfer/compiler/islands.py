"""Float32 between a DEQUANTIZE and a QUANTIZE inside the model.

The converter leaves what it cannot quantise in floating point: NEG and SQUARE of a layer normalisation, ELU. Where one
value of 8 bits decides what comes out there are 256 results, which are computed here: a LOOKUP. What only moves or
compares elements works on the integers. What is joined is brought to the scale of the QUANTIZE behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Optional

import numpy as np

from minfer._engine import lib
from minfer.compiler.ir import DEQUANTIZE, Op, Tensor
from minfer.compiler.operators import IMPORTERS, Node
from minfer.compiler.operators.lookup import lookup
from minfer.compiler.tables import elu
from minfer.compiler.tflite_file import ACTIVATION_NAMES
from minfer.format import DType

Function = Callable[..., np.ndarray]


def _each(function: Callable[[float], float]) -> Function:
    return lambda x: np.array([function(float(v)) for v in x.ravel()]).reshape(x.shape)


# In single precision, as the float kernels of TensorFlow Lite compute them.
FUNCTIONS: dict[str, Function] = {
    "ABS": np.abs,
    "CEIL": np.ceil,
    "COS": lambda x: np.cos(x.astype(np.float64)),
    "DIV": np.divide,
    "ELU": _each(elu),
    "EXP": _each(lib.expf),
    "FLOOR": np.floor,
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
    "NEG": np.negative,
    "ROUND": np.rint,
    "SIN": lambda x: np.sin(x.astype(np.float64)),
    "SQRT": np.sqrt,
    "SQUARE": np.square,
}
OF_TWO = ("DIV", "MAXIMUM", "MINIMUM")
# Of elements that are as great or small as their integers.
CHOOSING = ("ARG_MAX", "ARG_MIN")
MOVING = (
    "BROADCAST_TO",
    "DEPTH_TO_SPACE",
    "EXPAND_DIMS",
    "GATHER",
    "RESHAPE",
    "REVERSE_V2",
    "SLICE",
    "SPACE_TO_DEPTH",
    "SPLIT",
    "SPLIT_V",
    "SQUEEZE",
    "STRIDED_SLICE",
    "TILE",
    "TRANSPOSE",
    "UNPACK",
)
JOINING = ("CONCATENATION", "PACK")
CLAMPS = {"NONE": (-np.inf, np.inf), "RELU": (0, np.inf), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}
EVERY_BYTE = np.arange(-128, 128).astype(np.int8)


@dataclass(frozen=True)
class Reals:
    """What a float32 tensor holds: of each byte (that of -128 first) that `held`, of its shape, may hold, a number.

    `plain`: those that a DEQUANTIZE makes of it; None where `held` has 16 bits, which are plain always.
    """

    held: Tensor
    values: Optional[np.ndarray]
    plain: bool


class Islands:
    """The float32 tensors met so far that hang on one integer tensor."""

    def __init__(self) -> None:
        self._reals: dict[Tensor, Reals] = {}
        self._joined: dict[Tensor, Node] = {}

    def enter(self, node: Node) -> None:
        """Remembers what a DEQUANTIZE, already imported, writes."""
        x, y = node.inputs[0], node.outputs[0]
        if y.data is None:
            self._reals[y] = Reals(x, _dequantised(x), plain=True)

    def take(self, node: Node) -> Optional[list[Op]]:
        """The operators of the IR for one on such tensors, None where the importers are to see it as it is."""
        name = node.source.name
        if name == "CAST" and len(node.inputs) == len(node.outputs) == 1 and _is_widened(node):
            return self._cast(node)
        if name in JOINING and any(x in self._reals for x in node.inputs):
            return self._join(node)
        if name == "QUANTIZE" and node.inputs[0] in self._joined:
            return self._quantise_joined(node)
        known = [self._reals[x] for x in node.inputs if x in self._reals]
        if len({real.held for real in known}) != 1:
            return None
        real = known[0]
        if name == "QUANTIZE" and real.values is not None:
            return _quantise(node, real)
        if name in FUNCTIONS and real.values is not None:
            return self._compute(node, real.held)
        if name in MOVING or (name in CHOOSING and real.plain):
            return self._on_integers(node, real)
        return None

    def _cast(self, node: Node) -> list[Op]:
        """To float32 from 8 bits: what a bool or an integer is as a number."""
        x, y = node.inputs[0], node.outputs[0]
        node.expect_shape(y, x.shape)
        values = EVERY_BYTE.astype(bool) if x.dtype == DType.BOOL else _bytes(x)
        self._reals[y] = Reals(x, values.astype(np.float32), plain=False)
        return []

    def _compute(self, node: Node, held: Tensor) -> Optional[list[Op]]:
        """No operator yet: only other numbers."""
        name, y = node.source.name, node.outputs[0]
        numbers = [self._numbers(x) for x in node.inputs]
        wanted = 2 if name in OF_TWO else 1
        if any(n is None for n in numbers) or len(numbers) != wanted or y.dtype != DType.FLOAT32:
            return None
        node.expect_shape(y, held.shape)
        values = FUNCTIONS[name](*numbers)
        if name == "DIV":
            number = node.options("DivOptions")["FusedActivationFunction"]
            if ACTIVATION_NAMES.get(number) not in CLAMPS:
                return None
            values = np.clip(values, *CLAMPS[ACTIVATION_NAMES[number]])
        self._reals[y] = Reals(held, values.astype(np.float32), plain=False)
        return []

    def _numbers(self, x: Optional[Tensor]) -> Optional[np.ndarray]:
        """Of a tensor known by its bytes, or the one number of a constant."""
        if x in self._reals:
            return self._reals[x].values
        is_number = x is not None and x.data is not None and x.elements == 1
        return x.data.reshape(1) if is_number and x.dtype == DType.FLOAT32 else None

    def _join(self, node: Node) -> Optional[list[Op]]:
        """No operator yet: the parts wait for a scale."""
        y = node.outputs[0]
        known = {x for x in node.inputs if x in self._reals and self._reals[x].values is not None}
        constant = {x for x in node.inputs if x is not None and x.data is not None}
        if y.dtype != DType.FLOAT32 or not known.union(constant).issuperset(node.inputs):
            return None
        self._joined[y] = node
        return []

    def _quantise_joined(self, node: Node) -> Optional[list[Op]]:
        """Each part is quantised as the whole is to be, and then joined."""
        join, y = self._joined[node.inputs[0]], node.outputs[0]
        if y.dtype.bits != 8:
            return None
        parts, ops = [], []
        for x in join.inputs:
            part = replace(y, name=f"{x.name} joined", shape=x.shape)
            alone = Node(node.source, [x], [part])
            if x in self._reals:
                ops += _quantise(alone, self._reals[x])
            else:
                IMPORTERS["QUANTIZE"](alone)
            parts.append(part)
        return ops + IMPORTERS[join.source.name](Node(join.source, parts, [y]))

    def _on_integers(self, node: Node, real: Reals) -> list[Op]:
        held = real.held
        inputs = [held if x in self._reals else x for x in node.inputs]
        outputs = [_like(y, held) if y.dtype == DType.FLOAT32 else y for y in node.outputs]
        ops = IMPORTERS[node.source.name](Node(node.source, inputs, outputs))
        ops = ops if isinstance(ops, list) else [ops]
        for y, integers in zip(node.outputs, outputs):
            if y is not integers:
                y.shape = integers.shape
                self._reals[y] = replace(real, held=integers)
                if real.plain:  # for the caller, if it is an output of the model
                    ops.append(Op(DEQUANTIZE, [integers], [y], source=node.where))
        return ops


def _is_widened(node: Node) -> bool:
    x = node.inputs[0]
    of_bytes = x is not None and x.data is None and x.dtype.bits == 8
    return of_bytes and node.outputs[0].dtype == DType.FLOAT32


def _bytes(x: Tensor) -> np.ndarray:
    return EVERY_BYTE.view(x.dtype.numpy).astype(np.int64)


def _dequantised(x: Tensor) -> Optional[np.ndarray]:
    if x.dtype.bits != 8:
        return None
    return (x.scale * (_bytes(x) - x.zero_point)).astype(np.float32)


def _like(y: Tensor, held: Tensor) -> Tensor:
    return replace(y, dtype=held.dtype, scales=held.scales, zero_points=held.zero_points)


def _quantise(node: Node, real: Reals) -> Optional[list[Op]]:
    """A LOOKUP of what QUANTIZE makes of the numbers; what is no number, or too great for one, saturates."""
    y = node.outputs[0]
    if y.dtype.bits != 8:
        return None
    limit = 2.0**20 * y.scale
    values = np.nan_to_num(real.values, posinf=limit, neginf=-limit).clip(-limit, limit)
    table = replace(y, shape=values.shape)
    constant = Tensor.constant(f"{y.name} reals", values.astype(np.float32))
    IMPORTERS["QUANTIZE"](Node(node.source, [constant], [table]))
    return [lookup(Node(node.source, [real.held], [y]), table.data)]
