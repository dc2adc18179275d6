"""`minfer convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import typer

from minfer.cli.app import console
from minfer.engine import Model
from minfer.errors import ConvertError
from minfer.files import compile_file, write_atomically
from minfer.targets.operators import check_operators


def convert(
    model: Path = typer.Argument(..., metavar="MODEL.tflite", help="A fully quantised int8 model."),
    output: Optional[Path] = typer.Option(
        None,
        "-o",
        "--output",
        help="The file to write; beside the model, ending .mnf, if not given.",
    ),
    labels: Optional[Path] = typer.Option(
        None, "--labels", help="A text file with the label of each class on a line of its own."
    ),
    name: Optional[str] = typer.Option(
        None, "--name", help="The model's name; that of the file if not given."
    ),
    frontend: Optional[Path] = typer.Option(
        None,
        "--frontend",
        metavar="RECIPE.toml",
        help="The front end and the decision of minfer.pipeline(), to travel in the file.",
    ),
    samples: Optional[Path] = typer.Option(
        None,
        "--samples",
        metavar="X.npy",
        help="Windows of features from training, whose statistics the recipe is to have.",
    ),
    min_ram: bool = typer.Option(
        False,
        "--min-ram",
        help="Compute bands of rows, one after the other, where that needs less RAM; says what it costs.",
    ),
    ops_of: Optional[str] = typer.Option(
        None,
        "--ops-of",
        metavar="FIRMWARE",
        help="Refuse what it lacks an operator for: unix, a program, or serial:PORT.",
    ),
    columns: bool = typer.Option(
        True,
        "--columns/--no-columns",
        help="Order the weights of fully connected layers of 16 channels or more by columns: inputs of zero cost nothing,"
        " a Pico is twice as fast; in flash, channels are rounded up to a multiple of 8. Or leave them as in the model,"
        " for firmware with a CMSIS-NN of yours.",
    ),
) -> None:
    """Compile a TensorFlow Lite model to the file that runs on the chip."""
    target = output or model.with_suffix(".mnf")
    settings = (model, name or "", _read_labels(labels) if labels else (), frontend, samples)
    file = compile_file(*settings, min_ram=min_ram, columns=columns)
    compiled = Model.load(file)
    if ops_of:
        check_operators(compiled, ops_of)
    write_atomically(target, file)
    macs = sum(op.macs for op in compiled.ops)
    console.print(
        f"{target}: {len(compiled.ops)} operators, {macs:,} MACs,"
        f" arena {compiled.arena_size:,} bytes of RAM, file {compiled.size:,} bytes of flash"
    )
    if min_ram:
        console.print(_saved(Model.load(compile_file(*settings)), compiled))


def _saved(whole: Model, banded: Model) -> str:
    """What bands of rows save and cost."""
    kept = sum(op.outputs[0].size for op in banded.ops if op.rows and op.name == "COPY")
    if not any(op.rows for op in banded.ops):
        return "--min-ram: no bands of rows make the arena smaller"
    macs, before = (sum(op.macs for op in model.ops) for model in (banded, whole))
    return (
        f"--min-ram: arena {whole.arena_size:,} to {banded.arena_size:,} bytes;"
        f" {100 * (macs - before) / max(1, before):+.1f} % MACs, {kept:,} bytes copied,"
        f" {len(banded.ops) - len(whole.ops):,} operators and {banded.size - whole.size:,} bytes of flash more"
    )


def _read_labels(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text("utf-8").strip().splitlines()]
    except UnicodeDecodeError as error:
        raise ConvertError(
            f"{path}: expected labels as UTF-8 text, found bytes of another kind"
        ) from error
