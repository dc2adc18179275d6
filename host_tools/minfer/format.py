"""Numbers of the model file, as docs/FORMAT.md defines them."""

from __future__ import annotations

import struct
from enum import IntEnum

import numpy as np

ALIGN = 16
MAX_RANK = 6
ABSENT = 0xFFFF
MAX_BYTES = 2**31 - 1
ROWS = struct.Struct("<3I")  # an operator's in the metadata: first, before the end, of how many


class DType(IntEnum):
    """Element types of a tensor."""

    INT8 = 1
    UINT8 = 2
    INT16 = 3
    INT32 = 4
    INT64 = 5
    FLOAT32 = 6
    BOOL = 7
    INT4 = 8

    @property
    def numpy(self) -> np.dtype:
        """The little-endian numpy type of an element on the laptop; int4 has one to an int8 there."""
        return np.dtype("i1" if self is DType.INT4 else self.name.lower()).newbyteorder("<")

    @property
    def bits(self) -> int:
        """Bits of an element in the file."""
        return 4 if self is DType.INT4 else self.numpy.itemsize * 8

    def __str__(self) -> str:
        return self.name.lower()


class Kind(IntEnum):
    """Where a tensor lies."""

    ARENA = 0
    CONST = 1
    STATE = 2


class Layout(IntEnum):
    """Orders of an operator's weights: as TensorFlow Lite has them, or a column after the other."""

    ROWS = 0
    COLUMNS = 1

    def __str__(self) -> str:
        return self.name.lower()


class Opcode(IntEnum):
    """Operators of the file."""

    ADD = 0
    AVERAGE_POOL_2D = 1
    CONV_2D = 2
    DEPTHWISE_CONV_2D = 3
    FULLY_CONNECTED = 4
    LOOKUP = 5
    MAX_POOL_2D = 6
    COPY = 7
    SOFTMAX = 8
    GATHER = 9
    RESIZE_BILINEAR = 10
    TRANSPOSE_CONV = 11
    BATCH_MATMUL = 12
    SUB = 13
    MUL = 14
    MAXIMUM = 15
    MINIMUM = 16
    SQUARED_DIFFERENCE = 17
    COMPARE = 18
    SELECT = 19
    PRELU = 20
    REQUANTISE = 21
    CAST = 22
    LOOKUP_INT16 = 23
    LOGISTIC_INT16 = 24
    SUM = 26
    REDUCE_MAX = 27
    ARG_MAX = 29
    L2_NORMALIZATION = 31
    LOG_SOFTMAX = 32
    SVDF = 33
    UNIDIRECTIONAL_SEQUENCE_LSTM = 34


def align(size: int) -> int:
    """`size` rounded up to the alignment of everything in the file and in the arena."""
    return -(-size // ALIGN) * ALIGN
