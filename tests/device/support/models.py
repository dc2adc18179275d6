"""The small models the device tests run: written from docs/FORMAT.md alone, by nothing but struct.

python models.py FOLDER writes them.
"""

from __future__ import annotations

import struct
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

INT8, UINT8, INT16, FLOAT32 = 1, 2, 3, 6
INT32, INT64 = 4, 5
ADD, FULLY_CONNECTED, LOOKUP, COPY, LOOKUP_INT16, ARG_MAX = 0, 4, 5, 7, 23, 29
IN_STATE = 2
ONE = (1 << 30, 1)  # the multiplier and the shift of 1.0
HALF = (1 << 30, 0)


def align(data: bytes) -> bytes:
    """`data` padded to a multiple of 16 bytes."""
    return data + bytes(-len(data) % 16)


@dataclass
class Model:
    """A model file in the making."""

    name: str = ""
    tensors: list[bytes] = field(default_factory=list)
    constants: list[tuple[int, bytes]] = field(default_factory=list)  # index of the tensor, data
    ops: list[bytes] = field(default_factory=list)
    io: list[bytes] = field(default_factory=list)
    n_inputs: int = 0
    arena_size: int = 0
    image: bytes = b""  # the state before the first run
    meta: dict[str, str] = field(default_factory=dict)

    def tensor(self, shape, dtype=INT8, scale=0.0, zero_point=0, offset=None, data=None) -> int:
        """Adds a tensor: constant where there is `data`, else in the arena at `offset`, or behind all others."""
        width = {INT8: 1, UINT8: 1, INT16: 2, INT32: 4, INT64: 8, FLOAT32: 4}[dtype]
        size = width
        for dim in shape:
            size *= dim
        if data is not None:
            assert len(data) == size
            self.constants.append((len(self.tensors), data))
            offset = 0
        elif offset is None:
            offset = self.arena_size
        if data is None:
            self.arena_size = max(self.arena_size, offset + size + -size % 16)
        dims = list(shape) + [1] * (6 - len(shape))
        record = struct.pack(
            "<BBBxIIfi6i",
            dtype,
            len(shape),
            data is not None,
            offset,
            size,
            scale,
            zero_point,
            *dims,
        )
        self.tensors.append(record)
        return len(self.tensors) - 1

    def state(self, image: bytes, scale: float) -> int:
        """Adds an int8 tensor that outlives a run."""
        dims = (len(image), 1, 1, 1, 1, 1)
        record = struct.pack(
            "<BBBxIIfi6i", INT8, 1, IN_STATE, len(self.image), len(image), scale, 0, *dims
        )
        self.image += align(image)
        self.tensors.append(record)
        return len(self.tensors) - 1

    def op(self, opcode: int, inputs: list[int], output: int, params=(), macs=0) -> None:
        """Adds an operator without scratch."""
        tensors = [*inputs, output]
        tensors += [0] * (len(tensors) % 2)
        body = struct.pack(f"<{len(tensors)}H{len(params)}i", *tensors, *params)
        head = struct.pack("<HHBBBBIII", opcode, 20 + len(body), 1, 0, len(inputs), 1, 0, 0, macs)
        self.ops.append(head + body)

    def lookup(self, x: int, y: int, table: int) -> None:
        """Adds y = table[x]."""
        self.op(LOOKUP, [x, table], y)

    def edges(self, inputs: list[int], outputs: list[int], face=None) -> None:
        """Says which tensors the caller sees, and as what where that is not their own type."""
        self.n_inputs = len(inputs)
        for tensor in inputs + outputs:
            dtype = self.tensors[tensor][0]
            self.io.append(struct.pack("<HBx", tensor, face or dtype))

    def to_bytes(self) -> bytes:
        """The file."""
        ops = b"".join(self.ops)
        sections = [b"".join(self.tensors), ops, b"".join(self.io), self.image, b""]
        for tag, text in {"name": self.name, **self.meta}.items():
            raw = text.encode()
            sections[4] += tag.encode() + struct.pack("<I", len(raw)) + raw + bytes(-len(raw) % 4)
        data_offset = 64 + sum(len(align(section)) for section in sections[:3])
        for index, data in self.constants:
            record = bytearray(self.tensors[index])
            struct.pack_into("<I", record, 4, data_offset + len(sections[3]))
            self.tensors[index] = bytes(record)
            sections[3] += align(data)
        sections[0] = b"".join(self.tensors)
        offsets = [64]
        for section in sections[:-1]:
            offsets.append(offsets[-1] + len(align(section)))
        size = offsets[-1] + len(sections[-1])
        rest = struct.pack(
            "<HHIHHHHIIIIIIIII",
            1,
            0,
            self.arena_size,
            len(self.tensors),
            len(self.ops),
            self.n_inputs,
            len(self.io) - self.n_inputs,
            offsets[0],
            offsets[1],
            len(ops),
            offsets[2],
            offsets[3],
            len(sections[3]),
            offsets[4],
            len(sections[4]),
            len(self.image),
        )
        rest += b"".join(align(section) for section in sections[:-1]) + sections[-1]
        return b"MNF1" + struct.pack("<II", size, zlib.crc32(rest)) + rest


def table(function) -> bytes:
    """The 256 bytes of a LOOKUP."""
    return bytes(function(x) & 0xFF for x in range(-128, 128))


def dense() -> Model:
    """y[i] = sum of weights[i] * (x + 1), plus bias[i], plus 3: three labelled classes."""
    model = Model("dense", meta={"labl": "cat\ndog\nfrüh", "inam": "pixels", "onam": "animal"})
    x = model.tensor((1, 4), scale=0.5, zero_point=-1)
    y = model.tensor((1, 3), scale=0.25, zero_point=3)
    weights = model.tensor((3, 4), data=struct.pack("12b", 1, 2, 3, 4, -1, -2, -3, -4, 1, 0, 0, -1))
    bias = model.tensor((3,), INT32, data=struct.pack("<3i", 10, 0, -5))
    requant = model.tensor((2, 1), INT32, data=struct.pack("<2i", *ONE))
    model.op(FULLY_CONNECTED, [x, weights, bias, requant], y, (0, -128, 127), macs=12)
    model.edges([x], [y])
    return model


def face() -> Model:
    """Real numbers in and out; negates."""
    model = Model("face")
    x = model.tensor((2, 3), scale=0.5)
    y = model.tensor((2, 3), scale=0.5, offset=0)
    model.lookup(x, y, model.tensor((256,), data=table(lambda x: min(-x, 127))))
    model.edges([x], [y], FLOAT32)
    return model


def bytes_face() -> Model:
    """Unsigned bytes in and out of an int8 tensor; negates."""
    model = Model("bytes_face")
    x, y = (model.tensor((1, 5), scale=0.5, zero_point=-8) for _ in range(2))
    model.lookup(x, y, model.tensor((256,), data=table(lambda x: min(-x, 127))))
    model.edges([x], [y], UINT8)
    return model


def wide_face() -> Model:
    """Real numbers in and out of an int16 tensor; halves."""
    model = Model("wide_face")
    x, y = (model.tensor((1, 5), INT16, scale=0.25) for _ in range(2))
    halves = model.tensor(
        (513,), INT16, data=struct.pack("<513h", *(64 * i - 16384 for i in range(513)))
    )
    model.op(LOOKUP_INT16, [x, halves], y)
    model.edges([x], [y], FLOAT32)
    return model


def pair() -> Model:
    """Two inputs, two outputs: their sum, and its negative."""
    model = Model("pair", meta={"inam": "left\nright"})
    a, b = (model.tensor((1, 5), scale=1.0) for _ in range(2))
    total, negative = (model.tensor((1, 5), scale=1.0) for _ in range(2))
    model.op(
        ADD, [a, b], total, (20, *HALF, *HALF, 1 << 30, -18, -128, 127, 1, 0, 0, 0, 5, 1, 1, 1)
    )
    model.lookup(total, negative, model.tensor((256,), data=table(lambda x: min(-x, 127))))
    model.edges([a, b], [total, negative])
    return model


def wide() -> Model:
    """No operator: an int16, a float32 and a uint8 tensor, each in and out."""
    model = Model("wide")
    tensors = [model.tensor((3,), INT16), model.tensor((2, 2), FLOAT32), model.tensor((), UINT8)]
    model.edges(tensors, tensors)
    return model


def long() -> Model:
    """A thousand operators on 1 KB, each adding one: long enough to be interrupted."""
    model = Model("long")
    x = model.tensor((1, 1024), scale=1.0)
    plus_one = model.tensor((256,), data=table(lambda x: x + 1))
    for _ in range(1000):
        model.lookup(x, x, plus_one)
    model.edges([x], [x])
    return model


def memory() -> Model:
    """Adds up its inputs, from 10, 20, 30, 40 on."""
    model = Model("memory")
    x, total = model.tensor((4,), scale=1.0), model.tensor((4,), scale=1.0)
    state = model.state(bytes([10, 20, 30, 40]), 1.0)
    model.op(
        ADD, [state, x], total, (20, *HALF, *HALF, 1 << 30, -18, -128, 127, 1, 0, 0, 0, 4, 1, 1, 1)
    )
    model.op(COPY, [total], state, (0, 0, 0, 1, 0, 0, 4, 1, 1))
    model.edges([x], [total])
    return model


def indices() -> Model:
    """Of three numbers, which is the greatest, and which the least: int32 and int64."""
    model = Model("indices")
    x = model.tensor((2, 3), scale=1.0)
    greatest, least = model.tensor((2,), INT32), model.tensor((2,), INT64)
    walk = (2, 0, 0, 2, 1, 3, 3, 0, 1)
    model.op(ARG_MAX, [x], greatest, (0, *walk))
    model.op(ARG_MAX, [x], least, (-1, *walk))
    model.edges([x], [greatest, least])
    return model


def echo() -> Model:
    """Three labelled probabilities, given back by two operators."""
    model = Model("echo", meta={"labl": "no\nyes\nnoise"})
    x, y = (model.tensor((1, 3), scale=1 / 256, zero_point=-128) for _ in range(2))
    same = model.tensor((256,), data=table(lambda x: x))
    model.lookup(x, x, same)
    model.lookup(x, y, same)
    model.edges([x], [y])
    return model


def speech() -> Model:
    """Two frames of 40 channels: the first three are given back as probabilities."""
    model = Model("speech", meta={"labl": "no\nyes\nnoise"})
    x = model.tensor((1, 80), scale=0.1, zero_point=-128)
    y = model.tensor((1, 3), scale=1 / 256, zero_point=-128)
    model.op(COPY, [x], y, (0, 0, 0, 1, 0, 0, 3, 1, 1))
    model.edges([x], [y])
    return model


def varuint(value: int) -> bytes:
    """`value` as ROMFS writes numbers: seven bits a byte, the first bytes marked."""
    digits = bytearray([value & 0x7F])
    while value := value >> 7:
        digits.insert(0, value & 0x7F | 0x80)
    return bytes(digits)


def romfs(name: str, data: bytes) -> bytes:
    """A ROMFS image of one file whose data starts on a multiple of 16."""
    for padding in range(16):
        head = (
            varuint(len(name))
            + name.encode()
            + b"\x01"
            + varuint(padding)
            + bytes(padding)
            + b"\x02"
            + varuint(len(data))
        )
        body = b"\x05" + varuint(len(head) + len(data)) + head
        image = b"\xd2\xcd\x31" + varuint(len(body) + len(data)) + body
        if len(image) % 16 == 0:
            return image + data
    raise AssertionError("no padding aligns the data")


def write(folder: Path) -> None:
    """Writes all of them into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for make in (dense, face, bytes_face, wide_face, pair, wide, long, memory, indices, echo, speech):
        (folder / f"{make.__name__}.mnf").write_bytes(make().to_bytes())
    (folder / "models.romfs").write_bytes(romfs("long.mnf", long().to_bytes()))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
