"""Numbers of the model file, as docs/FORMAT.md defines them."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

ALIGN = 16
MAX_RANK = 6
ABSENT = 0xFFFF
MAX_BYTES = 2**31 - 1


class DType(IntEnum):
    """Element types of a tensor."""

    INT8 = 1
    UINT8 = 2
    INT16 = 3
    INT32 = 4
    INT64 = 5
    FLOAT32 = 6
    BOOL = 7

    @property
    def numpy(self) -> np.dtype:
        """The little-endian numpy type."""
        return np.dtype(self.name.lower()).newbyteorder("<")

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
    PAD = 7
    SOFTMAX = 8


def align(size: int) -> int:
    """`size` rounded up to the alignment of everything in the file and in the arena."""
    return -(-size // ALIGN) * ALIGN
