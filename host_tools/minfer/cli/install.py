"""`minfer install`."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import typer

from minfer.cli.app import console, transfer_bar
from minfer.deploy import Board, find_port
from minfer.install import ask, read_build, to_lib


def install(
    port: Optional[str] = typer.Option(
        None, "--port", help="The board's serial port; the only one there is, if not given."
    ),
    folder: Optional[Path] = typer.Option(
        None,
        "--from",
        metavar="FOLDER",
        help="Where a folder for each architecture lies; build/natmod, if not given.",
    ),
) -> None:
    """Put minfer on a board that runs MicroPython's own firmware."""
    with Board(find_port(port), needs_minfer=False) as board:
        firmware = ask(board)
        if firmware.has_minfer:
            console.print(f"{board.port}: {firmware} has minfer built in, nothing to install")
            return
        build = read_build(firmware, folder)
        with transfer_bar() as stage:
            lib, is_new = to_lib(board, build, stage)
        state = "installed" if is_new else "there already, unchanged"
        console.print(f"{lib}/minfer for {build.arch}: {state}")
