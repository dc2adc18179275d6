"""`minfer profile`."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import typer
from rich.table import Table

from minfer.cli.app import console
from minfer.files import load_model
from minfer.samples import random_samples, read_samples
from minfer.targets import BOARDS, open_board


def profile(
    model: Path = typer.Argument(..., metavar="MODEL.mnf", help="A .mnf, or a .tflite to try."),
    source: Optional[Path] = typer.Option(
        None,
        "--input",
        metavar="X.npy",
        help="Its first sample is run; if not given, a random one.",
    ),
    on: str = typer.Option("pico", "--on", help=f"Where to run: {BOARDS}."),
) -> None:
    """Show what each operator costs on the chip."""
    target = open_board(on)
    loaded, file = load_model(model)
    if source:
        sample = read_samples(source, loaded.inputs)[0][0]
    else:
        sample = random_samples(loaded.inputs, 1, seed=0)[0]
    times = target.profile(file, sample)
    table = Table(box=None, header_style="bold", pad_edge=False, show_footer=True)
    rows = [(op.macs, time.microseconds, time.cycles) for op, time in zip(loaded.ops, times)]
    total = [sum(row[i] for row in rows) for i in range(3)]
    table.add_column("#")
    table.add_column("operator", "total")
    for title, footer in zip(("ms", "cycles", "MACs", "cycles/MAC"), _figures(*total)):
        table.add_column(title, footer, justify="right", no_wrap=True)
    for op, row in zip(loaded.ops, rows):
        table.add_row(str(op.index), op.title, *_figures(*row))
    console.print(table)


def _figures(macs: int, microseconds: int, cycles: int) -> list[str]:
    each = f"{cycles / macs:.1f}" if macs else ""
    return [f"{microseconds / 1000:,.2f}", f"{cycles:,}", f"{macs:,}", each]
