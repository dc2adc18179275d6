"""`minfer verify`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Optional

import numpy as np
import typer
from rich.progress import track
from rich.table import Table

from minfer.cli.app import console, progress_console
from minfer.engine import EdgeInfo, Model
from minfer.files import compile_file
from minfer.reference import Reference
from minfer.samples import Sample, random_samples, read_samples
from minfer.targets import TARGETS, open_target

DIFFERENT = 1


def verify(
    model: Path = typer.Argument(..., metavar="MODEL.tflite", help="A fully quantised int8 model."),
    n: int = typer.Option(20, "-n", min=1, help="Random samples."),
    source: Optional[Path] = typer.Option(
        None, "--input", metavar="X.npy", help="Samples of your own, besides the random ones."
    ),
    on: str = typer.Option("host", "--on", help=f"Where to run: {TARGETS}."),
    seed: int = typer.Option(0, "--seed", help="Of the random samples."),
) -> None:
    """Compare every output value with TensorFlow Lite's reference kernels."""
    target = open_target(on)
    file = compile_file(model)
    compiled = Model.load(file)
    sets = {f"random, seed {seed}": random_samples(compiled.inputs, n, seed)}
    if source:
        sets[str(source)] = read_samples(source, compiled.inputs)[0]
    reference = Reference(model.read_bytes())
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("samples", "output"):
        table.add_column(column)
    for column in ("number", "values", "differing", "largest difference"):
        table.add_column(column, justify="right")
    total = 0
    for title, samples in sets.items():
        found = target.run(file, samples)
        expected = [reference.run(sample) for sample in _with_progress(samples)]
        for i, edge in enumerate(compiled.outputs):
            row, differing = _compare(edge, i, found, expected)
            table.add_row(title, edge.name, str(len(samples)), *row)
            total += differing
    console.print(table)
    if total:
        console.print(f"{model}: {total:,} values differ from TensorFlow Lite's reference kernels")
        raise typer.Exit(DIFFERENT)
    console.print(f"{model}: exact on {on}, every value equals TensorFlow Lite's reference kernels")


def _with_progress(samples: Sequence[Sample]) -> Iterable[Sample]:
    quiet = not progress_console.is_terminal
    return track(samples, "reference", console=progress_console, transient=True, disable=quiet)


def _compare(
    edge: EdgeInfo, i: int, found: Sequence[Sample], expected: Sequence[Sample]
) -> tuple[list[str], int]:
    """Values, differing ones and the largest difference of output `i`, in its own unit."""
    ours = np.stack([sample[i] for sample in found])
    theirs = np.stack([sample[i] for sample in expected]).reshape(ours.shape)
    differing = int(np.count_nonzero(ours != theirs))
    largest = np.abs(ours.astype(np.float64) - theirs.astype(np.float64)).max()
    return [f"{ours.size:,}", f"{differing:,}", f"{largest:g}"], differing
