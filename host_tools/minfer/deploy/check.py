"""What can be known before a board is changed: that files are models, and that it can run them."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from minfer.deploy.board import Board
from minfer.engine import Model
from minfer.errors import MinferError, ModelError
from minfer.files import is_tflite

MAGIC = b"MNF1"
ASK_OPERATORS = "import _minfer; print(*_minfer.ops())"  # of MicroPython


@dataclass(frozen=True)
class Candidate:
    """A model to deploy: its file's name on the board, its bytes, the bytes of RAM it runs in."""

    name: str
    content: bytes
    arena_size: int


def read_models(paths: Sequence[Path]) -> list[Candidate]:
    """The models of files. Raises MinferError for what is none, and where two have one name."""
    candidates: dict[str, Candidate] = {}
    for path in paths:
        content = path.read_bytes()
        if is_tflite(content):
            raise MinferError(
                f"{path}: a TensorFlow Lite model; convert it first: minfer convert {path}"
            )
        try:
            arena_size = Model.load(content).arena_size
        except ModelError as error:
            raise MinferError(f"{path}: {error}") from error
        if path.name in candidates:
            raise MinferError(
                f"{path}: expected models of different names, found two called {path.name}"
            )
        candidates[path.name] = Candidate(path.name, content, arena_size)
    return list(candidates.values())


def check_models(board: Board, models: Sequence[Candidate], in_ram: bool = False) -> None:
    """Raises MinferError where the board's firmware or its RAM does not do.

    `in_ram`: the file is to lie there too.
    """
    largest = board.eval("largest_block()")
    for model in models:
        check_firmware(board, model.name, model.content)
        needed = model.arena_size + (len(model.content) if in_ram else 0)
        if needed > largest:
            what = "arena and file" if in_ram else "arena"
            remedy = f"; in ROMFS it takes {model.arena_size:,}: minfer deploy" if in_ram else ""
            raise MinferError(
                f"{model.name}: expected {needed:,} bytes of free RAM for its {what},"
                f" found {largest:,} in one piece on {board.port}{remedy}"
            )


def check_firmware(board: Board, name: str, content: bytes) -> None:
    """Raises MinferError where the firmware is too old for a model, or lacks operators of it.

    The board's own loader is asked, by a file for each kind of operator: one such operator without
    operands. It looks at versions first, and says so where the firmware must be newer.
    """
    left_out = set()
    for refusal in board.values(f"refusals(minfer, {_probes(content)!r})"):
        reason = re.sub(r"^operator 0 \((\w+)\)", r"\1", refusal)
        if "update the firmware" in reason:
            raise MinferError(
                f"{name}: the firmware on {board.port} is too old for this model: {reason}"
            )
        if "MINFER_OPS" in reason:
            left_out.add(reason.partition(":")[0])
    if left_out:
        have = set(board.exec(ASK_OPERATORS).split())
        raise MinferError(f"{name}: {board.port}: {left_out_of(have, left_out)}")


def left_out_of(have: set[str], missing: set[str]) -> str:
    """What to say of a firmware that has some operators and lacks others."""
    return (
        f"expected a firmware with {', '.join(sorted(missing))}, found one without;"
        f' build it with MINFER_OPS="{" ".join(sorted(have | missing))}"'
    )


def _probes(content: bytes) -> list[bytes]:
    """A file for each kind of operator of a model; docs/FORMAT.md says what lies where."""
    n_ops = struct.unpack_from("<H", content, 22)[0]
    at = struct.unpack_from("<I", content, 32)[0]
    kinds = set()
    for _ in range(n_ops):
        opcode, size, version, layout = struct.unpack_from("<HHBB", content, at)
        kinds.add((opcode, version, layout))
        at += size
    return [_probe(content[12:14], *kind) for kind in sorted(kinds)]


def _probe(format_version: bytes, opcode: int, version: int, layout: int) -> bytes:
    """A file of one tensor, one operator without operands, one input, one output."""
    tensor = struct.pack("<BBBxIIfi6i", 1, 0, 0, 0, 1, 0.0, 0, *[1] * 6)
    op = struct.pack("<HHBBBBIII", opcode, 20, version, layout, 0, 0, 0, 0, 0)
    edge = struct.pack("<HBx", 0, 1)
    counts = struct.pack("<xxI4H", 16, 1, 1, 1, 1)
    offsets = struct.pack("<9I", 64, 112, len(op), 144, 160, 0, 160, 0, 0)
    body = tensor.ljust(48, b"\0") + op.ljust(32, b"\0") + (edge + edge).ljust(16, b"\0")
    rest = format_version + counts + offsets + body
    return MAGIC + struct.pack("<II", 12 + len(rest), zlib.crc32(rest)) + rest
