"""Models into ROMFS; what is there is kept, and a power cut leaves the old models or the new ones.

The new image is first written to a file of the board's file system; what is kept, the board copies
itself. When every byte is compared, one rename makes it the image to install. The board does so at
once or, where its power is cut meanwhile, at its next boot (modules/minfer/_rom.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minfer.deploy.board import Board, Progress
from minfer.deploy.check import Candidate
from minfer.deploy.romfs import ALIGN, Kept, Piece, build, size_of
from minfer.errors import MinferError

STAGED = "/.minfer-new"
Stage = Callable[[str, int], Progress]  # given a step's name and its bytes, who to tell of them


@dataclass(frozen=True)
class RomFile:
    """A file of ROMFS: where its data starts in the chip's memory, and in the partition."""

    name: str
    address: int
    offset: int
    size: int
    digest: bytes  # SHA-256


def list_rom(board: Board) -> list[RomFile]:
    """The files in ROMFS."""
    return [RomFile(*row) for row in board.values("list_rom()")]


def to_rom(board: Board, models: Sequence[Candidate], stage: Stage) -> list[str]:
    """Adds models to ROMFS, in place of those of the same name. Returns the names of the new ones.

    Raises MinferError, the board unchanged, where there is no room in ROMFS, or to prepare it.
    """
    present = {file.name: file for file in list_rom(board)}
    new = [model for model in models if not _is_there(present.get(model.name), model)]
    if not new:
        return []
    files: dict[str, Piece] = {}
    files.update((file.name, Kept(file.offset, file.size)) for file in present.values())
    files.update((model.name, model.content) for model in new)
    pieces = build(files)
    _expect_room(board, pieces, present)
    _stage(board, pieces, present, stage("sending", size_of(pieces)))
    _install(board, stage("installing", size_of(pieces)))
    _compare(board, models, present)
    return [model.name for model in new]


def _is_there(file: RomFile | None, model: Candidate) -> bool:
    digest = hashlib.sha256(model.content).digest()
    return file is not None and file.digest == digest and file.address % ALIGN == 0


def _expect_room(board: Board, pieces: Sequence[Piece], present: dict[str, RomFile]) -> None:
    size = size_of(pieces)
    room = board.eval("len(partition())")
    if not room:
        raise MinferError(
            f"{board.port}: this firmware has no ROMFS; use --to fs, or flash minfer's firmware"
        )
    if size > room:
        files = ", ".join(f"{file.name} ({file.size:,})" for file in present.values()) or "nothing"
        raise MinferError(
            f"ROMFS of {board.port} is full: expected room for {size:,} bytes, found {room:,};"
            f" in it: {files}; an empty folder empties it: mpremote romfs deploy FOLDER"
        )
    board.exec(f"remove({STAGED!r})")  # what a power cut left
    needed = size + size // 256 + 8192  # with what a file system needs to keep it
    free = board.eval("free_bytes()")
    if needed > free:
        raise MinferError(
            f"no room to prepare the image in the file system of {board.port}: expected {needed:,}"
            f" bytes free, found {free:,}; delete files there (mpremote rm)"
        )


def _stage(
    board: Board, pieces: Sequence[Piece], present: dict[str, RomFile], progress: Progress
) -> None:
    board.write(STAGED, pieces, progress)
    digests = {file.offset: file.digest for file in present.values()}
    expected = [
        digests[piece.offset] if isinstance(piece, Kept) else hashlib.sha256(piece).digest()
        for piece in pieces
    ]
    if board.values(f"digests({STAGED!r}, {[len(piece) for piece in pieces]})") != expected:
        board.exec(f"remove({STAGED!r})")
        raise MinferError(
            f"{board.port}: the board did not keep what was sent, ROMFS is as it was;"
            " repeat the command"
        )


def _install(board: Board, progress: Progress) -> None:
    done = 0

    def advance(line: str) -> None:
        nonlocal done
        now = int(line.split()[0])
        progress(now - done)
        done = now

    board.exec(f"from minfer import _rom\nos.rename({STAGED!r}, _rom.PENDING)")
    board.exec("_rom.install(print)", advance)


def _compare(board: Board, models: Sequence[Candidate], before: dict[str, RomFile]) -> None:
    """Reads ROMFS back: all that was there and all that was sent, aligned, and models that load."""
    after = {file.name: file for file in list_rom(board)}
    for model in models:
        if not _is_there(after.pop(model.name, None), model):
            raise MinferError(
                f"{board.port}: {model.name} in ROMFS is not what was sent; repeat the command"
            )
        board.exec(f"minfer.load({'/rom/' + model.name!r})\ngc.collect()")
    names = {model.name for model in models}
    kept = {name: file.digest for name, file in before.items() if name not in names}
    if {name: file.digest for name, file in after.items()} != kept:
        raise MinferError(
            f"{board.port}: other files in ROMFS are not what they were; deploy them again"
        )
