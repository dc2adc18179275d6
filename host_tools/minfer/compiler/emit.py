"""Writes the model file, as docs/FORMAT.md defines it."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from minfer.compiler.ir import Graph, Op, Tensor
from minfer.compiler.plan import Plan
from minfer.errors import ConvertError
from minfer.format import ABSENT, ALIGN, MAX_BYTES, MAX_RANK, Opcode, align

MAGIC = b"MNF1"
VERSION = 1
HEADER = struct.Struct("<4sIIHHIHHHHIIIIIIIII")
TENSOR = struct.Struct("<BBBBIIfi6i")
OP = struct.Struct("<HHBBBBIII")
IO = struct.Struct("<HBB")
CHECKED_FROM = 12
OP_VERSION, LAYOUT = 1, 0


def emit(graph: Graph, plan: Plan, metadata: dict[str, bytes]) -> bytes:
    """The bytes of the file; `metadata` maps tags of four letters to their content."""
    tensors = list(graph.tensors())
    if max(len(tensors), len(graph.ops)) >= ABSENT:
        raise ConvertError(f"expected below {ABSENT} tensors and operators, found more")
    if plan.arena_size > MAX_BYTES:
        raise ConvertError(f"arena: expected below 2 GiB, found {plan.arena_size} bytes")
    numbers = {tensor: i for i, tensor in enumerate(tensors)}
    ops = b"".join(_op(op, plan, numbers) for op in graph.ops)
    edges = b"".join(
        IO.pack(numbers[edge.tensor], edge.face, 0) for edge in graph.inputs + graph.outputs
    )
    meta = b"".join(_record(tag, content) for tag, content in metadata.items() if content)

    tensors_offset = align(HEADER.size)
    ops_offset = align(tensors_offset + TENSOR.size * len(tensors))
    io_offset = align(ops_offset + len(ops))
    data_offset = align(io_offset + len(edges))
    data, constants = _data(tensors)
    meta_offset = align(data_offset + len(data))
    file_size = meta_offset + len(meta)

    records = b"".join(
        _tensor(t, plan.offset(t) if t.data is None else data_offset + constants[t])
        for t in tensors
    )
    file = bytearray(file_size)
    HEADER.pack_into(
        file, 0, MAGIC, file_size, 0, VERSION, 0, plan.arena_size,
        len(tensors), len(graph.ops), len(graph.inputs), len(graph.outputs),
        tensors_offset, ops_offset, len(ops), io_offset,
        data_offset, len(data), meta_offset, len(meta), 0,
    )  # fmt: skip
    for offset, section in (
        (tensors_offset, records),
        (ops_offset, ops),
        (io_offset, edges),
        (data_offset, data),
        (meta_offset, meta),
    ):
        file[offset : offset + len(section)] = section
    struct.pack_into("<I", file, 8, zlib.crc32(file[CHECKED_FROM:]))
    return bytes(file)


def _data(tensors: list[Tensor]) -> tuple[bytes, dict[Tensor, int]]:
    """The constants, equal ones once, and where each begins."""
    data = bytearray()
    places: dict[bytes, int] = {}
    constants: dict[Tensor, int] = {}
    for tensor in tensors:
        if tensor.data is None:
            continue
        content = np.ascontiguousarray(tensor.data, tensor.dtype.numpy).tobytes()
        if content not in places:
            data += bytes(-len(data) % ALIGN)
            places[content] = len(data)
            data += content
        constants[tensor] = places[content]
    return bytes(data), constants


def _tensor(tensor: Tensor, offset: int) -> bytes:
    kind = 0 if tensor.data is None else 1
    dims = tensor.shape + (1,) * (MAX_RANK - len(tensor.shape))
    return TENSOR.pack(
        tensor.dtype, len(tensor.shape), kind, 0, offset, tensor.size,
        tensor.scale, tensor.zero_point, *dims,
    )  # fmt: skip


def _op(op: Op, plan: Plan, numbers: dict[Tensor, int]) -> bytes:
    indices = [ABSENT if t is None else numbers[t] for t in op.inputs]
    indices += [numbers[t] for t in op.outputs]
    tensors = struct.pack(f"<{len(indices)}H", *indices)
    tensors += bytes(-len(tensors) % 4)
    words = op.params.words()
    try:
        params = struct.pack(f"<{len(words)}i", *words)
        return (
            OP.pack(
                Opcode[op.kind], OP.size + len(tensors) + len(params), OP_VERSION, LAYOUT,
                len(op.inputs), len(op.outputs),
                plan.scratch.get(op, 0), plan.scratch_sizes[op], min(op.macs, 2**32 - 1),
            )
            + tensors
            + params
        )  # fmt: skip
    except struct.error:
        raise op.refusal(f"a number past 32 bits in its parameters {words}") from None


def _record(tag: str, content: bytes) -> bytes:
    return (
        tag.encode("ascii") + struct.pack("<I", len(content)) + content + bytes(-len(content) % 4)
    )
