"""The C engine on the laptop: the code that runs on the chip, with numpy arrays at its edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Optional, Union

import numpy as np

from minfer._engine import ffi, lib
from minfer.errors import ModelError
from minfer.format import ABSENT, ALIGN, ROWS, DType, Kind


@dataclass(frozen=True)
class TensorInfo:
    """A tensor of a loaded model; `offset` counts from the start of the arena, the file or the state, as `kind` says."""

    index: int
    shape: tuple[int, ...]
    dtype: DType
    kind: Kind
    offset: int
    size: int
    scale: float
    zero_point: int

    @property
    def is_constant(self) -> bool:
        """Whether it lies in the file."""
        return self.kind == Kind.CONST


@dataclass(frozen=True)
class EdgeInfo:
    """An input or output: `face` is the type the caller gives or gets: the tensor's, float32, or uint8."""

    name: str
    tensor: TensorInfo
    face: DType

    @property
    def shape(self) -> tuple[int, ...]:
        """Dimensions of one sample."""
        return self.tensor.shape

    @property
    def dtype(self) -> DType:
        """Type of the elements in the arena."""
        return self.tensor.dtype

    @property
    def scale(self) -> float:
        """real = scale × (integer − zero_point)."""
        return self.tensor.scale

    @property
    def zero_point(self) -> int:
        """The integer that stands for 0."""
        return self.tensor.zero_point

    def describe(self) -> str:
        """What the caller must give, for messages."""
        return f"{self.face} of shape {self.shape}"


@dataclass(frozen=True)
class OpInfo:
    """An operator; `scratch` is what the kernels of this build need, in bytes.

    `rows`: of a band of rows the first, the one behind the last, and how many there are in all.
    """

    index: int
    name: str
    rows: Optional[tuple[int, int, int]]
    version: int
    layout: int
    macs: int
    scratch: int
    scratch_offset: int
    inputs: tuple[Optional[TensorInfo], ...]
    outputs: tuple[TensorInfo, ...]

    @property
    def title(self) -> str:
        """Its name, and which rows it computes where not all: "CONV_2D rows 0-15 of 32"."""
        if self.rows is None:
            return self.name
        first, end, height = self.rows
        which = f"row {first}" if end == first + 1 else f"rows {first}-{end - 1}"
        return f"{self.name} {which} of {height}"


class Model:
    """A loaded model and its arena.

    `inputs`, `outputs`: EdgeInfo; `ops`: OpInfo; `tensors`: TensorInfo; `arena_size`, `state_size`: bytes of RAM;
    `size`: bytes of the file; `name`; `labels`; `recipe`: JSON, or empty.
    """

    def __init__(self, file: bytes) -> None:
        """Raises ModelError, in the words of the device, for a file the engine refuses."""
        self.size = len(file)
        self._file = _aligned(len(file))
        self._file[:] = np.frombuffer(file, np.uint8)
        self._model = ffi.new("mnf_model_t *")
        error = ffi.new("mnf_error_t *")
        if not lib.mnf_load(self._model, _pointer(self._file), len(file), error):
            raise _model_error(error)
        header = self._model.header
        self.state_size = header.state_size
        self._state = _aligned(self.state_size)
        self._model.state = _pointer(self._state)
        self.reset()
        self.tensors = [self._tensor(i) for i in range(header.n_tensors)]
        self._ops = self._walk()
        self._rows = self._bands()
        self.name = self._text("name")
        labels = self._text("labl")
        self.labels = tuple(labels.split("\n")) if labels else ()
        self.recipe = self._text("rcpe")
        self.inputs = self._edges(0, header.n_inputs, "inam", "input")
        self.outputs = self._edges(header.n_inputs, header.n_outputs, "onam", "output")

    @staticmethod
    def load(source: Union[bytes, bytearray, memoryview, str, Path]) -> Model:
        """Loads a file by its path, or its bytes."""
        if isinstance(source, (str, Path)):
            source = Path(source).read_bytes()
        return Model(bytes(source))

    @property
    def arena_size(self) -> int:
        """Bytes of RAM a run needs with the kernels of this build."""
        return self._model.arena_size

    @property
    def ops(self) -> list[OpInfo]:
        """The operators in execution order."""
        return [self._op_info(i, op) for i, op in enumerate(self._ops)]

    def reset(self) -> None:
        """Puts the state back to what it was before the first run."""
        lib.mnf_reset(self._model)

    def scratch(self, index: int) -> int:
        """Bytes of scratch that operator `index` needs."""
        return lib.mnf_op_scratch(self._model, self._ops[index])

    def lead(self, index: int) -> Optional[int]:
        """Bytes that operator `index`'s output must at least begin before its first input for both to overlap.

        0 where they may only begin at the same byte, None where they must not overlap.
        """
        lead = lib.mnf_op_lead(self._model, self._ops[index])
        return None if lead == 2**32 - 1 else lead

    def run(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """One inference: an array for each input, an array for each output, of the edges' faces.

        Raises ValueError for a wrong number of arrays, a wrong shape or a wrong type.
        """
        if len(arrays) != len(self.inputs):
            raise ValueError(f"expected {len(self.inputs)} inputs, found {len(arrays)}")
        for edge, array in zip(self.inputs, arrays):
            self.write(edge, np.asarray(array))
        for _ in self.steps():
            pass
        return [self._read(edge) for edge in self.outputs]

    def steps(self) -> Iterator[int]:
        """One inference on what lies in the inputs, an operator each time; yields its number."""
        arena = _pointer(self._arena)
        for i, op in enumerate(self._ops):
            status = lib.mnf_run_op(self._model, op, arena)
            if status != 0:
                raise RuntimeError(
                    f"operator {i} ({self.ops[i].name}): its kernel refused what it was given,"
                    f" an index out of range or a shape, with status {status}"
                )
            yield i

    @cached_property
    def _arena(self) -> np.ndarray:
        return _aligned(self.arena_size)

    def view(self, edge: EdgeInfo) -> np.ndarray:
        """The elements of an input or output where they lie in the arena, in one dimension."""
        return self._bytes(edge.tensor).view(edge.dtype.numpy)

    def write(self, edge: EdgeInfo, array: np.ndarray) -> None:
        """Puts an array into an input. Raises ValueError for a wrong shape or type."""
        if array.shape != edge.shape or array.dtype != edge.face.numpy:
            raise ValueError(
                f"input '{edge.name}': expected {edge.describe()},"
                f" found {array.dtype} of shape {array.shape}"
            )
        values = np.ascontiguousarray(array)
        record = self._model.tensors + edge.tensor.index
        place = _pointer(self._bytes(edge.tensor))
        lib.mnf_put(record, edge.face, ffi.cast("void *", values.ctypes.data), place, values.size)

    def _read(self, edge: EdgeInfo) -> np.ndarray:
        values = np.empty(edge.shape, edge.face.numpy)
        record = self._model.tensors + edge.tensor.index
        place = _pointer(self._bytes(edge.tensor))
        lib.mnf_take(record, edge.face, place, ffi.cast("void *", values.ctypes.data), values.size)
        return values

    def _bytes(self, tensor: TensorInfo) -> np.ndarray:
        return self._arena[tensor.offset : tensor.offset + tensor.size]

    def _tensor(self, index: int) -> TensorInfo:
        record = self._model.tensors[index]
        return TensorInfo(
            index=index,
            shape=tuple(record.dims)[: record.rank],
            dtype=DType(record.dtype),
            kind=Kind(record.kind),
            offset=record.offset,
            size=record.size,
            scale=record.scale,
            zero_point=record.zero_point,
        )

    def _walk(self) -> list:
        ops = []
        op = lib.mnf_first_op(self._model)
        while op != ffi.NULL:
            ops.append(op)
            op = lib.mnf_next_op(self._model, op)
        return ops

    def _bands(self) -> list[Optional[tuple[int, int, int]]]:
        """Of each operator the rows it computes, None where all."""
        record = self._meta("rows")
        if len(record) != ROWS.size * len(self._ops):
            return [None] * len(self._ops)
        return [rows if any(rows) else None for rows in ROWS.iter_unpack(record)]

    def _op_info(self, index: int, op) -> OpInfo:
        indices = [op.tensors[i] for i in range(op.n_inputs + op.n_outputs)]
        tensors = tuple(None if i == ABSENT else self.tensors[i] for i in indices)
        return OpInfo(
            index=index,
            name=ffi.string(lib.mnf_op_name(op.opcode)).decode(),
            rows=self._rows[index],
            version=op.version,
            layout=op.layout,
            macs=op.macs,
            scratch=self.scratch(index),
            scratch_offset=op.scratch_offset,
            inputs=tensors[: op.n_inputs],
            outputs=tensors[op.n_inputs :],
        )

    def _edges(self, first: int, count: int, tag: str, what: str) -> list[EdgeInfo]:
        names = self._text(tag).split("\n")
        if len(names) != count:
            names = [f"{what} {i}" for i in range(count)]
        records = [self._model.io[first + i] for i in range(count)]
        return [
            EdgeInfo(name, self.tensors[record.tensor], DType(record.face))
            for name, record in zip(names, records)
        ]

    def _text(self, tag: str) -> str:
        return self._meta(tag).decode("utf-8", "replace")

    def _meta(self, tag: str) -> bytes:
        length = ffi.new("uint32_t *")
        content = lib.mnf_meta(self._model, tag.encode(), length)
        return b"" if content == ffi.NULL else bytes(ffi.buffer(content, length[0]))


def _aligned(size: int) -> np.ndarray:
    """Zeroed bytes at an address that words may be read from in place."""
    block = np.zeros(size + ALIGN, np.uint8)
    start = -block.ctypes.data % ALIGN
    return block[start : start + size]


def _pointer(array: np.ndarray):
    return ffi.cast("uint8_t *", array.ctypes.data)


def _model_error(error) -> ModelError:
    """The words of the device, see mnf.h."""
    text = ffi.string(lib.mnf_reason_text(error.reason)).decode()
    reason = text % (error.expected, error.found)
    if error.tensor >= 0:
        reason = f"tensor {error.tensor}: {reason}"
    if error.op < 0:
        return ModelError(reason)
    name = lib.mnf_op_name(error.opcode)
    known = f" ({ffi.string(name).decode()})" if name != ffi.NULL else ""
    return ModelError(f"operator {error.op}{known}: {reason}", error.op, reason)
