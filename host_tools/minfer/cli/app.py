"""The Typer application, and the one place where errors become a line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from typer.core import TyperGroup

from minfer.deploy.rom import Stage
from minfer.errors import MinferError

BAD_INPUT = 2

# Names may hold what rich takes for markup; a line stays one however narrow the terminal.
# What is no terminal has no width, and tables shall keep their cells whole.
console = Console(
    markup=False, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200
)
progress_console = Console(stderr=True)


class Commands(TyperGroup):
    """Commands whose bad input ends in one line on standard error and exit code 2."""

    def invoke(self, ctx):
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except MinferError as error:
            _refuse(str(error))
        except OSError as error:
            _refuse(f"{error.filename}: {error.strerror}" if error.filename else str(error))


app = typer.Typer(
    cls=Commands,
    help="int8 neural networks on MicroPython: convert, inspect, run and verify models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@contextmanager
def transfer_bar() -> Iterator[Stage]:
    """A progress bar for what goes to a board, on a terminal: a row for each step begun with it."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        console=progress_console,
        transient=True,
        disable=not progress_console.is_terminal,
    ) as bar:

        def stage(name: str, total: int):
            task = bar.add_task(name, total=total)
            return lambda done: bar.advance(task, done)

        yield stage


def _refuse(text: str) -> None:
    typer.echo(f"minfer: {' '.join(text.split())}", err=True)
    raise typer.Exit(BAD_INPUT)


def main() -> None:
    """The entry point of the script `minfer`."""
    app()
