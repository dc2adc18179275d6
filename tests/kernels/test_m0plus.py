"""The Cortex-M0+ kernels against the portable ones, on ARMv6-M itself: QEMU's microbit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from c_programs import MINFER, ROOT

HERE = ROOT / "tests" / "kernels"
SHAPES = 10000
SECONDS = 300
COMPILER = "arm-none-eabi-gcc"
QEMU = "qemu-system-arm"
FLAGS = "-mcpu=cortex-m0plus -mthumb -O2 -std=gnu99 -Wall -Wextra -Werror -ffunction-sections -DMNF_CORES=2".split()


def compiled(source: Path, folder: Path, *flags: str) -> str:
    """The object of a source."""
    target = folder / f"{len(list(folder.iterdir()))}-{source.stem}.o"
    includes = [f"-I{MINFER / part}" for part in ("", "engine", "kernels/include")]
    command = [COMPILER, *FLAGS, *includes, *flags, "-c", str(source), "-o", str(target)]
    subprocess.run(command, check=True)
    return str(target)


@pytest.mark.skipif(not shutil.which(COMPILER) or not shutil.which(QEMU), reason="no Arm compiler or no QEMU")
@pytest.mark.parametrize(
    ("program", "kernels", "portable"),
    [
        (
            "bare_depthwise.c",
            ["mnf_depthwise_s8.c", "mnf_dw3x3.c", "mnf_requantise_channel.c"],
            {
                "arm_depthwise_conv_wrapper_s8": "portable_depthwise",
                "arm_depthwise_conv_wrapper_s8_get_buffer_size": "portable_size",
            },
        ),
    ],
)
def test_equals_portable(
    program: str, kernels: list[str], portable: dict[str, str], tmp_path: Path
) -> None:
    """On random shapes, in place where that is promised. `portable`: the kernel and what it is called in the program."""
    reference = MINFER / "kernels" / "portable" / f"{next(iter(portable))}.c"
    renamed = [f"-D{name}={other}" for name, other in portable.items()]
    objects = [
        compiled(HERE / program, tmp_path, f"-DSHAPES={SHAPES}"),
        compiled(reference, tmp_path, "-DMNF_PORTABLE", *renamed),
        compiled(reference, tmp_path),
        compiled(reference.with_name("mnf_arith.c"), tmp_path),
        *(compiled(MINFER / "kernels" / "m0plus" / name, tmp_path) for name in kernels),
    ]
    image = tmp_path / "program.elf"
    link = ["-nostartfiles", "-Wl,--gc-sections", "-T", str(HERE / "microbit.ld")]
    subprocess.run([COMPILER, *FLAGS, *link, *objects, "-o", str(image)], check=True)
    command = [QEMU, "-machine", "microbit", "-nographic", "-monitor", "none", "-serial", "none"]
    command += ["-semihosting", "-kernel", str(image)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert result.returncode == 0, result.stdout + result.stderr
