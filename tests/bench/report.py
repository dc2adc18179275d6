"""What was measured, as tables: for a person at a terminal, in Markdown, and compared with an earlier measurement."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from rich.console import Console
from rich.table import Table

BASELINES = json.loads(Path(__file__).with_name("baselines.json").read_text("utf-8"))
HERTZ = 125_000_000  # a Pico's clock when it starts
MISSING = ""

Result = dict[str, Any]  # as bench.py's measure() makes it


@dataclass(frozen=True)
class Sheet:
    """A table: its first column holds words, the others numbers."""

    title: str
    columns: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """The table under its title."""
        rule = ["---"] + ["---:"] * (len(self.columns) - 1)
        lines = ["| " + " | ".join(row) + " |" for row in (self.columns, rule, *self.rows)]
        return "\n".join([f"**{self.title}**", "", *lines])

    def show(self, console: Console) -> None:
        """Prints it."""
        table = Table(title=self.title, title_justify="left", title_style="bold")
        for i, column in enumerate(self.columns):
            table.add_column(column, justify="right" if i else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)


def sheets(result: Result) -> Iterator[Sheet]:
    """All tables of a measurement, those without a row left out."""
    made = (_instructions, _cycles, _memory, _code, _kinds)
    yield from (sheet for sheet in (make(result) for make in made) if sheet.rows)


def method(result: Result) -> str:
    """A paragraph: what was measured with which tools."""
    words = [f"Revision {result['revision']}, engine compiled with `{result['flags']}`."]
    for core in result["cores"].values():
        words.append(
            f"{core['title']}: {core['compiler']}, `{core['flags']}`, on {core['machine']}."
        )
    words.append(f"Ratios are to {BASELINES['what'].partition(',')[0]} ({BASELINES['source']}).")
    return "\n".join(words)


def markdown(result: Result) -> str:
    """Everything, as a page."""
    return "\n\n".join([method(result), *(sheet.markdown() for sheet in sheets(result))]) + "\n"


def show(result: Result, old: Optional[Result], console: Console) -> None:
    """Prints everything, with the ratios to an older measurement if there is one."""
    console.print(method(result), soft_wrap=True)
    for sheet in (*sheets(result), *(compare(result, old) if old else ())):
        sheet.show(console)


def ratio(value: Optional[float], base: Optional[float]) -> str:
    """`value` as a multiple of `base`, where both are known."""
    return f"{value / base:.2f}" if value is not None and base else MISSING


def _look(tree: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(tree, dict) or key not in tree:
            return None
        tree = tree[key]
    return tree


def _base(figure: str, name: str, *path: str) -> Any:
    """Of a model, however it was converted."""
    return _look(BASELINES, figure, name.partition("-")[0], *path)


def _with_ratio(text: str, value: Optional[float], base: Optional[float]) -> str:
    found = ratio(value, base)
    return f"{text} ({found})" if found else text


def _millions(value: float) -> str:
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e6:.3f} M"


def _instructions(result: Result) -> Sheet:
    rows = []
    for name, model in result["models"].items():
        row = [name]
        for core in result["cores"]:
            run = _look(model, core, "run")
            base = _base("instructions", name, core)
            text = "" if run is None else f"{_millions(run)}, {run / model['macs']:.2f}"
            row.append(_with_ratio(text, run, base))
        rows.append(row)
    titles = [core["title"] for core in result["cores"].values()]
    return Sheet(
        "Instructions of one inference: all, a MAC, and the ratio",
        ["model", *titles],
        rows if titles else [],
    )


def _cycles(result: Result) -> Sheet:
    columns = ["model", "one core", "a MAC", "ms at 125 MHz", "two cores", "two / one", "load, ms"]
    rows = []
    for name, model in result["models"].items():
        one, two = _look(model, "pico1", "run"), _look(model, "pico2", "run")
        if one is None:
            continue
        rows.append(
            [
                name,
                _with_ratio(_millions(one), one, _base("cycles", name)),
                f"{one / model['macs']:.2f}",
                f"{one / HERTZ * 1e3:.1f}",
                MISSING if two is None else _millions(two),
                ratio(two, one),
                f"{model['pico1']['load'] / HERTZ * 1e3:.1f}",
            ]
        )
    return Sheet("Cycles of one inference on the emulated Pico", columns, rows)


def _memory(result: Result) -> Sheet:
    columns = ["model", "MACs", "arena", "scratch", "file", "code for it on Cortex-M0+"]
    rows = []
    for name, model in result["models"].items():
        arena, code = model["arena"], _look(model, "m0plus", "code")
        rows.append(
            [
                name,
                f"{model['macs']:,}",
                _with_ratio(f"{arena:,}", arena, _base("arena", name)),
                f"{model['scratch']:,}",
                f"{model['file']:,}",
                _with_ratio(f"{code:,}" if code else MISSING, code, _base("code", name)),
            ]
        )
    title = "Bytes: RAM of the arena, the largest scratch in it, the model file, the engine with its operators only"
    return Sheet(title, columns, rows)


def _code(result: Result) -> Sheet:
    parts = ["engine", "ops", "kernels", "library"]
    rows = [
        [
            core["title"],
            *(f"{core['code'][part]:,}" for part in parts),
            f"{sum(core['code'].values()):,}",
        ]
        for core in result["cores"].values()
    ]
    title = "Bytes of code and constants with every operator; library: what the compiler's adds"
    return Sheet(title, ["core", *parts, "together"], rows)


def _kinds(result: Result) -> Sheet:
    places = [*result["cores"], *_picos(result)]
    rows = []
    for name, model in result["models"].items():
        for kind in model["kinds"]:
            row = [f"{name} {kind}", f"{model['kinds'][kind]:,}"]
            for place in places:
                value = _look(model, place, "kinds", kind)
                row.append(MISSING if value is None else f"{value:,}")
            rows.append(row)
    columns = ["operators of a kind", "MACs", *(_title(result, place) for place in places)]
    return Sheet("Instructions, and cycles of the Pico, by kind of operator", columns, rows)


def compare(new: Result, old: Result) -> Iterator[Sheet]:
    """Ratios new / old of all that both have: whole inferences and memory, then kinds of operators."""
    places = [
        place for place in (*new["cores"], *_picos(new)) if place in (*old["cores"], *_picos(old))
    ]
    titles = [_title(new, place) for place in places]

    def row(label: str, *paths: Callable[[Result], Any]) -> list[str]:
        return [label, *(ratio(path(new), path(old)) for path in paths)]

    def at(*path: str) -> Callable[[Result], Any]:
        return lambda result: _look(result, "models", *path)

    shared = [name for name in new["models"] if name in old["models"]]
    whole = [
        row(
            name, *(at(name, place, "run") for place in places), at(name, "arena"), at(name, "file")
        )
        for name in shared
    ]
    revisions = f"new / old ({new['revision']} / {old['revision']})"
    yield Sheet(f"Inference, {revisions}", ["model", *titles, "arena", "file"], whole)
    kinds = [
        row(f"{name} {kind}", *(at(name, place, "kinds", kind) for place in places))
        for name in shared
        for kind in new["models"][name]["kinds"]
    ]
    yield Sheet(f"Kinds of operators, {revisions}", ["operators of a kind", *titles], kinds)
    cores = [
        [core["title"], ratio(sum(core["code"].values()), sum(old["cores"][name]["code"].values()))]
        for name, core in new["cores"].items()
        if name in old["cores"]
    ]
    if cores:
        yield Sheet(f"Bytes of code, {revisions}", ["core", "together"], cores)


def _picos(result: Result) -> list[str]:
    names = ("pico1", "pico2")
    return [n for n in names if any(n in model for model in result["models"].values())]


def _title(result: Result, place: str) -> str:
    titles = {"pico1": "Pico, one core", "pico2": "Pico, two cores"}
    return titles[place] if place in titles else result["cores"][place]["title"]
