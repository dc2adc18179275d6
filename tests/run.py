#!/usr/bin/env python3
"""Runs the device tests on a target: one line a test, a summary, exit code 1 where one failed.

    tests/run.py --target unix|unix-asan|unix-natmod|pico|pico-natmod|serial:PORT [NAME...]
    tests/run.py --target qemu-m33|qemu-rv32|qemu-xtensa|qemu-m3-natmod|qemu-m4-natmod|qemu-m33-natmod|qemu-rv32-natmod|
                       qemu-xtensa-natmod|microbit-natmod [NAME...]

...-natmod is firmware without minfer, as MicroPython's own is, with the native module of firmware/natmod.py.

A test is a script of tests/device/, run by MicroPython in a folder of its own with the models of
tests/device/support/ beside it. It passes when it prints what its .exp file holds or, without one,
ends with "ok"; it prints "SKIP" and why where the target cannot do what it tests. exact.py runs
once for each real model, as exact:NAME, and for a made one that is computed in bands of rows, as exact:bands.
"""

from __future__ import annotations

import argparse
import atexit
import difflib
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "tests" / "device"
SHARED = ROOT.parent / "shared"
NATMOD = ROOT / "build" / "natmod"
WORK = ROOT / "build" / "tests" / "device"
TIMEOUT = 300  # seconds a script

sys.path += [str(SCRIPTS / "support"), str(ROOT / "firmware" / "emulator")]
import models  # noqa: E402


class MissingError(Exception):
    """What a test or a target needs is not there; the words say what to do."""


class Target(Protocol):
    """Where MicroPython runs. `samples`: of a real model, as many as do not take too long there.

    `most_bytes`: of a model, where the target has to read it into RAM over a cable.
    """

    name: str
    samples: int
    most_bytes: int | None

    def check(self) -> None:
        """Raises MissingError where the target cannot run anything."""

    def run(self, script: str, folder: Path) -> tuple[bool, str]:
        """Whether `script` ended well in `folder`, and all it printed."""


def execute(command: list[str], folder: Path, **environment: str) -> tuple[bool, str]:
    """Whether `command` ended well in `folder`, and all it printed."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired as late:
        return False, (late.stdout or b"").decode(errors="replace") + f"no end after {TIMEOUT} s"
    return done.returncode == 0, done.stdout.decode(errors="replace").replace("\r", "")


@dataclass(frozen=True)
class Built:
    """A firmware of build/. `arch`: of the native module it gets, where it has no minfer."""

    name: str
    build: str
    arch: str | None = None

    samples: ClassVar[int] = 4
    most_bytes: ClassVar[int | None] = None
    file: ClassVar[str] = "firmware.elf"

    @property
    def image(self) -> Path:
        """The firmware."""
        return ROOT / "build" / self.build / self.file

    def check(self) -> None:
        """Raises MissingError where the firmware, or the native module, is not built."""
        if not self.image.is_file():
            raise MissingError(
                f"expected {self.image.relative_to(ROOT)}, found none:"
                f" make firmware TARGET={self.build}"
            )
        if self.arch is not None and not (NATMOD / self.arch / "_minfer.mpy").is_file():
            raise MissingError(
                f"expected {(NATMOD / self.arch).relative_to(ROOT)}/_minfer.mpy, found none:"
                f" make natmod ARCH={self.arch}"
            )


class Unix(Built):
    """MicroPython's unix port."""

    samples = 1000
    file = "micropython"

    def run(self, script: str, folder: Path) -> tuple[bool, str]:
        """Runs `script` by the program."""
        path = f".frozen:{NATMOD / self.arch}" if self.arch else ".frozen"
        return execute([str(self.image), script], folder, MICROPYPATH=path)


@dataclass(frozen=True)
class Board:
    """A board on a serial port; it reads the test's files over the cable."""

    name: str
    port: str
    samples: int = 4
    most_bytes: int | None = 100_000

    def check(self) -> None:
        """Raises MissingError where there is no such port."""
        if not Path(self.port).exists():
            raise MissingError(
                f"expected a serial port at {self.port}, found none: is the board plugged in?"
            )

    def run(self, script: str, folder: Path) -> tuple[bool, str]:
        """Runs `script` by mpremote."""
        mpremote = [sys.executable, "-m", "mpremote", "connect", self.port]
        ended_well, output = execute([*mpremote, "mount", ".", "run", script], folder)
        greeting, _, rest = output.partition("\n")
        return ended_well, rest if greeting.startswith("Local directory") else output


class EmulatedPico(Built):
    """A firmware of the Pico in the emulator, started by the first test."""

    most_bytes = Board.most_bytes
    file = "firmware.uf2"
    rom_bytes = 500_000  # of files, beside what ROMFS itself takes

    def run(self, script: str, folder: Path) -> tuple[bool, str]:
        """Runs `script` by mpremote."""
        return self._board().run(script, folder)

    def run_from_rom(self, script: str, folder: Path) -> tuple[bool, str]:
        """Runs `script` on a Pico of its own, which has the files of `folder`, `rom_bytes` at most, in its ROMFS."""
        from pico import Pico, flash_with

        with tempfile.TemporaryDirectory() as other:
            flash = Path(other) / "flash"
            flash.write_bytes(flash_with(write_romfs(folder, self.arch).read_bytes()))
            with Pico(self.image, flash) as pico:
                return run_in_rom(pico.port, script, folder)

    @functools.lru_cache(maxsize=None)
    def _board(self) -> Board:
        from pico import Pico, PicoError

        try:
            pico = Pico(self.image).__enter__()
        except PicoError as error:
            raise MissingError(str(error)) from error
        atexit.register(pico.stop)
        if self.arch is not None:
            put_natmod(self.arch, pico.port)
        return Board(self.name, pico.port)


def run_in_rom(port: str, script: str, folder: Path) -> tuple[bool, str]:
    """Runs `script` of `folder` on the board at `port`, which has the files it needs in its ROMFS."""
    mpremote = [sys.executable, "-m", "mpremote", "connect", port]
    return execute([*mpremote, "exec", "import os; os.chdir('/rom')", "run", script], folder)


def put_natmod(arch: str, port: str) -> None:
    """Copies the native module and the package to the board's /lib."""
    folder = NATMOD / arch
    mpremote = [sys.executable, "-m", "mpremote", "connect", port]
    command = [*mpremote, "fs", "mkdir", "lib", "+", "fs", "cp", "-r", "_minfer.mpy", "minfer", ":lib/"]
    well, output = execute(command, folder)
    if not well:
        raise MissingError(f"the native module does not get onto {port}: {output}")


def write_romfs(folder: Path, arch: str | None) -> Path:
    """A ROMFS image of the folder's files, and of the native module where the target is to have one."""
    from minfer.deploy.romfs import build

    rom = folder / "rom.img"
    rom.unlink(missing_ok=True)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    if arch is not None:
        module = NATMOD / arch
        for path in (module / "_minfer.mpy", *(module / "minfer").iterdir()):
            files[path.relative_to(module).as_posix()] = path.read_bytes()
    rom.write_bytes(b"".join(build(files)))
    return rom


@dataclass(frozen=True)
class Machine:
    """What QEMU emulates: its command, and where in memory a board of boards/QEMU_* has its ROMFS, of `rom_bytes`."""

    command: str
    rom: int
    rom_bytes: int = 16 * 1024 * 1024


MACHINES = {
    "qemu-m3": Machine("qemu-system-arm -machine mps2-an385", 0x21000000),
    "qemu-m4": Machine("qemu-system-arm -machine mps2-an386", 0x21000000),
    "qemu-m33": Machine("qemu-system-arm -machine mps2-an505", 0x80000000),
    "qemu-rv32": Machine("qemu-system-riscv32 -machine virt -bios none", 0x81000000),
    "microbit": Machine(
        "qemu-system-arm -machine microbit -global nrf51-soc.flash-size=1048576 -global nrf51-soc.sram-size=262144",
        0x80000,
        512 * 1024,
    ),
}


class Qemu(Built):
    """A core under QEMU, its serial line a pseudo-terminal. It has the test's files in its ROMFS, the native module as well."""

    @property
    def machine(self) -> Machine:
        """The one that the firmware is for."""
        return MACHINES[self.build.removesuffix("-stock")]

    def run(self, script: str, folder: Path, *options: str) -> tuple[bool, str]:
        """Runs `script` by mpremote; `options` are QEMU's."""
        rom = write_romfs(folder, self.arch)
        size = rom.stat().st_size
        if size > self.machine.rom_bytes:
            return False, f"SKIP {self.machine.rom_bytes} bytes for files, and these take {size}"
        command = [*self.machine.command.split(), "-nographic", "-monitor", "none"]
        command += ["-semihosting", "-serial", "pty", "-kernel", str(self.image)]
        command += ["-device", f"loader,file={rom},addr={self.machine.rom:#x},force-raw=on", *options]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as qemu:
            try:
                line = qemu.stdout.readline().decode()  # … redirected to /dev/pts/7 (label serial0)
                port = line.partition("redirected to ")[2].partition(" ")[0]
                return run_in_rom(port, script, folder)
            finally:
                qemu.kill()


class QemuXtensa(Built):
    """An ESP32's instructions, as a process under qemu-xtensa. It has the test's files in its ROMFS, the native module as well."""

    def run(self, script: str, folder: Path, *options: str) -> tuple[bool, str]:
        """Runs `script` by the program; `options` are QEMU's."""
        rom = write_romfs(folder, self.arch)
        return execute(["qemu-xtensa", "-cpu", "de233_fpu", *options, str(self.image), str(rom), script], folder)


UNIX = [Unix("unix", "unix"), Unix("unix-asan", "unix-asan")]
EMULATED = [
    EmulatedPico("pico", "pico"),
    Qemu("qemu-m33", "qemu-m33"),
    Qemu("qemu-rv32", "qemu-rv32"),
    QemuXtensa("qemu-xtensa", "qemu-xtensa"),
]
NATIVE = [
    Unix("unix-natmod", "unix-stock", "x64"),
    EmulatedPico("pico-natmod", "pico-stock", "armv6m"),
    Qemu("microbit-natmod", "microbit-stock", "armv6m"),
    Qemu("qemu-m3-natmod", "qemu-m3-stock", "armv7m"),
    Qemu("qemu-m4-natmod", "qemu-m4-stock", "armv7emsp"),
    Qemu("qemu-m33-natmod", "qemu-m33-stock", "armv7emsp"),
    Qemu("qemu-rv32-natmod", "qemu-rv32-stock", "rv32imc"),
    QemuXtensa("qemu-xtensa-natmod", "qemu-xtensa-stock", "xtensawin"),
]


def find_target(name: str) -> Target:
    """The target of that name. Raises MissingError where there is none."""
    kind, _, port = name.partition(":")
    if kind == "serial" and port:
        return Board("serial", port)
    targets = (*UNIX, *EMULATED, *NATIVE)
    for target in targets:
        if target.name == name:
            return target
    known = ", ".join(target.name for target in targets)
    raise MissingError(f"expected a target of {known} or serial:PORT, found {name}")


# Real models, and the archives of what the reference gives for them.
GOLDEN = {
    "ad01_int8": "mlperf_tiny__ad01_int8",
    "hello_world_int8": "tflm__hello_world_int8",
    "kws_ref_model": "mlperf_tiny__kws_ref_model",
    "micro_speech_quantized": "tflm__micro_speech_quantized",
    "person_detect": "tflm__person_detect",
    "pretrainedResnet_quant": "mlperf_tiny__pretrainedResnet_quant",
    "vww_96_int8": "mlperf_tiny__vww_96_int8",
}
BANDS = "bands"


def names() -> list[str]:
    """All tests."""
    scripts = sorted(path.stem for path in SCRIPTS.glob("*.py"))
    scripts.remove("exact")
    return scripts + [f"exact:{model}" for model in (*GOLDEN, BANDS)]


@functools.lru_cache(maxsize=None)
def golden_files(model: str, samples: int) -> dict[str, bytes]:
    """What exact.py reads: the compiled model, its first inputs, the outputs of the reference."""
    if model == BANDS:
        return banded_files()
    source = SHARED / "models" / f"{model}.tflite"
    archive = SHARED / "golden" / f"{GOLDEN[model]}.npz"
    for path in (source, archive):
        if not path.is_file():
            raise MissingError(f"no {path.name} in ../shared/{path.parent.name}")
    try:
        import numpy as np
        from minfer.compiler import compile_model
    except ImportError as error:
        raise MissingError(
            f"the compiler cannot be imported ({error}): pip install -e ."
        ) from error
    with np.load(archive) as arrays:
        inputs, outputs = (
            b"".join(arrays[key][:samples].tobytes() for key in keys if key in arrays)
            for keys in (("in0", "real_in0"), ("ref0", "real_ref0"))
        )
    return {
        "model.mnf": compile_model(source.read_bytes(), model),
        "inputs.bin": inputs,
        "outputs.bin": outputs,
    }


def banded_files() -> dict[str, bytes]:
    """The same of a model made for it."""
    sys.path.insert(0, str(ROOT / "tests" / "host"))
    try:
        from banded import odd_rows
    except ImportError as error:
        raise MissingError(f"no model can be made ({error}): pip install -e '.[test]'") from error
    return odd_rows()


def prepare(name: str, target: Target) -> tuple[str, Path]:
    """A fresh folder with all the test reads, and the script in it."""
    stem, _, model = name.partition(":")
    folder = WORK / target.name / name.replace(":", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if model:
        files = golden_files(model, target.samples)
        size = len(files["model.mnf"])
        if target.most_bytes is not None and size > target.most_bytes:
            raise MissingError(
                f"{model} has {size} bytes, and {target.most_bytes} is what {target.name} reads into RAM:"
                " minfer deploy puts it in flash"
            )
        for file, data in files.items():
            (folder / file).write_bytes(data)
    else:
        models.write(folder)
    for path in (SCRIPTS / f"{stem}.py", SCRIPTS / "support" / "expect.py"):
        shutil.copy(path, folder)
    return f"{stem}.py", folder


@dataclass(frozen=True)
class Result:
    """How a test went: status is pass, FAIL or skip; detail says why, or what it measured."""

    status: str
    detail: str = ""


def judge(script: str, ended_well: bool, output: str) -> Result:
    """The result of a script that printed `output`."""
    lines = output.splitlines()
    # A board answers SystemExit by a reset, which mpremote takes for an end that is not well.
    if lines and lines[0].startswith("SKIP"):
        return Result("skip", lines[0][5:])
    expected = SCRIPTS / f"{script}.exp"
    if expected.exists():
        wanted = expected.read_text(encoding="utf-8").splitlines()
        if ended_well and lines == wanted:
            return Result("pass")
        return Result(
            "FAIL",
            "\n".join(difflib.unified_diff(wanted, lines, "expected", "found", "", "", 1, "")),
        )
    if ended_well and lines and lines[-1] == "ok":
        return Result("pass", " ".join(lines[:-1]))
    return Result("FAIL", output)


def run_test(name: str, target: Target) -> Result:
    """Runs one test. Raises MissingError where the target is not there."""
    target.check()
    try:
        script, folder = prepare(name, target)
    except MissingError as error:
        return Result("skip", str(error))
    return judge(script, *target.run(script, folder))


def run_tests(chosen: list[str], target: Target) -> Iterator[tuple[str, float, Result]]:
    """Runs tests one by one: name, seconds, result."""
    for name in chosen:
        start = time.monotonic()
        result = run_test(name, target)
        yield name, time.monotonic() - start, result


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Runs the device tests on a target.")
    parser.add_argument("--target", default="unix", help="as above")
    parser.add_argument(
        "tests", nargs="*", metavar="NAME", help="of a test, as printed; all without"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.tests) - set(names())
    if unknown:
        parser.error(f"no test {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    counts = {"pass": 0, "FAIL": 0, "skip": 0}
    try:
        target = find_target(arguments.target)
        for name, seconds, result in run_tests(arguments.tests or names(), target):
            counts[result.status] += 1
            separator = "\n" if result.status == "FAIL" else "  "
            print(
                f"{result.status}  {name:<28}{seconds:6.1f} s{separator}{result.detail}".rstrip(),
                flush=True,
            )
    except MissingError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    passed, failed, skipped = counts.values()
    print(f"{arguments.target}: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
