"""Models into a board's file system, each by a temporary name, a comparison and a rename."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from minfer.deploy.board import Board, Progress
from minfer.deploy.check import Candidate
from minfer.deploy.rom import Stage
from minfer.errors import MinferError


def to_files(board: Board, models: Sequence[Candidate], stage: Stage) -> list[str]:
    """Writes models to the root folder. Returns the names of those that were not there yet.

    Raises MinferError where there is no room; a file of the same name is then as it was.
    """
    new = [model for model in models if not is_there(board, f"/{model.name}", model.content)]
    for model in new:
        temporary = f"/.{model.name}"
        board.exec(f"remove({temporary!r})")  # what a power cut left
        needed = len(model.content) + len(model.content) // 256 + 8192
        free = board.eval("free_bytes()")
        if needed > free:
            raise MinferError(
                f"the file system of {board.port} is full: expected {needed:,} bytes free for"
                f" {model.name}, found {free:,}; delete files there (mpremote rm)"
            )
        write_checked(board, temporary, model.content, stage(model.name, len(model.content)))
        board.exec(f"os.rename({temporary!r}, {'/' + model.name!r})")
    return [model.name for model in new]


def write_checked(board: Board, path: str, content: bytes, progress: Progress) -> None:
    """Writes a file under a temporary name. Raises MinferError where the board has not kept it."""
    board.write(path, [content], progress)
    if not is_there(board, path, content):
        board.exec(f"remove({path!r})")
        raise MinferError(
            f"{board.port}: the board did not keep what was sent, all is as it was;"
            " repeat the command"
        )


def is_there(board: Board, path: str, content: bytes) -> bool:
    """Whether a file of the board has this content."""
    size = len(content)
    if board.eval(f"size_of({path!r})") != size:
        return False
    return board.values(f"digests({path!r}, [{size}])") == [hashlib.sha256(content).digest()]
