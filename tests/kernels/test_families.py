"""The kernels of a core family, on that core under QEMU, against the portable ones: not one byte may differ."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from c_programs import EXTRA, KERNELS, MINFER, ROOT, WARNINGS, includes

HERE = Path(__file__).parent
XTENSA = ROOT / "firmware" / "xtensa"
LLVM = ROOT / "build" / "src" / "llvm" / "usr" / "lib" / "llvm-22" / "bin" / "llc"
SHAPES = 10_000  # of each kernel


@dataclass(frozen=True)
class Family:
    """Where a family's kernels run: the compiler's flags, its C library, QEMU's machine and what it needs, the linker script."""

    flags: str
    library: str
    machine: str
    script: str
    prefix: str = "arm-none-eabi-"
    qemu: str = "qemu-system-arm"
    options: str = ""
    folder: str = ""  # of its kernels, if not its name
    sources: tuple[str, ...] = ()  # of a program with two parts

    @property
    def compiler(self) -> list[str]:
        if self.qemu == "qemu-xtensa":
            return [str(XTENSA / "cc"), *self.flags.split()]
        return [f"{self.prefix}gcc", *self.flags.split()]

    def command(self, program: Path) -> list[str]:
        if self.qemu == "qemu-xtensa":
            return [self.qemu, "-cpu", self.machine, str(program)]
        command = [self.qemu, "-M", self.machine, *self.options.split(), "-nographic", "-monitor", "none"]
        return [*command, "-serial", "none", "-semihosting", "-kernel", str(program)]


def mps2(core: str, machine: str, code: int, rest: int, sources: tuple[str, ...] = ()) -> Family:
    """A core with the DSP extension, on a board of Arm's."""
    flags = f"-mcpu={core} -mthumb -Wl,--defsym=CODE={code:#x},--defsym=REST={rest:#x}"
    return Family(flags, "nosys", machine, "mps2.ld", folder="dsp", sources=sources)


FAMILIES = {
    "m0plus": Family("-mcpu=cortex-m0plus -mthumb", "nosys", "microbit", "microbit.ld"),
    "rv32": Family(
        "-march=rv32imac -mabi=ilp32 -mcmodel=medany",
        "picolibc",
        "virt",
        "virt.ld",
        "riscv64-unknown-elf-",
        "qemu-system-riscv32",
        "-bios none",
    ),
    "xtensa": Family(
        "-mno-mul32high", "", "de233_fpu", "xtensa.ld", "xtensa-lx106-elf-", "qemu-xtensa"
    ),
    "m33": mps2("cortex-m33", "mps2-an505", 0x10000000, 0x38000000),
    "m33 in two parts": mps2("cortex-m33", "mps2-an505", 0x10000000, 0x38000000, ("two_parts.c",)),
    "m4": mps2("cortex-m4", "mps2-an386", 0, 0x20000000),
}


def run(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(folder: Path, name: str) -> Path:
    """compare.c with the family's kernels, and with the portable ones, whose names get a prefix."""
    family = FAMILIES[name]
    library = [f"-specs={family.library}.specs"] if family.library else []
    compile_ = [*family.compiler, *library, "-std=gnu99", "-O2", "-ffunction-sections", *WARNINGS, *includes()]
    portable = [path for path in KERNELS if path.parent.name == "portable"]
    own = [*portable, *(path for path in KERNELS if path.parent.name == (family.folder or name)), *EXTRA]
    run(*compile_, "-DMNF_PORTABLE", "-c", *portable, cwd=folder)
    reference = folder / "reference"
    run(*family.compiler, "-r", "-nostdlib", *sorted(folder.glob("*.o")), "-o", reference)
    names = [line.split()[2] for line in run(f"{family.prefix}nm", "-g", "--defined-only", reference).splitlines()]
    (folder / "names").write_text("".join(f"{name} portable_{name}\n" for name in names))
    run(f"{family.prefix}objcopy", f"--redefine-syms={folder / 'names'}", reference)
    program = folder / "compare.elf"
    if family.qemu == "qemu-xtensa":
        own += sorted((XTENSA / "runtime").glob("*.c"))
    link = ["-nostartfiles", "-T", HERE / family.script, "-Wl,--gc-sections"]
    parts = ["-DMNF_CORES=2", *(HERE / source for source in family.sources)] if family.sources else []
    run(*compile_, f"-DSHAPES={SHAPES}", HERE / "compare.c", *parts, *own, reference, *link, "-o", program)
    return program


@pytest.mark.parametrize("name", FAMILIES)
def test_equals_portable(name: str, tmp_path: Path) -> None:
    family = FAMILIES[name]
    for tool in (family.compiler[0], f"{family.prefix}nm", family.qemu):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is missing")
    if family.qemu == "qemu-xtensa" and not LLVM.is_file():
        pytest.skip("LLVM is missing: firmware/setup.sh xtensa fetches it")
    assert MINFER.joinpath("kernels", family.folder or name).is_dir()
    program = build(tmp_path, name)
    result = subprocess.run(family.command(program), stdin=subprocess.DEVNULL, capture_output=True, timeout=600)
    assert result.returncode == 0, {1: "outputs differ", 4: "a fault"}.get(result.returncode, result.stderr)
