"""`minfer deploy`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Optional

import typer
from rich.table import Table

from minfer.cli.app import console, transfer_bar
from minfer.deploy import (
    Board,
    Candidate,
    check_models,
    find_port,
    list_rom,
    read_models,
    to_files,
    to_rom,
)


class Place(str, Enum):
    """Where models go."""

    romfs = "romfs"
    fs = "fs"


def deploy(
    paths: list[Path] = typer.Argument(..., metavar="MODEL.mnf...", help="What to put there."),
    port: Optional[str] = typer.Option(
        None, "--port", help="The board's serial port; the only one there is, if not given."
    ),
    to: Place = typer.Option(
        Place.romfs, "--to", help="romfs: used in place, in flash. fs: a file, read into RAM."
    ),
) -> None:
    """Put models on a board; those already there stay."""
    models = read_models(paths)
    with Board(find_port(port)) as board:
        check_models(board, models, in_ram=to is Place.fs)
        send = to_rom if to is Place.romfs else to_files
        with transfer_bar() as stage:
            new = send(board, models, stage)
        for model in models:
            state = "deployed" if model.name in new else "there already, unchanged"
            console.print(f"{_path(to, model)}: {state}")
        if to is Place.romfs:
            console.print(_contents(board))


def _path(to: Place, model: Candidate) -> str:
    return f"/rom/{model.name}" if to is Place.romfs else f"/{model.name}"


def _contents(board: Board) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("in ROMFS")
    for column in ("bytes", "address"):
        table.add_column(column, justify="right")
    for file in list_rom(board):
        table.add_row(file.name, f"{file.size:,}", f"0x{file.address:08x}")
    return table
