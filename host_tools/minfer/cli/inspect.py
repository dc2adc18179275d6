"""`minfer inspect`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from rich.table import Table

from minfer.cli.app import console
from minfer.files import load_model
from minfer.inspection import describe


def inspect(
    file: Path = typer.Argument(..., metavar="FILE", help="A .mnf, or a .tflite to try."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object."),
) -> None:
    """Show what a model holds and what it costs."""
    model, _ = load_model(file)
    facts = describe(model)
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    console.print(
        f"{facts['name']}: {len(facts['operators'])} operators, {facts['macs']:,} MACs,"
        f" arena {facts['arena_bytes']:,} bytes of RAM,{_state(facts['state_bytes'])} file {facts['file_bytes']:,} bytes of flash"
        f" ({facts['weight_bytes']:,} of constants)"
    )
    for what in ("inputs", "outputs"):
        for edge in facts[what]:
            console.print(
                f"{what[:-1]} '{edge['name']}': {edge['face']} {_shape(edge['shape'])},"
                f" scale {edge['scale']:.8g}, zero point {edge['zero_point']}"
            )
    if facts["labels"]:
        console.print(f"labels: {', '.join(facts['labels'])}")
    for name, table in (facts["recipe"] or {}).items():
        console.print(f"{name}: {', '.join(_setting(*item) for item in table.items())}")
    needs = (f"{n['operator']} version {n['version']} layout {n['layout']}" for n in facts["needs"])
    console.print(f"needs: {', '.join(needs) or 'no operator'}")
    console.print(_operators(facts["operators"]))
    _print_peak(facts)


def _operators(operators: list[dict[str, Any]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("#", "operator", "in", "out"):
        table.add_column(column, no_wrap=True)
    for column in ("MACs", "weights", "scratch"):
        table.add_column(column, justify="right", no_wrap=True)
    for op in operators:
        table.add_row(
            str(op["index"]),
            op["title"],
            " + ".join(map(_shape, op["inputs"])),
            " + ".join(map(_shape, op["outputs"])),
            f"{op['macs']:,}",
            f"{op['weight_bytes']:,}" + ("" if op["layout"] == "rows" else f" by {op['layout']}"),
            f"{op['scratch_bytes']:,}",
        )
    return table


def _print_peak(facts: dict[str, Any]) -> None:
    peak = facts["peak"]
    if peak["operator"] is None:
        return
    title = facts["operators"][peak["operator"]]["title"]
    console.print(
        f"peak: {peak['bytes']:,} of {facts['arena_bytes']:,} arena bytes in use"
        f" at operator {peak['operator']} ({title}):"
    )
    for occupant in peak["occupants"]:
        end = occupant["offset"] + occupant["size"]
        console.print(f"  {occupant['offset']:>8,} to {end:>8,}  {occupant['what']}")


def _setting(name: str, value: Any) -> str:
    """Of a recipe; long lists only by their length."""
    text = json.dumps(value, ensure_ascii=False)
    return f"{name} {text if len(text) <= 60 else f'of {len(value)}'}"


def _state(size: int) -> str:
    """Of models that keep something from run to run."""
    return f" state {size:,} bytes," if size else ""


def _shape(shape: list[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"
