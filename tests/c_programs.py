"""Builds the C test programs, once a session and only when a source is newer."""

from __future__ import annotations

import fcntl
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "tests"
MINFER = ROOT / "cmodules" / "minfer"
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-format-nonliteral"]
SANITIZERS = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
EXTRA = sorted((MINFER / "kernels" / "extra").glob("*.c"))
KERNELS = [path for path in sorted((MINFER / "kernels").glob("*/*.c")) if path not in EXTRA]


def engine_sources() -> list[Path]:
    """The engine, its operators and its front ends, without the kernels that a CMSIS-NN may stand in for."""
    return [path for part in ("engine", "ops", "signal", "kernels/extra") for path in sorted((MINFER / part).glob("*.c"))]


def includes(kernels: Path = MINFER / "kernels" / "include") -> list[str]:
    """Compiler flags for the folders the engine's headers lie in."""
    return [f"-I{folder}" for folder in (MINFER, MINFER / "engine", kernels)]


def compile_c(name: str, sources: list[Path], flags: list[str], compiler: str = "gcc") -> Path:
    """Compiles and links `sources` with -O2 into build/tests/`name`; raises CalledProcessError on any warning."""
    BUILD.mkdir(parents=True, exist_ok=True)
    program = BUILD / name
    headers = [*MINFER.rglob("*.h"), *(ROOT / "tests").rglob("*.h"), Path(__file__)]
    newest = max(path.stat().st_mtime for path in [*sources, *headers])
    with (BUILD / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists() or program.stat().st_mtime < newest:
            command = [
                compiler,
                "-std=gnu99",
                "-O2",
                *WARNINGS,
                *includes(),
                *map(str, sources),
                "-o",
                str(program),
                *flags,
            ]
            subprocess.run(command, check=True)
    return program


def sanitized(source: str) -> Path:
    """A test program of tests/ with the whole engine, under ASan and UBSan."""
    path = ROOT / "tests" / source
    return compile_c(path.stem, [path, *engine_sources(), *KERNELS], SANITIZERS)
