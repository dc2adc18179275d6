"""Writes the tables of docs/OPERATORS.md: python tests/host/document.py

What lies outside the marked part of the page is written by hand, and stays. The tables come from the compiler's importers, from
what the generated cases become in the engine, and from the engine's own sources; the bytes of code from arm-none-eabi-gcc
or, where that is missing or of another version than the page says, from the page as it is.
"""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "host")]

import minfer  # noqa: E402
from build import schema  # noqa: E402
from c_programs import BUILD, KERNELS, MINFER, engine_sources, includes  # noqa: E402
from cases import all_specs  # noqa: E402
from minfer.compiler.islands import FUNCTIONS  # noqa: E402
from minfer.compiler.operators import IMPORTERS  # noqa: E402
from minfer.format import DType, Opcode  # noqa: E402

PAGE = ROOT / "docs" / "OPERATORS.md"
BEGIN, END = "<!-- written by tests/host/document.py -->\n", "<!-- to here -->\n"
COMPILER = "arm-none-eabi-gcc"
FLAGS = ["-std=c99", "-O2", "-mcpu=cortex-m0plus", "-mthumb", "-DMNF_PORTABLE"]
OTHERS = ("State of the model.", "In float32, between a DEQUANTIZE and a QUANTIZE.")
SHARED_FILES = ("check", "node", "table")  # of ops/, part of the engine whatever operators it has


def source_rows() -> list[str]:
    """A row for each operator of TensorFlow Lite that the compiler takes."""
    used: dict[str, set[str]] = defaultdict(set)
    types: dict[str, set[DType]] = defaultdict(set)
    count: dict[str, int] = defaultdict(int)
    for spec in all_specs():
        case = spec.case()
        model = minfer.Model.load(minfer.compile_model(case.model))
        count[spec.operator] += 1
        used[spec.operator] |= {op.name for op in model.ops}
        types[spec.operator] |= {edge.face for edge in (*model.inputs, *model.outputs)}
        types[spec.operator] |= {t.dtype for t in model.tensors} & {DType.INT4}
    rows = []
    for name in sorted({*IMPORTERS, *(n for n in count if hasattr(schema.BuiltinOperator, n))}):
        words = inspect.getdoc(IMPORTERS[name]) if name in IMPORTERS else OTHERS[name in FUNCTIONS]
        rows.append(row(
            name,
            ", ".join(map(str, sorted(types[name]))).replace("int4", "int4 weights") or "–",
            ", ".join(sorted(used[name])) or "none",
            str(count[name]),
            " ".join(words.split("\n\n")[0].split()),
        ))  # fmt: skip
    return rows


def definition(name: str) -> tuple[str, bool, list[str]]:
    """Of an operator of the engine: in place of which inputs it may write its output, whether it may write over what it has read of
    the first one, and the published kernels it calls."""
    text = (MINFER / "ops" / f"{name.lower()}.c").read_text("utf-8")
    fields = re.search(rf"mnf_op_def_t mnf_op_{name.lower()} = \{{\s*([^}}]*)\}}", text)[1].split(
        ","
    )
    mask = int(fields[2])
    places = [str(i) for i in range(8) if mask >> i & 1]
    kernels = set(re.findall(r"\barm_\w+_s\d+\b(?!_)", text))
    return " or ".join(places) or "no", "NULL" not in fields[7], sorted(kernels)


def measure() -> dict[str, tuple[int, int]]:
    """Bytes of code and constants on a Cortex-M0+: of each operator its own file, and with all files it needs besides the engine's;
    of `engine` and `all` the same twice."""
    folder = BUILD / "cortex-m0plus"
    folder.mkdir(parents=True, exist_ok=True)
    files = [*(f for f in engine_sources() if f.parent.name != "signal"), *KERNELS]
    size, defined, needed = {}, {}, {}
    for file in files:
        made = folder / f"{file.parent.name}-{file.stem}.o"
        subprocess.run([COMPILER, *FLAGS, *includes(), "-c", file, "-o", made], check=True)
        text, data = subprocess.run(
            ["arm-none-eabi-size", made], capture_output=True, text=True, check=True
        ).stdout.splitlines()[1].split()[:2]  # fmt: skip
        size[file] = int(text) + int(data)
        needed[file] = set()
        symbols = subprocess.run(
            ["arm-none-eabi-nm", "-g", made], capture_output=True, text=True, check=True
        ).stdout
        for line in symbols.splitlines():
            *_, kind, symbol = line.split()
            if kind == "U":
                needed[file].add(symbol)
            else:
                defined[symbol] = file

    def reached(start: Iterable[Path]) -> set[Path]:
        found, left = set(), list(start)
        while left:
            file = left.pop()
            if file not in found:
                found.add(file)
                left += [defined[s] for s in needed[file] if s in defined]
        return found

    table = MINFER / "ops" / "table.c"
    needed[table] = set()  # what it names is what MINFER_OPS picks
    engine = reached(
        f
        for f in files
        if f.parent.name == "engine" or (f.parent.name == "ops" and f.stem in SHARED_FILES)
    )

    def total(of: Iterable[Path]) -> int:
        return sum(size[file] for file in of)

    result = {"engine": (total(engine),) * 2, "all": (total(files),) * 2}
    for op in Opcode:
        own = MINFER / "ops" / f"{op.name.lower()}.c"
        result[op.name] = (size[own], total(reached([own]) - engine))
    return result


def version() -> str:
    """Of the compiler that measures, empty where there is none."""
    if shutil.which(COMPILER) is None:
        return ""
    return subprocess.run(
        [COMPILER, "-dumpfullversion"], capture_output=True, text=True, check=True
    ).stdout.strip()


def measured(page: str) -> dict[str, tuple[int, int]]:
    """The bytes that a page has."""
    found = re.findall(r"^\| \d+ \| (\w+) \|.* \| ([\d,]+) \| ([\d,]+) \|$", page, re.M)
    sizes = {name: (number(own), number(all_of_it)) for name, own, all_of_it in found}
    engine, everything = re.search(
        r"The engine alone takes ([\d,]+) bytes, with all operators and kernels ([\d,]+)", page
    ).groups()
    return {**sizes, "engine": (number(engine),) * 2, "all": (number(everything),) * 2}


def engine_rows(sizes: dict[str, tuple[int, int]]) -> list[str]:
    """A row for each operator of the engine."""
    rows = []
    for op in sorted(Opcode):
        in_place, over_read, kernels = definition(op.name)
        own, with_all = sizes.get(op.name, (0, 0))
        rows.append(
            row(
                str(int(op)),
                op.name,
                "over what is read" if over_read else in_place,
                ", ".join(kernels) or "its own",
                f"{own:,}",
                f"{with_all:,}",
            )
        )
    return rows


def tables(sizes: dict[str, tuple[int, int]], compiler: str) -> str:
    """The generated part of the page."""
    return "\n".join([
        "## TensorFlow Lite's operators", "",
        "Types are those of inputs and outputs compared with the reference, in so many generated cases.", "",
        row("operator", "types", "becomes", "cases", "how"), row(*["---"] * 5), *source_rows(), "",
        "## The engine's operators", "",
        "*In place*: the inputs that the output may overwrite, or *over what is read* of the first one. Bytes are those of code and constants on a Cortex-M0+",
        f"({COMPILER} {compiler} {' '.join(FLAGS[1:])}, portable kernels, without the compiler's own library): of the operator's own file,",
        "and with the kernels and helpers that it needs, some of which others need as well.", "",
        row("opcode", "operator", "in place", "kernels", "bytes", "with kernels"), row(*["---"] * 6), *engine_rows(sizes), "",
        f"The engine alone takes {sizes['engine'][0]:,} bytes, with all operators and kernels {sizes['all'][0]:,}.", "",
    ])  # fmt: skip


def document(page: str) -> str:
    """The page with its tables written anew; the bytes only by the compiler that measured them before."""
    before, rest = page.split(BEGIN)
    behind = rest.split(END)[1]
    known = re.search(rf"{COMPILER} ([\d.]+) -", page)
    compiler = known[1] if known else version()
    sizes = measure() if compiler == version() else measured(page)
    return before + BEGIN + "\n" + tables(sizes, compiler) + "\n" + END + behind


def row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '∣') for cell in cells)} |"


def number(text: str) -> int:
    return int(text.replace(",", ""))


if __name__ == "__main__":
    PAGE.write_text(document(PAGE.read_text("utf-8")), "utf-8")
