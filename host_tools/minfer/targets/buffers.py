"""A model's inputs and outputs as the bytes of MicroPython's arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minfer.engine import EdgeInfo
from minfer.format import DType
from minfer.samples import Sample

TYPECODES = {
    DType.INT8: "b",
    DType.UINT8: "B",
    DType.BOOL: "B",
    DType.INT16: "h",
    DType.INT32: "i",
    DType.INT64: "q",
    DType.FLOAT32: "f",
}


def describe_buffers(edges: Sequence[EdgeInfo]) -> str:
    """Typecode and number of elements of each edge: "b490" or "f1,f12"."""
    return ",".join(f"{TYPECODES[edge.face]}{int(np.prod(edge.shape))}" for edge in edges)


def parse_samples(data: bytes, edges: Sequence[EdgeInfo], n: int) -> list[Sample]:
    """`n` samples from their bytes, one after the other."""
    samples: list[Sample] = []
    offset = 0
    for _ in range(n):
        sample = []
        for edge in edges:
            count = int(np.prod(edge.shape))
            array = np.frombuffer(data, edge.face.numpy, count, offset).reshape(edge.shape)
            sample.append(array)
            offset += array.nbytes
        samples.append(sample)
    return samples
