"""Writes the model file, as docs/FORMAT.md defines it."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from minfer.compiler.ir import Graph, Op, Tensor
from minfer.compiler.plan import Plan
from minfer.errors import ConvertError
from minfer.format import ABSENT, ALIGN, MAX_BYTES, MAX_RANK, ROWS, DType, Kind, Opcode, align

MAGIC = b"MNF1"
VERSION = 1
HEADER = struct.Struct("<4sIIHHIHHHHIIIIIIIII")
TENSOR = struct.Struct("<BBBBIIfi6i")
OP = struct.Struct("<HHBBBBIII")
IO = struct.Struct("<HBB")
CHECKED_FROM = 12
OP_VERSION = 1


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
    image, states = _state(tensors)
    data, constants = _data(tensors, image)
    meta_offset = align(data_offset + len(data))
    file_size = meta_offset + len(meta)

    records = b"".join(
        _tensor(t, _offset(t, plan, states, constants, data_offset)) for t in tensors
    )
    file = bytearray(file_size)
    HEADER.pack_into(
        file, 0, MAGIC, file_size, 0, VERSION, 0, plan.arena_size,
        len(tensors), len(graph.ops), len(graph.inputs), len(graph.outputs),
        tensors_offset, ops_offset, len(ops), io_offset,
        data_offset, len(data), meta_offset, len(meta), len(image),
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


def rows_record(graph: Graph) -> bytes:
    """The metadata that says which rows of its whole output each operator computes: nothing where all compute all."""
    if not any(op.rows for op in graph.ops):
        return b""
    return b"".join(ROWS.pack(*(op.rows or (0, 0, 0))) for op in graph.ops)


def _offset(
    tensor: Tensor,
    plan: Plan,
    states: dict[Tensor, int],
    constants: dict[Tensor, int],
    data_offset: int,
) -> int:
    if tensor.kind == Kind.ARENA:
        return plan.offset(tensor)
    return data_offset + constants[tensor] if tensor.kind == Kind.CONST else states[tensor.root]


def _state(tensors: list[Tensor]) -> tuple[bytes, dict[Tensor, int]]:
    """The state's initial image, and where each tensor of it begins."""
    image = bytearray()
    places: dict[Tensor, int] = {}
    for root in dict.fromkeys(t.root for t in tensors if t.kind == Kind.STATE):
        places[root] = len(image)
        image += np.ascontiguousarray(root.initial, root.dtype.numpy).tobytes()
        image += bytes(-len(image) % ALIGN)
    return bytes(image), places


def _packed(tensor: Tensor) -> bytes:
    """A constant as it lies in the file; of int4 two to a byte, the first in the low half."""
    data = np.ascontiguousarray(tensor.data, tensor.dtype.numpy)
    if tensor.dtype == DType.INT4:
        nibbles = np.append(data.ravel(), np.zeros(data.size % 2, np.int8)).astype(np.uint8) & 15
        data = nibbles[::2] | nibbles[1::2] << 4
    return data.tobytes()


def _data(tensors: list[Tensor], image: bytes) -> tuple[bytes, dict[Tensor, int]]:
    """The state's image, then the constants, equal ones once, and where each of them begins."""
    data = bytearray(image)
    places: dict[bytes, int] = {}
    constants: dict[Tensor, int] = {}
    for tensor in tensors:
        if tensor.data is None:
            continue
        content = _packed(tensor)
        if content not in places:
            data += bytes(-len(data) % ALIGN)
            places[content] = len(data)
            data += content
        constants[tensor] = places[content]
    return bytes(data), constants


def _tensor(tensor: Tensor, offset: int) -> bytes:
    dims = tensor.shape + (1,) * (MAX_RANK - len(tensor.shape))
    return TENSOR.pack(
        tensor.dtype, len(tensor.shape), tensor.kind, 0, offset, tensor.size,
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
                Opcode[op.kind], OP.size + len(tensors) + len(params), OP_VERSION, op.layout,
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
