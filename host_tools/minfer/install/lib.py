"""minfer into a board's file system: beside what is there, compared, tried, and then renamed."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import PurePosixPath

from minfer.deploy import Board
from minfer.deploy.files import is_there, write_checked
from minfer.deploy.rom import Stage
from minfer.errors import MinferError
from minfer.install.build import Build
from minfer.install.firmware import introduce

BLOCK = 4096  # bytes of a file system of flash that a file may leave unused
FOLDERS = 4  # blocks that folders take


def to_lib(board: Board, build: Build, stage: Stage) -> tuple[str, bool]:
    """Installs `build` where the board looks for libraries. Returns where, and whether it is new.

    Raises MinferError where something is in the way; what was installed is then as it was.
    """
    lib = _find_lib(board)
    board.prepare()
    new = f"{lib}/.minfer-new"
    board.exec(f"remove_tree({new!r})")  # what a power cut left
    if all(is_there(board, f"{lib}/{name}", content) for name, content in build.files.items()):
        return lib, False
    _check_room(board, build)
    try:
        _write(board, build, new, stage)
        _try(board, build, new)
        board.exec(f"swap({new!r}, {lib!r})")
    except MinferError:
        with suppress(MinferError):  # the board may be gone
            board.exec(f"remove_tree({new!r})")
        raise
    return lib, True


def _find_lib(board: Board) -> str:
    # The folder that mip installs to.
    paths = board.eval("sys.path")
    libs = [path for path in paths if path.endswith("/lib") and not path.startswith("/rom")]
    if not libs:
        raise MinferError(
            f"{board.port}: expected a folder for libraries in sys.path, found {paths};"
            " minfer needs a firmware with a file system"
        )
    hiding = board.values(f"hiding({libs[0]!r})")
    if hiding:
        raise MinferError(
            f"{board.port}: expected no minfer outside of {libs[0]}, found {hiding[0]}, which would"
            f" be imported instead; remove it: mpremote rm -r :{hiding[0]}"
        )
    return libs[0]


def _check_room(board: Board, build: Build) -> None:
    needed = build.size + len(build.files) * BLOCK + FOLDERS * BLOCK
    free = board.eval("free_bytes()")
    if needed > free:
        raise MinferError(
            f"the file system of {board.port} is full: expected {needed:,} bytes free for minfer,"
            f" found {free:,}; delete files there (mpremote rm)"
        )


def _write(board: Board, build: Build, new: str, stage: Stage) -> None:
    progress = stage("minfer", build.size)
    for name, content in build.files.items():
        path = f"{new}/{name}"
        board.exec(f"make_folders({str(PurePosixPath(path).parent)!r})")
        write_checked(board, path, content, progress)


def _try(board: Board, build: Build, new: str) -> None:
    """Imports from `new`, as only the board can say whether its RAM is enough."""
    board.reset()
    introduce(board)
    free = board.eval("free_heap()")
    reason = board.eval(f"trial({new!r})")
    board.reset()  # it may have taken all of the RAM
    introduce(board)
    if reason is None:
        return
    wanted = re.match(r"MemoryError: .* (\d+) bytes", reason)
    if wanted:
        raise MinferError(
            f"{board.port}: expected {int(wanted[1]):,} bytes of RAM in one piece to import minfer,"
            f" found {free:,} in all, not enough; keep boot.py small, leave operators out"
            f' (MINFER_OPS="..." make natmod ARCH={build.arch}), or flash minfer\'s firmware'
        )
    raise MinferError(f"{board.port}: the board cannot import minfer: {reason}")
