"""The ESP32's core: every C source compiles for it without a warning, and what firmware/xtensa has instead of libgcc is right."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
MINFER = ROOT / "cmodules" / "minfer"
XTENSA = ROOT / "firmware" / "xtensa"
MICROPYTHON = ROOT / "build" / "src" / "micropython"
FIRMWARE = ROOT / "build" / "qemu-xtensa"
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-std=gnu99"]
INCLUDES = [f"-I{MINFER / folder}" for folder in ("", "engine", "kernels/include")]
FOLDERS = sorted(
    {
        str(path.parent.relative_to(MINFER))
        for part in ("engine", "ops", "kernels", "signal")
        for path in MINFER.glob(f"{part}/**/*.c")
    }
)


@pytest.fixture(autouse=True)
def tools() -> None:
    """Skips where the compiler or QEMU are not there."""
    for tool in ("xtensa-lx106-elf-ld", "qemu-xtensa"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool}: firmware/setup.sh xtensa installs it on Debian")
    if not (ROOT / "build" / "src" / "llvm" / ".pin").is_file():
        pytest.skip("no LLVM in build/src: firmware/setup.sh xtensa fetches it")


def compiled(*arguments: object) -> None:
    """Runs the compiler; the test fails with what it says."""
    command = [str(XTENSA / "cc"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stderr == ""


@pytest.mark.parametrize("folder", FOLDERS)
def test_sources_compile(folder: str, tmp_path: Path) -> None:
    for source in sorted((MINFER / folder).glob("*.c")):
        compiled("-O2", *WARNINGS, *INCLUDES, "-c", source, "-o", tmp_path / f"{source.stem}.o")


def test_binding_compiles(tmp_path: Path) -> None:
    if not (FIRMWARE / "genhdr" / "qstrdefs.generated.h").is_file():
        pytest.skip("no names of MicroPython's in build/qemu-xtensa: make firmware TARGET=qemu-xtensa")
    includes = [*INCLUDES, f"-I{ROOT / 'boards' / 'QEMU_XTENSA'}", f"-I{MICROPYTHON}", f"-I{FIRMWARE}"]
    for source in sorted((MINFER / "binding").glob("*.c")):
        warnings = [*WARNINGS, "-Wno-unused-parameter"]
        compiled("-Os", *warnings, *includes, "-c", source, "-o", tmp_path / f"{source.stem}.o")


def test_runtime_is_right(tmp_path: Path) -> None:
    """Quotients, conversions and variable arguments, against numpy."""
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 2**32, (2, 3000), dtype=np.uint32)
    bits[:, ::3] &= 0x80FFFFFF  # small ones
    bits[:, 1::50] &= 0xFF800000  # powers of two, infinities, zeros
    a, b = bits.view(np.float32)
    with np.errstate(all="ignore"):
        quotients = (a / b).view(np.uint32)
    wide = rng.integers(-(2**63), 2**63 - 1, (2, 1000), dtype=np.int64) >> rng.integers(0, 63, (2, 1000))
    wide[1][wide[1] == 0] = 3
    x, y = (list(map(int, row)) for row in wide)
    # C's quotients are cut off, Python's rounded down.
    cut = [abs(m) // abs(n) * (1 if (m < 0) == (n < 0) else -1) for m, n in zip(x, y)]
    tables = {
        "uint32_t a": [f"{v:#x}" for v in bits[0]],
        "uint32_t b": [f"{v:#x}" for v in bits[1]],
        "uint32_t quotient": [f"{v:#x}" for v in quotients],
        "uint64_t x": [f"{v % 2**64:#x}u" for v in x],
        "uint64_t y": [f"{v % 2**64:#x}u" for v in y],
        "uint64_t product": [f"{m * n % 2**64:#x}u" for m, n in zip(x, y)],
        "uint64_t cut": [f"{v % 2**64:#x}u" for v in cut],
        "uint64_t rest": [f"{(m - q * n) % 2**64:#x}u" for m, n, q in zip(x, y, cut)],
        "uint64_t left": [f"{(m << (n & 63)) % 2**64:#x}u" for m, n in zip(x, y)],
        "uint64_t right": [f"{(m >> (n & 63)) % 2**64:#x}u" for m, n in zip(x, y)],
    }
    lines = [f"static const {name}[] = {{{', '.join(values)}}};" for name, values in tables.items()]
    (tmp_path / "tables.h").write_text("\n".join(lines) + "\n")
    program = tmp_path / "program.elf"
    runtime = sorted((XTENSA / "runtime").glob("*.c"))
    source = Path(__file__).with_name("xtensa_runtime.c")
    script = ROOT / "tests" / "kernels" / "xtensa.ld"
    for level in ("-O0", "-O2"):
        compiled(level, "-mno-mul32high", *WARNINGS, f"-I{tmp_path}", source, *runtime, "-T", script, "-o", program)
        done = subprocess.run(["qemu-xtensa", "-cpu", "de233_fpu", str(program)], timeout=60)
        assert done.returncode == 0, level
