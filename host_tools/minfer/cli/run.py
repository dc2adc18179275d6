"""`minfer run`."""

from __future__ import annotations

from pathlib import Path

import typer

from minfer.cli.app import console
from minfer.files import load_model, write_atomically
from minfer.samples import read_samples, write_samples
from minfer.targets import TARGETS, open_target


def run(
    model: Path = typer.Argument(..., metavar="MODEL.mnf", help="A .mnf, or a .tflite to try."),
    source: Path = typer.Option(
        ..., "--input", metavar="X.npy", help="One sample or several stacked first; .npz by names."
    ),
    sink: Path = typer.Option(..., "--output", metavar="Y.npy", help="The outputs, stacked alike."),
    on: str = typer.Option("host", "--on", help=f"Where to run: {TARGETS}."),
) -> None:
    """Run a model on samples of a numpy file."""
    target = open_target(on)
    loaded, file = load_model(model)
    samples, stacking = read_samples(source, loaded.inputs)
    outputs = target.run(file, samples)
    write_atomically(sink, write_samples(outputs, loaded.outputs, stacking, sink))
    console.print(f"{sink}: {len(samples)} sample{'s' if len(samples) != 1 else ''}")
