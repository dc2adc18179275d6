#!/usr/bin/env python3
"""Counts what models cost: instructions on each core under QEMU, cycles on the emulated Pico, memory.

python tests/bench/bench.py [--models kws,vww] [--on m0plus,m33,pico] [--compare OLD.json]

Every count is exact and the same each time; outputs are compared with the reference's. Writes OUT/bench.json and
OUT/bench.md (OUT is build/bench); a complete measurement also goes into docs/PERFORMANCE.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import cores
import pico_cycles
import report
import workloads
from cores import CORES, BenchError
from rich.console import Console
from workloads import BANDED, LAYERS, NAMES, ROOT, Workload

FIRMWARE = ROOT / "build" / "pico" / "firmware.uf2"
PLACES = (*CORES, "pico")
DOCUMENT = ROOT / "docs" / "PERFORMANCE.md"
TABLE_WIDTH = 150  # of the widest: in a narrower terminal lines that go on are read more easily than columns of five letters
BEGIN, END = "<!-- make bench writes from here -->", "<!-- to here -->"


def revision() -> str:
    """The commit that is measured, with a mark where what is compiled or compiles models differs from it."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(ROOT), *arguments]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", "cmodules", "host_tools")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("-changed" if changed else "")


def measure(
    names: list[str], places: list[str], out: Path, firmware: Path, console: Console
) -> report.Result:
    """Measures models on cores and, as "pico", on the emulated Pico."""
    chosen = [CORES[place] for place in places if place in CORES]
    found = []
    for name in names:
        workload = workloads.find(name)
        if workload is None:
            console.print(f"{name}: left out, its files are not in ../shared, or TensorFlow is not installed")
        else:
            found.append(workload)
    subsets = {w.name: sorted({op.name for op in w.model.ops}) for w in found}
    cores.build([core.name for core in chosen], out, subsets)
    result: report.Result = {
        "revision": revision(),
        "flags": cores.FLAGS,
        "cores": {
            core.name: {
                "title": core.title,
                "compiler": cores.compiler_version(core),
                "flags": core.flags,
                "machine": f"{core.qemu} {core.machine}",
                "code": cores.code_bytes(core, out),
            }
            for core in chosen
        },
        "models": {},
    }
    for workload in found:
        with console.status(workload.name):
            result["models"][workload.name] = _measure_model(
                workload, chosen, places, out, firmware
            )
    return result


def _measure_model(
    workload: Workload, chosen: list[cores.Core], places: list[str], out: Path, firmware: Path
) -> report.Result:
    model = workload.model
    found: report.Result = {
        "macs": sum(op.macs for op in model.ops),
        "kinds": workload.by_kind([op.macs for op in model.ops]),
        "arena": model.arena_size,
        "scratch": max(op.scratch for op in model.ops),
        "file": len(workload.file),
    }
    for core in chosen:
        counts = cores.count(core, workload, out)
        found[core.name] = {
            "run": sum(counts.ops),
            "load": counts.load,
            "kinds": workload.by_kind(counts.ops),
            "code": sum(cores.code_bytes(core, out, workload.name).values()),
        }
    if "pico" in places:
        for place, cycles in zip(("pico1", "pico2"), pico_cycles.count(workload, firmware)):
            found[place] = {
                "run": cycles.whole,
                "load": cycles.load,
                "kinds": workload.by_kind(cycles.ops),
            }
    return found


def document(page: str) -> None:
    """Puts a measurement into docs/PERFORMANCE.md, between its two marks."""
    before, begin, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise BenchError(f"{DOCUMENT.relative_to(ROOT)}: expected the marks {BEGIN} and {END}")
    DOCUMENT.write_text(f"{before}{begin}\n{page}{end}{after}", "utf-8")


def _read(path: Path) -> report.Result:
    try:
        result = json.loads(path.read_text("utf-8"))
    except ValueError:
        result = None
    if not isinstance(result, dict) or not {"revision", "cores", "models"} <= result.keys():
        raise BenchError(f"{path}: expected a bench.json, found another file")
    return result


def _list(choices: tuple[str, ...]):
    def parse(text: str) -> list[str]:
        words = text.split(",")
        unknown = [word for word in words if word not in choices]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"no {', '.join(unknown)}; there are {','.join(choices)}"
            )
        return words

    return parse


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--models",
        type=_list((*NAMES, *BANDED, *LAYERS)),
        default=list(NAMES),
        metavar="NAME,...",
    )
    parser.add_argument("--on", type=_list(PLACES), default=list(PLACES), metavar="PLACE,...")
    parser.add_argument("--compare", type=Path, metavar="OLD.json", help="print ratios to it")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", metavar="FOLDER")
    parser.add_argument(
        "--firmware", type=Path, default=FIRMWARE, metavar="FILE", help="the Pico's"
    )
    arguments = parser.parse_args()
    console = Console()
    console.width = max(console.width, TABLE_WIDTH)
    out = arguments.out.resolve()
    try:
        old = _read(arguments.compare) if arguments.compare else None
        result = measure(arguments.models, arguments.on, out, arguments.firmware, console)
    except (BenchError, OSError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    (out / "bench.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    (out / "bench.md").write_text(report.markdown(result), "utf-8")
    if set(result["models"]) == set(NAMES) and set(arguments.on) == set(PLACES):
        document(report.markdown(result))
    report.show(result, old, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
