"""Fuzzes the loader and one run of what it lets through: `python tests/fuzz/fuzz.py MINUTES`, or `make fuzz MINUTES=2`.

The corpus is made by the compiler from generated cases of every operator, and kept with what the fuzzer finds in
build/tests/fuzz/corpus. A crash, a finding of a sanitizer or an input that takes 25 s ends it with the input in
build/tests/fuzz. Otherwise it prints executions, coverage, and how often each refusal was reached.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "host")]

from c_programs import BUILD, KERNELS, compile_c, engine_sources  # noqa: E402

COMPILER = "clang-14"
FLAGS = ["-g", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"]
FOLDER = BUILD / "fuzz"
CORPUS = FOLDER / "corpus"
FILES_PER_OPERATOR = 24
MAX_LENGTH = 8192
# What no file can be refused for: by a firmware with all operators.
UNREACHABLE = {"OP_LEFT_OUT"}


@dataclass(frozen=True)
class Report:
    """What a run of the fuzzer did: `refused` counts how often a file was refused, by reason, 0 where it never was."""

    executions: int
    covered: int
    valid: str
    refused: dict[str, int]

    @property
    def missed(self) -> list[str]:
        """Reasons no file was refused for."""
        return sorted(
            name for name, n in self.refused.items() if n == 0 and name not in UNREACHABLE
        )

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {n:,}" for name, n in self.refused.items() if n)
        return (
            f"{self.executions:,} executions, {self.covered:,} edges covered; {self.valid}\n"
            f"refused: {counts}\nrefusals not reached: {', '.join(self.missed) or 'none'}"
        )


def seeds() -> Iterator[tuple[str, bytes]]:
    """Names and bytes of model files: small ones, of every operator the tables of generated cases have in each layout, and in bands of rows."""
    import minfer
    from banded import compile_in_bands
    from cases import all_specs

    files: dict[str, dict[bytes, str]] = defaultdict(dict)
    for spec in all_specs():
        model = spec.case().model
        file = minfer.compile_model(model)
        layouts = {op.layout for op in minfer.Model.load(file).ops}
        files[f"{spec.operator}-{max(layouts, default=0)}"].setdefault(file, spec.name)
        banded = compile_in_bands(model, max, lambda rows: (rows // 2, rows))
        if banded is not None:
            files["BANDS"].setdefault(banded, spec.name)
    for operator, named in files.items():
        # Evenly from the table, whose lines lie beside their like.
        fitting = [file for file in named if len(file) <= MAX_LENGTH]
        step = max(1, len(fitting) // FILES_PER_OPERATOR)
        for i, file in enumerate(fitting[::step]):
            yield f"{operator}-{i}", file


def program() -> Path:
    """The fuzz target; raises CalledProcessError on any warning."""
    sources = [ROOT / "tests/fuzz/fuzz.c", *engine_sources(), *KERNELS]
    return compile_c("fuzz.libfuzzer", sources, FLAGS, compiler=COMPILER)


def fuzz(seconds: int) -> Report:
    """Runs the fuzzer for so long; raises AssertionError with its words where it found something."""
    target = program()
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, file in seeds():
        (CORPUS / name).write_bytes(file)
    command = [
        target, CORPUS, f"-max_total_time={seconds}", f"-max_len={MAX_LENGTH}", "-timeout=25", "-rss_limit_mb=4096",
        f"-artifact_prefix={FOLDER}/", "-print_final_stats=1", "-reload=0",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stderr[-6000:]
    covered = re.findall(r"cov: (\d+)", done.stderr)
    executions = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    valid = re.search(r"^valid .*$", done.stdout, re.M)
    refused = {name: int(n) for name, n in re.findall(r"^refused (\w+) (\d+)$", done.stdout, re.M)}
    return Report(int(executions[1]), int(covered[-1]), valid[0], refused)


def main() -> int:
    """The command line."""
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        print("usage: fuzz.py MINUTES", file=sys.stderr)
        return 2
    if shutil.which(COMPILER) is None:
        print(
            f"fuzz.py: expected {COMPILER} with libFuzzer, found none: install clang-14 and libclang-rt-14-dev",
            file=sys.stderr,
        )
        return 2
    try:
        print(fuzz(60 * int(sys.argv[1])))
    except AssertionError as found:
        print(found, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
