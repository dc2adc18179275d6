"""A second reader of the model file, from docs/FORMAT.md alone, for tests that trust no other."""

from __future__ import annotations

import struct
from dataclasses import dataclass

OPCODES = {
    0: "ADD",
    1: "AVERAGE_POOL_2D",
    2: "CONV_2D",
    3: "DEPTHWISE_CONV_2D",
    4: "FULLY_CONNECTED",
    5: "LOOKUP",
    6: "MAX_POOL_2D",
    7: "COPY",
    8: "SOFTMAX",
    9: "GATHER",
    10: "RESIZE_BILINEAR",
    11: "TRANSPOSE_CONV",
    12: "BATCH_MATMUL",
    13: "SUB",
    14: "MUL",
    15: "MAXIMUM",
    16: "MINIMUM",
    17: "SQUARED_DIFFERENCE",
    18: "COMPARE",
    19: "SELECT",
    20: "PRELU",
    21: "REQUANTISE",
    22: "CAST",
    23: "LOOKUP_INT16",
    24: "LOGISTIC_INT16",
    26: "SUM",
    27: "REDUCE_MAX",
    29: "ARG_MAX",
    31: "L2_NORMALIZATION",
    32: "LOG_SOFTMAX",
    33: "SVDF",
    34: "UNIDIRECTIONAL_SEQUENCE_LSTM",
}
IN_PLACE = (
    "ADD",
    "LOOKUP",
    "SOFTMAX",
    "L2_NORMALIZATION",
    "LOG_SOFTMAX",
    *(OPCODES[code] for code in range(13, 25) if code != 22),
)
ABSENT = 65535


@dataclass(frozen=True)
class Place:
    """Bytes of the arena."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size

    def overlaps(self, other: Place) -> bool:
        return self.offset < other.end and other.offset < self.end


@dataclass(frozen=True)
class Operator:
    """`inputs` and `outputs` are indices of tensors, those outside the arena left out; `operands` all inputs as they stand."""

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    scratch: Place
    operands: tuple[int, ...]
    params: tuple[int, ...]


@dataclass(frozen=True)
class File:
    arena_size: int
    shapes: list[tuple[int, ...]]  # of every tensor
    places: dict[int, Place]  # of each tensor in the arena
    states: dict[int, Place]  # in the state
    constants: dict[int, Place]  # in the file
    state_size: int
    image: Place  # of the state, in the file
    operators: list[Operator]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def parse(file: bytes) -> File:
    """Reads what the memory plan is made of."""
    (arena_size,) = struct.unpack_from("<I", file, 16)
    n_tensors, n_ops, n_inputs, n_outputs = struct.unpack_from("<4H", file, 20)
    tensors_at, ops_at, _, io_at = struct.unpack_from("<4I", file, 28)
    data_at, _, _, _, state_size = struct.unpack_from("<5I", file, 44)
    kinds: tuple[dict[int, Place], ...] = ({}, {}, {})
    shapes = []
    for i in range(n_tensors):
        _, rank, kind, _, offset, size = struct.unpack_from("<4B2I", file, tensors_at + 44 * i)
        kinds[kind][i] = Place(offset, size)
        shapes.append(struct.unpack_from(f"<{rank}i", file, tensors_at + 44 * i + 20))
    places, constants, states = kinds
    operators = []
    for _ in range(n_ops):
        opcode, size, _, _, n_in, n_out, scratch_at, scratch_size = struct.unpack_from(
            "<2H4B2I", file, ops_at
        )
        indices = struct.unpack_from(f"<{n_in + n_out}H", file, ops_at + 20)
        inputs = tuple(i for i in indices[:n_in] if i in places)
        outputs = tuple(i for i in indices[n_in:] if i in places)
        params_at = 20 + -(-len(indices) // 2) * 4
        params = struct.unpack_from(f"<{(size - params_at) // 4}i", file, ops_at + params_at)
        scratch = Place(scratch_at, scratch_size)
        operators.append(
            Operator(OPCODES[opcode], inputs, outputs, scratch, indices[:n_in], params)
        )
        ops_at += size
    edges = [struct.unpack_from("<H", file, io_at + 4 * i)[0] for i in range(n_inputs + n_outputs)]
    image = Place(data_at, state_size)
    inputs, outputs = tuple(edges[:n_inputs]), tuple(edges[n_inputs:])
    return File(
        arena_size, shapes, places, states, constants, state_size, image, operators, inputs, outputs
    )
