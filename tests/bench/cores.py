"""The cores instructions are counted on: how a bare program is built for each, and run under QEMU."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workloads import ROOT, Workload

HERE = Path(__file__).resolve().parent
MINFER = ROOT / "cmodules" / "minfer"
XTENSA = ROOT / "firmware" / "xtensa"
PARTS = ("engine", "ops", "kernels")
# As micropython.cmake compiles the engine.
FLAGS = "-O2 -ffp-contract=off -ffunction-sections -fdata-sections -std=gnu99 -Wall -Wextra -Werror"
SECONDS = 600  # after which a run is given up
OUTCOMES = {
    1: "its outputs are not those expected",
    2: "it refuses the model",
    3: "a kernel refused",
    4: "it faulted",
    5: "its kernels need a larger arena than the file planned",
}


class BenchError(Exception):
    """What cannot be measured, and why, in one line."""


@dataclass(frozen=True)
class Core:
    """A core: its compiler, the QEMU machine it is counted on, where that has memory for code, data and files."""

    name: str
    title: str
    flags: str
    machine: str
    code: int
    ram: int
    files: int
    prefix: str = "arm-none-eabi-"
    qemu: str = "qemu-system-arm"
    runtime: tuple[Path, ...] = ()  # what the compiler's library would have

    @property
    def compiler(self) -> str:
        """Its command."""
        return str(XTENSA / "cc") if self.name == "xtensa" else f"{self.prefix}gcc"


# The M3 of an385 executes ARMv6-M code as an M0+ does, one instruction for one, and that machine has the memory.
CORES = {
    core.name: core
    for core in (
        Core(
            "m0plus",
            "Cortex-M0+",
            "-mthumb -mcpu=cortex-m0plus",
            "mps2-an385",
            0,
            0x20000000,
            0x21000000,
        ),
        Core(
            "m4",
            "Cortex-M4",
            "-mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard",
            "mps2-an386",
            0,
            0x20000000,
            0x21000000,
        ),
        Core(
            "m33",
            "Cortex-M33",
            "-mthumb -mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard",
            "mps2-an505",
            0x10000000,
            0x38000000,
            0x80000000,
        ),
        Core(
            "m55",
            "Cortex-M55",
            "-mthumb -mcpu=cortex-m55 -mfloat-abi=hard",
            "mps3-an547",
            0,
            0x20000000,
            0x60000000,
        ),
        Core(
            "rv32",
            "RV32IMAC",
            "-march=rv32imac -mabi=ilp32 -mcmodel=medany --specs=picolibc.specs",
            "virt",
            0x80000000,
            0x80100000,
            0x81000000,
            "riscv64-unknown-elf-",
            "qemu-system-riscv32",
        ),
        # The ESP32's, but for MULSH and MULUH, which QEMU has on no core. A process of Linux's: QEMU handles its register windows.
        Core(
            "xtensa",
            "Xtensa LX6",
            "-mno-mul32high",
            "de233_fpu",
            0x10000,
            0x200000,
            0x1000000,
            "xtensa-lx106-elf-",
            "qemu-xtensa",
            tuple(sorted((XTENSA / "runtime").glob("*.c"))),
        ),
    )
}


@dataclass(frozen=True)
class Counts:
    """Instructions: of validating the file, and of each operator, with what a caller's loop around them needs."""

    load: int
    ops: list[int]


def sources() -> list[Path]:
    """The engine, its operators, and the kernels of all families."""
    return sorted(
        path
        for part in PARTS
        for pattern in ("**/*.c", "**/*.S")
        for path in (MINFER / part).glob(pattern)
    )


def build(names: list[str], out: Path, subsets: dict[str, list[str]] | None = None) -> None:
    """Builds the program for each core as out/CORE/program.elf, and the plugin.

    With each of `subsets`, lists of operators by their name, as out/CORE/NAME.elf too.
    Raises BenchError with what the compiler says.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (out / "build.ninja").write_text(
            "\n".join(_ninja([CORES[name] for name in names], subsets or {})) + "\n"
        )
        done = subprocess.run(
            ["ninja", "-C", str(out), "-j2", "--quiet"], capture_output=True, text=True
        )
    if done.returncode != 0:
        raise BenchError(f"the program does not build:\n{done.stdout[-4000:]}")


def _ninja(cores: list[Core], subsets: dict[str, list[str]]) -> list[str]:
    include = " ".join(f"-I{MINFER / folder}" for folder in ("", "engine", "kernels/include"))
    lines = [
        "rule cc",
        f"  command = $compiler $flags {FLAGS} {include} -MMD -MF $out.d -c $in -o $out",
        "  depfile = $out.d",
        "  deps = gcc",
        "rule link",
        f"  command = $compiler $flags -nostartfiles -Wl,--gc-sections -T {HERE / 'link.ld'} $places $in -o $out",
        "rule plugin",
        "  command = gcc -O2 -Wall -Wextra -Werror -shared -fPIC $in -o $out",
        f"build count.so: plugin {HERE / 'count.c'}",
    ]
    for core in cores:
        objects = []
        for source in (*sources(), *core.runtime, HERE / "program.c"):
            (base,) = {MINFER, XTENSA, HERE} & set(source.parents)
            part = source.relative_to(base)
            objects.append(f"{core.name}/{part.with_suffix('.o')}")
            lines += _compile(core, objects[-1], source)
        lines += _link(core, "program", objects)
        # With fewer operators the table of them is another, the linker leaves the rest out.
        table = f"{core.name}/ops/table.o"
        for name, operators in subsets.items():
            own = f"{core.name}/{name}/ops/table.o"
            defines = ["-DMINFER_OPS", *(f"-DMINFER_OP_{operator}" for operator in operators)]
            lines += _compile(core, own, MINFER / "ops" / "table.c", *defines)
            lines += _link(core, name, [own if path == table else path for path in objects])
    return lines


def _compile(core: Core, path: str, source: Path, *defines: str) -> list[str]:
    return [f"build {path}: cc {source}", *_variables(core, *defines)]


def _link(core: Core, name: str, objects: list[str]) -> list[str]:
    places = {"CODE": core.code, "RAM": core.ram, "FILES": core.files}
    places = " ".join(f"-Wl,--defsym=BENCH_{name}={at:#x}" for name, at in places.items())
    return [
        f"build {core.name}/{name}.elf: link {' '.join(objects)} | {HERE / 'link.ld'}",
        *_variables(core),
        f"  places = {places}",
    ]


def _variables(core: Core, *defines: str) -> list[str]:
    return [f"  compiler = {core.compiler}", f"  flags = {' '.join([core.flags, *defines])}"]


def code_bytes(core: Core, out: Path, subset: str = "program") -> dict[str, int]:
    """Bytes of code and constants: engine, operators, kernels, what these need of the compiler's library.

    With all operators, or with those of a subset that build() knows.
    """
    sizes = _run([f"{core.prefix}size", "-A", str(out / core.name / f"{subset}.elf")])
    rows = (line.split() for line in sizes.splitlines())
    found = {row[0][1:]: int(row[1]) for row in rows if row and row[0].startswith(".")}
    return {part: found[part] for part in (*PARTS, "library")}


def compiler_version(core: Core) -> str:
    """First line of what the compiler says of itself."""
    return _run([core.compiler, "--version"]).splitlines()[0]


def count(core: Core, workload: Workload, out: Path) -> Counts:
    """Counts the instructions of one run. Raises BenchError where the outputs are not those expected."""
    program = out / core.name / "program.elf"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        counts = Path(folder) / "counts"
        plugin = f"{out / 'count.so'},out={counts},mark={_mark(core, program):#x}"
        paths = [Path(folder) / name for name in ("model", "input", "expected")]
        for path, content in zip(paths, (workload.file, workload.given, workload.expected)):
            path.write_bytes(content)
        command = _qemu(core, program, paths, plugin)
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            raise BenchError(f"{workload.name} on {core.title}: no end after {SECONDS} s") from None
        if done.returncode != 0:
            reason = OUTCOMES.get(done.returncode, done.stderr.strip()[-500:])
            raise BenchError(f"{workload.name} on {core.title}: {reason}")
        marks = [int(line) for line in counts.read_text().split()]
    ops = [after - before for before, after in zip(marks[2:], marks[3:])]
    expected = len(workload.model.ops)
    if len(ops) != expected:
        raise BenchError(
            f"{workload.name} on {core.title}: expected {expected} operators, found {len(ops)}"
        )
    return Counts(marks[1] - marks[0], ops)


def _qemu(core: Core, program: Path, files: list[Path], plugin: str) -> list[str]:
    """The command that runs the program with files where link.ld has them."""
    if core.name == "xtensa":
        return [core.qemu, "-cpu", core.machine, "-plugin", plugin, str(program), *map(str, files)]
    command = [core.qemu, "-machine", core.machine, "-nographic", "-monitor", "none"]
    command += ["-serial", "none", "-semihosting", "-plugin", plugin]
    if core.name == "rv32":
        command += ["-bios", "none"]
    command += ["-kernel", str(program)]
    for path, offset in zip(files, (0, 0x400000, 0x600000)):
        at = core.files + offset
        command += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
    return command


@lru_cache(maxsize=None)
def _mark(core: Core, program: Path) -> int:
    for line in _run([f"{core.prefix}nm", str(program)]).splitlines():
        address, _, name = line.split(maxsplit=2)
        if name == "bench_mark":
            return int(address, 16) & ~1
    raise BenchError(f"{program} has no bench_mark")


def _run(command: list[str]) -> str:
    if shutil.which(command[0]) is None:
        raise BenchError(f"{command[0]} is not installed: `make bench` sees to that on Debian")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
