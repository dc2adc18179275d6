#!/usr/bin/env python3
"""Builds minfer for stock firmware: native modules that any MicroPython of the architecture imports.

    firmware/natmod.py x64|armv6m|armv7m|armv7emsp|rv32imc|xtensawin|all

build/natmod/ARCH gets _minfer.mpy, the package minfer/ and package.json, for `mpremote mip install`.
The C is that of the firmware; cmodules/minfer/natmod stands in for what the native ABI lacks. From the
environment: MINFER_OPS, the operators to have ("CONV_2D SOFTMAX ..."; all without), MICROPYTHON_DIR,
another source of MicroPython, and OUT, another folder for the results.
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import natmod_xtensa
from elftools.elf.elffile import ELFFile

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
MINFER = ROOT / "cmodules" / "minfer"
PACKAGE = ROOT / "modules" / "minfer"
XTENSA = ROOT / "firmware" / "xtensa"
OUT = Path(os.environ.get("OUT") or BUILD / "natmod").resolve()
MICROPYTHON = Path(os.environ.get("MICROPYTHON_DIR") or BUILD / "src" / "micropython").resolve()

ENGINE = ("engine", "ops", "signal", "kernels/*")
# As the firmware compiles them, but for what operators do around their kernels: all has to fit into RAM.
ENGINE_FLAGS = ("-ffp-contract=off", "-Werror")
FACE_FLAGS = ("-Os", "-Wno-unused-parameter", "-Werror")
# GCC would turn the bodies of memset() and the like into calls of themselves.
LIBC_FLAGS = (*FACE_FLAGS, "-fno-builtin", "-fno-tree-loop-distribute-patterns")


class BuildError(Exception):
    """Why there is no module, and what to do."""


@dataclass(frozen=True)
class Arch:
    """How C becomes objects that mpy_ld.py can link."""

    compiler: str  # takes GCC's arguments
    archiver: str
    flags: tuple[str, ...]
    setup: tuple[str, ...]  # what firmware/setup.sh gets these with
    runtime: tuple[Path, ...] = ()  # C that stands in for the library of a compiler that has none
    check: tuple[str, ...] = ()  # of natmod/, Python that refuses boards of the architecture without the core

    def mend(self, objects: list[Path]) -> None:
        """Changes objects in place to what mpy_ld.py takes. GCC's need nothing."""

    def library(self) -> Path | None:
        """The archive of arithmetic that the core has no instructions for; None where `runtime` stands in."""
        return None if self.runtime else Path(run(self.compiler, *self.flags, "--print-libgcc-file-name").strip())


class Xtensa(Arch):
    """By LLVM."""

    def mend(self, objects: list[Path]) -> None:
        """Changes objects in place to what mpy_ld.py takes."""
        for path in objects:
            natmod_xtensa.mend(path)


ARM = ("debian", "gcc-arm-none-eabi", "libnewlib-arm-none-eabi")
THUMB = ("arm-none-eabi-gcc", "arm-none-eabi-ar")
RISCV = ("debian", "gcc-riscv64-unknown-elf", "picolibc-riscv64-unknown-elf")
ARCHS = {
    "x64": Arch("gcc", "ar", ("-fno-stack-protector", "-U_FORTIFY_SOURCE"), ("debian", "build-essential")),
    "armv6m": Arch(*THUMB, ("-mthumb", "-mcpu=cortex-m0plus"), ARM),
    "armv7m": Arch(*THUMB, ("-mthumb", "-mcpu=cortex-m3"), ARM),
    "armv7emsp": Arch(
        *THUMB, ("-mthumb", "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"), ARM
    ),
    "rv32imc": Arch(
        "riscv64-unknown-elf-gcc",
        "riscv64-unknown-elf-ar",
        ("-march=rv32imc", "-mabi=ilp32", "-mno-relax", "-specs=picolibc.specs"),
        RISCV,
    ),
    # An LX6, an ESP32's, and what an ESP32-S3's LX7 has of that. Both have MULSH and MULUH as well; no core of QEMU's has, and
    # the module that is tested is the one that boards get.
    "xtensawin": Xtensa(
        str(XTENSA / "cc"),
        "xtensa-lx106-elf-ar",
        ("-mno-mul32high",),
        ("xtensa",),
        (XTENSA / "runtime" / "float.c", XTENSA / "runtime" / "int64.c"),
        ("esp32s2.py",),
    ),
}


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """What a command prints. Raises BuildError with that where it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise BuildError(f"{Path(command[0]).name} … {Path(command[-1]).name}: {done.stdout}")
    return done.stdout


def wanted_operators() -> list[str]:
    """The operators of MINFER_OPS, as compiler flags; none where all are wanted."""
    known = re.findall(r"X\(\d+, ([A-Z0-9_]+), ", (MINFER / "engine" / "format.h").read_text())
    wanted = sorted(set(os.environ.get("MINFER_OPS", "").split()))
    for name in wanted:
        if name not in known:
            raise BuildError(f"MINFER_OPS: no operator '{name}'; there are {' '.join(known)}")
    return ["-DMINFER_OPS", *(f"-DMINFER_OP_{name}" for name in wanted)] if wanted else []


def face_sources() -> list[Path]:
    """The C that speaks to MicroPython."""
    sources = [*(MINFER / "binding").glob("*.c"), *(MINFER / "natmod").glob("*.c")]
    return sorted(path for path in sources if path != MINFER / "binding" / "module.c")


def compile_all(name: str, objects: Path) -> list[Path]:
    """The objects of every source, compiled where something has changed."""
    arch = ARCHS[name]
    common = [arch.compiler, *arch.flags, "-std=c99", "-fpic", "-fno-common", "-DNDEBUG", "-Wall", "-Wextra"]
    common += [f"-I{MINFER}", f"-I{MINFER / 'engine'}", f"-I{MINFER / 'kernels' / 'include'}"]
    face = ["-DNO_QSTR", "-DMICROPY_ENABLE_DYNRUNTIME", "-DMICROPY_FLOAT_IMPL=MICROPY_FLOAT_IMPL_FLOAT"]
    face += ["-DMP_CONFIGFILE=<config.h>", f"-I{objects}", f"-I{MICROPYTHON}"]
    commands: dict[Path, list[str]] = {}
    for source in face_sources():
        flags = LIBC_FLAGS if source.name in ("libc.c", "libgcc.c") else FACE_FLAGS
        commands[source] = [*common, *face, *flags]
    operators = wanted_operators()
    for part in ENGINE:
        for source in sorted(MINFER.glob(f"{part}/*.c")):
            commands[source] = [*common, "-Os" if part == "ops" else "-O2", *ENGINE_FLAGS, *operators]
    for source in arch.runtime:
        commands[source] = [*common, "-Os", "-Werror"]
    built_from = json.dumps([str(MICROPYTHON), *({" ".join(c) for c in commands.values()})])
    record = objects / "built-from"
    headers = [*MINFER.rglob("*.h"), Path(__file__), Path(natmod_xtensa.__file__), XTENSA / "cc", objects / "config.h"]
    newest = max(path.stat().st_mtime for path in headers)
    afresh = not record.exists() or record.read_text() != built_from

    def compile_one(source: Path) -> Path:
        made = objects / ("_".join(source.relative_to(ROOT).with_suffix(".o").parts))
        if afresh or not made.exists() or made.stat().st_mtime < max(newest, source.stat().st_mtime):
            with tempfile.TemporaryDirectory(dir=objects) as folder:
                new = Path(folder) / made.name
                run(*commands[source], "-c", source, "-o", new)
                arch.mend([new])
                new.rename(made)
        return made

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(compile_one, commands))
    record.write_text(built_from)
    return made


def helpers(name: str, folder: Path) -> list[Path]:
    """The objects of the compiler's own library."""
    arch = ARCHS[name]
    library = arch.library()
    if library is None:
        return []
    if not folder.exists():
        folder.mkdir()
        run(arch.archiver, "x", library, folder=folder)
        arch.mend(sorted(folder.glob("*.o")))
    return sorted(folder.glob("*.o"))


def needed(objects: Iterable[Path], entry: str) -> list[Path]:
    """Those of `objects` that `entry` leads to; of two that define a symbol the first."""
    defines: dict[str, Path] = {}
    uses: dict[Path, list[str]] = {}
    for path in objects:
        with path.open("rb") as file:
            table = ELFFile(file).get_section_by_name(".symtab")
            symbols = [s for s in table.iter_symbols() if s["st_info"]["bind"] != "STB_LOCAL"] if table else []
            uses[path] = [s.name for s in symbols if s["st_shndx"] == "SHN_UNDEF"]
            for symbol in symbols:
                if symbol["st_shndx"] != "SHN_UNDEF":
                    defines.setdefault(symbol.name, path)
    found: list[Path] = []
    waiting = [entry]
    while waiting:
        path = defines.get(waiting.pop())
        if path is not None and path not in found:
            found.append(path)
            waiting += uses[path]
    return sorted(found)


def build(name: str) -> str:
    """Builds for one architecture. Returns a line that says what that takes."""
    out = OUT / name
    objects = out / "objects"
    objects.mkdir(parents=True, exist_ok=True)
    tools = MICROPYTHON / "tools"
    mpy_cross = BUILD / "mpy-cross" / "mpy-cross"

    config = objects / "config.h"
    texts = [*face_sources(), *(MINFER / "binding").glob("*.h"), *(MINFER / "natmod").glob("*.h")]
    run(sys.executable, tools / "mpy_ld.py", "--arch", name, "--preprocess", "-o", objects / "new.h", *texts)
    if not config.exists() or config.read_bytes() != (objects / "new.h").read_bytes():
        (objects / "new.h").rename(config)

    linked = needed([*compile_all(name, objects), *helpers(name, objects / "helpers")], "mpy_init")
    # Names of files go into the module: these are the same wherever it is built.
    link = [sys.executable, tools / "mpy_ld.py", "--arch", name, "--qstrs", config, "-o", "_minfer.mpy"]
    sizes = dict(re.findall(r"(\w+) size: +(\d+)", run(*link, *linked, folder=objects)))
    merged = [objects / "_minfer.mpy"]
    for script in (*ARCHS[name].check, "handover.py"):
        merged.append(objects / Path(script).with_suffix(".mpy"))
        run(mpy_cross, "-s", script, "-o", merged[-1], MINFER / "natmod" / script)
    run(sys.executable, tools / "mpy-tool.py", "--merge", "-o", out / "_minfer.mpy", *merged)

    shutil.rmtree(out / "minfer", ignore_errors=True)
    (out / "minfer").mkdir()
    for source in sorted(PACKAGE.glob("*.py")):
        compiled = out / "minfer" / f"{source.stem}.mpy"
        run(mpy_cross, "-s", f"minfer/{source.name}", "-o", compiled, source)
    files = ["_minfer.mpy", *(f"minfer/{path.name}" for path in sorted((out / "minfer").iterdir()))]
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
    index = {"urls": [[file, file] for file in files], "deps": [], "version": version}
    (out / "package.json").write_text(json.dumps(index, indent=1) + "\n")

    size = (out / "_minfer.mpy").stat().st_size
    code = sum(int(sizes.get(part, 0)) for part in ("text", "rodata", "bss"))
    separate = f" ({sizes['text']} of them executable)" if "rodata" in sizes else ""
    package = sum(path.stat().st_size for path in (out / "minfer").iterdir())
    return (
        f"{name}: {os.path.relpath(out, ROOT)}, _minfer.mpy {size} bytes, its code {code} bytes of RAM once imported{separate};"
        f" minfer/ {package} bytes"
    )


def main(arguments: list[str]) -> int:
    """The command line."""
    names = list(ARCHS) if arguments == ["all"] else arguments
    try:
        for name in names:
            if name not in ARCHS:
                raise BuildError(f"no architecture '{name}': {', '.join(ARCHS)}, all")
        setup = ROOT / "firmware" / "setup.sh"
        for way in sorted({ARCHS[name].setup for name in names}):
            run(setup, *way)
        run(ROOT / "firmware" / "build.sh", "mpy-cross")
        for name in names:
            print(build(name), flush=True)
    except BuildError as error:
        print(f"natmod: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
