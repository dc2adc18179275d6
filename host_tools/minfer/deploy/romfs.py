"""Writes images of ROMFS, MicroPython's file system whose files are used where they lie in flash.

extmod/vfs_rom.c documents the format. A record is its kind, its length and its payload; kind and
length are big-endian numbers of 7 bits a byte, all bytes but the last one marked. Here every file's
data starts on a multiple of ALIGN from the image's start, by a padding record before it, so that
words can be read in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Union

ALIGN = 16
HEADER = b"\xd2\xcd\x31"
PADDING = b"\x01"
DATA = b"\x02"
FOLDER = b"\x04"
FILE = b"\x05"
LENGTH_BYTES = 4  # of a record's length: always as many, so that filling it in moves nothing


@dataclass(frozen=True)
class Kept:
    """Bytes that a partition holds already, at `offset` from its start."""

    offset: int
    size: int

    def __len__(self) -> int:
        """Bytes."""
        return self.size


Piece = Union[bytes, Kept]


def build(files: Mapping[str, Piece]) -> list[Piece]:
    """The image of files, given by their paths ("a.mnf", "folder/b.mnf"): pieces to be joined."""
    writer = _Writer()
    with writer.record(HEADER):
        _write_folder(writer, _tree(files))
        writer.align(0, 2)  # the format wants an even size
    return writer.merged()


def size_of(pieces: list[Piece]) -> int:
    """Bytes of an image."""
    return sum(map(len, pieces))


class _Writer:
    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._position = 0

    def put(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._position += len(piece)

    @contextmanager
    def record(self, kind: bytes) -> Iterator[None]:
        """What is put inside becomes the payload."""
        self.put(kind)
        place = len(self._pieces)
        self.put(bytes(LENGTH_BYTES))
        start = self._position
        yield
        self._pieces[place] = _number(self._position - start, LENGTH_BYTES)

    def align(self, head: int, unit: int) -> None:
        """Pads until `head` bytes more end on a multiple of `unit`."""
        gap = -(self._position + head) % unit
        if gap == 1:
            gap += unit  # a record has at least two bytes
        if gap:
            self.put(PADDING + _number(gap - 2) + bytes(gap - 2))

    def merged(self) -> list[Piece]:
        """The pieces, neighbours of plain bytes joined."""
        merged: list[Piece] = []
        for piece in self._pieces:
            if merged and isinstance(piece, bytes) and isinstance(merged[-1], bytes):
                merged[-1] += piece
            else:
                merged.append(piece)
        return merged


def _write_folder(writer: _Writer, entries: Mapping[str, object]) -> None:
    for name, entry in entries.items():
        encoded = name.encode()
        with writer.record(FOLDER if isinstance(entry, dict) else FILE):
            writer.put(_number(len(encoded)) + encoded)
            if isinstance(entry, dict):
                _write_folder(writer, entry)
                continue
            writer.align(len(DATA) + LENGTH_BYTES, ALIGN)
            with writer.record(DATA):
                writer.put(entry)


def _tree(files: Mapping[str, Piece]) -> dict[str, object]:
    tree: dict[str, object] = {}
    for path, content in files.items():
        *folders, name = path.split("/")
        folder = tree
        for part in folders:
            folder = folder.setdefault(part, {})
        folder[name] = content
    return tree


def _number(value: int, width: int = 1) -> bytes:
    """`value` in at least `width` bytes; leading zeros change nothing."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    digits += [0x80] * (width - len(digits))
    return bytes(reversed(digits))
