"""A good model file of which a test breaks one field after the other; built from docs/FORMAT.md alone."""

from __future__ import annotations

import struct
import zlib

import minfer
from banded import compile_in_bands
from cases import all_specs
from minfer._engine import ffi, lib
from operators.graph import Graph

HEADER = {
    "magic": (0, "I"), "file_size": (4, "I"), "crc": (8, "I"), "version": (12, "H"), "zero": (14, "H"),
    "arena_size": (16, "I"), "n_tensors": (20, "H"), "n_ops": (22, "H"), "n_inputs": (24, "H"), "n_outputs": (26, "H"),
    "tensors_offset": (28, "I"), "ops_offset": (32, "I"), "ops_size": (36, "I"), "io_offset": (40, "I"),
    "data_offset": (44, "I"), "data_size": (48, "I"), "meta_offset": (52, "I"), "meta_size": (56, "I"), "state_size": (60, "I"),
}  # fmt: skip
TENSOR = {
    "dtype": (0, "B"), "rank": (1, "B"), "kind": (2, "B"), "zero": (3, "B"), "offset": (4, "I"), "size": (8, "I"),
    "scale": (12, "I"), "zero_point": (16, "i"), **{f"dim{i}": (20 + 4 * i, "i") for i in range(6)},
}  # fmt: skip
OP = {
    "opcode": (0, "H"), "size": (2, "H"), "version": (4, "B"), "layout": (5, "B"), "n_inputs": (6, "B"), "n_outputs": (7, "B"),
    "scratch_offset": (8, "I"), "scratch_size": (12, "I"),
}  # fmt: skip
IO = {"tensor": (0, "H"), "face": (2, "B"), "zero": (3, "B")}
ABSENT = 0xFFFF


class Record:
    """Fields of a record at an offset of the file, read and written as items."""

    def __init__(self, file: bytearray, offset: int, fields: dict[str, tuple[int, str]]) -> None:
        self.file, self.offset, self.fields = file, offset, fields

    def __getitem__(self, name: str) -> int:
        at, kind = self.fields[name]
        return struct.unpack_from(f"<{kind}", self.file, self.offset + at)[0]

    def __setitem__(self, name: str, value: int) -> None:
        at, kind = self.fields[name]
        struct.pack_into(f"<{kind}", self.file, self.offset + at, value)


BANDS = "bands"


def two_bands() -> bytes:
    """Two convolutions in two bands of rows, then an operator on all rows: it reads what the last of each band writes."""
    steps = (("conv3", 0, 0), ("depthwise", 1, 0), ("leaky_relu", 2, 0))
    case = Graph(steps, x=(1, 8, 3, 2)).case()
    return compile_in_bands(
        case.model, lambda found: found[0], lambda height: (height // 2, height)
    )


def first_case(operator: str, layout: int) -> bytes:
    """The first generated case of an operator that has weights in this layout."""
    specs = (spec for spec in all_specs() if spec.operator == operator)
    for file in (minfer.compile_model(spec.case().model) for spec in specs):
        (ops_offset,) = struct.unpack_from("<I", file, 32)
        if file[ops_offset + 5] == layout:
            return file
    raise LookupError(f"no case of {operator} has layout {layout}")


class Broken:
    """The compiled model of the first generated case of an operator, or the one of `two_bands`, to be edited."""

    def __init__(self, operator: str, layout: int = 0) -> None:
        self.file = bytearray(two_bands() if operator == BANDS else first_case(operator, layout))
        self.header = Record(self.file, 0, HEADER)
        self.ends_at = len(self.file)
        self.address = 0  # remainder by 4
        self.mend = True

    def tensor(self, i: int) -> Record:
        """A record of the tensor table."""
        return Record(self.file, self.header["tensors_offset"] + 44 * i, TENSOR)

    def io(self, i: int) -> Record:
        """An input; behind the inputs, an output."""
        return Record(self.file, self.header["io_offset"] + 4 * i, IO)

    @property
    def op(self) -> Record:
        """The first operator."""
        return self.op_at(0)

    def op_at(self, i: int) -> Record:
        """An operator: besides its own fields in0, in1, ..., out and p0, p1, ... for tensors and parameters."""
        at = self.header["ops_offset"]
        for _ in range(i % self.header["n_ops"]):
            at += struct.unpack_from("<H", self.file, at + 2)[0]
        n = self.file[at + 6]
        fields = {f"in{i}": (20 + 2 * i, "H") for i in range(n)} | {
            "out": (20 + 2 * n, "H"),
            "padding": (22 + 2 * n, "H"),
        }
        params = 20 + (n + 2) // 2 * 4
        words = (struct.unpack_from("<H", self.file, at + 2)[0] - params) // 4
        return Record(
            self.file, at, OP | fields | {f"p{i}": (params + 4 * i, "i") for i in range(words)}
        )

    def operand(self, name: str) -> Record:
        """The tensor of the first operator at in0, in1, ... or out."""
        return self.tensor(self.op[name])

    def word(self, tensor: Record, i: int, value: int) -> None:
        """Sets a word of a constant."""
        struct.pack_into("<i", self.file, tensor["offset"] + 4 * i, value)

    def load(self) -> tuple[str, str]:
        """The name of the reason and the words the engine answers with: OK and none where it takes the file."""
        if self.mend and 12 < self.header["file_size"] <= len(self.file):
            self.header["crc"] = zlib.crc32(self.file[12 : self.header["file_size"]])
        block = ffi.new("uint64_t[]", len(self.file) // 8 + 2)  # the engine reads in place
        start = ffi.cast("uint8_t *", block) + self.address
        ffi.memmove(start, bytes(self.file), len(self.file))
        error, model = ffi.new("mnf_error_t *"), ffi.new("mnf_model_t *")
        if lib.mnf_load(model, start, self.ends_at, error):
            return "OK", ""
        words = ffi.string(lib.mnf_reason_text(error.reason)).decode() % (
            error.expected,
            error.found,
        )
        return ffi.string(lib.mnf_reason_name(error.reason)).decode(), words
