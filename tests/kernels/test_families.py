"""The kernels of a core family, on that core under QEMU, against the portable ones: not one byte may differ."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from c_programs import KERNELS, MINFER, WARNINGS, includes

HERE = Path(__file__).parent
SHAPES = 10_000  # of each kernel
FAMILIES = {
    # family: QEMU's machine, the compiler's flags, the linker script
    "m0plus": ("microbit", ["-mcpu=cortex-m0plus", "-mthumb"], "microbit.ld"),
}


def run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def build(folder: Path, family: str, flags: list[str], script: str) -> Path:
    """compare.c with the family's kernels, and with the portable ones, whose names get a prefix."""
    compiler = ["arm-none-eabi-gcc", *flags, "-std=gnu99", "-O2", "-ffunction-sections", *WARNINGS, *includes()]
    portable = [path for path in KERNELS if path.parent.name == "portable"]
    own = [*portable, *(path for path in KERNELS if path.parent.name == family)]
    reference = folder / "portable.o"
    run(*compiler, "-DMNF_PORTABLE", "-r", "-nostdlib", *portable, "-o", reference)
    names = [line.split()[2] for line in run("arm-none-eabi-nm", "-g", "--defined-only", reference).splitlines()]
    (folder / "names").write_text("".join(f"{name} portable_{name}\n" for name in names))
    run("arm-none-eabi-objcopy", f"--redefine-syms={folder / 'names'}", reference)
    program = folder / "compare.elf"
    link = ["-nostartfiles", "-specs=nosys.specs", "-T", HERE / script, "-Wl,--gc-sections"]
    run(*compiler, f"-DSHAPES={SHAPES}", HERE / "compare.c", *own, reference, *link, "-o", program)
    return program


@pytest.mark.parametrize("family", FAMILIES)
def test_equals_portable(family: str, tmp_path: Path) -> None:
    machine, flags, script = FAMILIES[family]
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is missing")
    assert MINFER.joinpath("kernels", family).is_dir()
    program = build(tmp_path, family, flags, script)
    command = ["qemu-system-arm", "-M", machine, "-nographic", "-monitor", "none", "-serial", "none", "-semihosting"]
    result = subprocess.run([*command, "-kernel", program], capture_output=True, timeout=600)
    assert result.returncode == 0, {1: "outputs differ", 4: "a fault"}.get(result.returncode, result.stderr)
