#!/usr/bin/env python3
"""Prints, as Markdown, what native modules cost: for each architecture the module's bytes, the heap an import takes, and
for each real model whether it fits and is exact, with the instructions of one inference.

    tests/natmod/table.py [TARGET...]

Counted with the module itself on the firmware without minfer that the device tests run it on; a run() from Python, all that
the interpreter does for it included. On x64 nothing is counted, and code lies outside of the heap.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "bench")]
import cores  # noqa: E402
import run  # noqa: E402

PLUGIN = run.ROOT / "build" / "bench"


def address(firmware: Path, name: str) -> int:
    """Of a function in the firmware."""
    with firmware.open("rb") as file:
        symbol = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name(name)[0]
    return symbol["st_value"] & ~1  # of Thumb code the lowest bit is set


def measure(target: run.Target, model: str) -> tuple[int | None, str]:
    """Bytes of heap that the import takes, None where nothing ran; and a cell of the table."""
    try:
        _, folder = run.prepare(f"exact:{model}", target)
    except run.MissingError as missing:
        return None, f"not measured: {missing}"
    shutil.copy(HERE / "cost.py", folder)
    counts = folder / "counts"
    options = []
    if isinstance(target, (run.Qemu, run.QemuXtensa)):
        mark = address(target.image, "mp_hal_ticks_cpu")
        options = ["-plugin", f"{PLUGIN / 'count.so'},out={counts},mark={mark:#x}"]
    well, output = target.run("cost.py", folder, *options)
    if output.startswith("SKIP"):
        return None, "no: its file does not fit"
    taken = re.search(r"^import (\d+)", output, re.MULTILINE)
    heap = int(taken[1]) if taken else None
    if "\nSKIP" in output:
        return heap, "no: its arena does not fit"
    if not well or not output.endswith("ok\n"):
        return heap, "FAILED: " + output.strip().splitlines()[-1]
    if not counts.exists():
        return heap, "exact"
    begin, middle, end = map(int, counts.read_text().split()[:3])
    return heap, f"exact, {end - middle - (middle - begin):,}"


def main(names: list[str]) -> int:
    """The command line."""
    targets = [run.find_target(name) for name in names] or [t for t in run.NATIVE if not isinstance(t, run.EmulatedPico)]
    try:
        cores.build([], PLUGIN)
        for target in targets:
            target.check()
    except (run.MissingError, cores.BenchError) as error:
        print(f"table.py: {error}", file=sys.stderr)
        return 2
    print("| on | architecture | `_minfer.mpy` | heap after import | " + " | ".join(run.GOLDEN) + " |")
    print("| --- | --- |" + " ---: |" * (2 + len(run.GOLDEN)))
    failed = False
    for target in targets:
        rows = [measure(target, model) for model in run.GOLDEN]
        heap = max((taken for taken, _ in rows if taken is not None), default=0)
        size = (run.NATMOD / target.arch / "_minfer.mpy").stat().st_size
        cells = [cell for _, cell in rows]
        failed = failed or any(cell.startswith("FAILED") for cell in cells)
        print(f"| {target.name} | {target.arch} | {size:,} | {heap:,} | {' | '.join(cells)} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
