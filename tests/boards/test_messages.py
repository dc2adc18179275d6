"""`make firmware` for the ESP32 boards: what is missing, in one line, and what ESP-IDF is asked for where nothing is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import esp32
import pytest

COMPILERS = {
    "esp32": "xtensa-esp32-elf-gcc",
    "esp32s3": "xtensa-esp32s3-elf-gcc",
    "esp32c3": "riscv32-esp-elf-gcc",
    "esp32c6": "riscv32-esp-elf-gcc",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's files, without its build folder."""
    folder = tmp_path / "project"
    (folder / "firmware").mkdir(parents=True)
    for name in ("build.sh", "esp32.sh", "setup.sh", "pins.txt"):
        shutil.copy(esp32.ROOT / "firmware" / name, folder / "firmware")
    for name in ("boards", "cmodules", "modules"):
        (folder / name).symlink_to(esp32.ROOT / name)
    return folder


@pytest.fixture
def idf(tmp_path: Path) -> Path:
    """ESP-IDF's stand-in. Its export.sh makes its tools known, among them compilers by name alone."""
    folder = tmp_path / "esp-idf"
    shutil.copytree(esp32.ESP_IDF, folder)
    (folder / "export.sh").write_text('PATH="$IDF_PATH/tools:$PATH"\n')
    for name in COMPILERS.values():
        (folder / "tools" / name).write_text("")
        (folder / "tools" / name).chmod(0o755)
    return folder


def build(project: Path, target: str, **environment: object) -> tuple[int, str, str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [project / "firmware" / "build.sh", target],
        env={**clean, **{name: str(value) for name, value in environment.items()}},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


def refusal(project: Path, target: str = "esp32", **environment: object) -> str:
    code, printed, errors = build(project, target, **environment)
    assert (code, printed) == (2, "")
    (line,) = errors.splitlines()
    return line.removeprefix("firmware: ")


def test_no_idf_path(project: Path) -> None:
    for target in COMPILERS:
        assert refusal(project, target).startswith(f"IDF_PATH is unset: TARGET={target} needs")


def test_no_esp_idf(project: Path, tmp_path: Path) -> None:
    assert refusal(project, IDF_PATH=tmp_path) == f"IDF_PATH={tmp_path} holds no ESP-IDF"


def test_no_micropython_dir(project: Path, idf: Path) -> None:
    line = refusal(project, IDF_PATH=idf)
    assert line == "MICROPYTHON_DIR is unset: TARGET=esp32 needs MicroPython 1.26 or later"


def test_no_micropython(project: Path, idf: Path, tmp_path: Path) -> None:
    line = refusal(project, IDF_PATH=idf, MICROPYTHON_DIR=tmp_path)
    assert line == f"MICROPYTHON_DIR={tmp_path} holds no MicroPython source"


@pytest.mark.parametrize("found", ("1.25", "1.9", "0.99"))
def test_old_micropython(found: str, project: Path, idf: Path, tmp_path: Path) -> None:
    (tmp_path / "py").mkdir()
    major, minor = found.split(".")
    (tmp_path / "py" / "mpconfig.h").write_text(
        f"#define MICROPY_VERSION_MAJOR {major}\n#define MICROPY_VERSION_MINOR {minor}\n"
    )
    line = refusal(project, IDF_PATH=idf, MICROPYTHON_DIR=tmp_path)
    assert line == (
        f"MICROPYTHON_DIR={tmp_path} holds MicroPython {found}: TARGET=esp32 needs 1.26 or later"
    )


@pytest.mark.parametrize("version", ("1 26", "1 100", "2 0", "(2) (0)"))
def test_no_submodules(version: str, project: Path, idf: Path, tmp_path: Path) -> None:
    (tmp_path / "py").mkdir()
    major, minor = version.split()
    (tmp_path / "py" / "mpconfig.h").write_text(
        f"#define MICROPY_VERSION_MAJOR {major}\n#define MICROPY_VERSION_MINOR {minor}\n"
    )
    line = refusal(project, IDF_PATH=idf, MICROPYTHON_DIR=tmp_path)
    assert line == (
        f"MICROPYTHON_DIR={tmp_path} lacks submodules: make -C {tmp_path}/ports/esp32 submodules"
    )


@pytest.mark.parametrize("target", COMPILERS)
def test_no_compiler(target: str, project: Path, idf: Path, micropython: Path) -> None:
    (idf / "tools" / COMPILERS[target]).unlink()
    line = refusal(project, target, IDF_PATH=idf, MICROPYTHON_DIR=micropython)
    assert line == f"no {COMPILERS[target]} in PATH: {idf}/install.sh {target} installs it"


def test_no_idf_py(project: Path, idf: Path, micropython: Path) -> None:
    (idf / "export.sh").write_text("return 1\n")
    line = refusal(project, IDF_PATH=idf, MICROPYTHON_DIR=micropython)
    assert line == f"no idf.py in PATH: {idf}/install.sh esp32 installs it"


@pytest.mark.parametrize("target", ("esp32c3", "esp32s3-spiram-oct"))
def test_nothing_missing(target: str, project: Path, idf: Path, micropython: Path) -> None:
    """Down to ESP-IDF's stand-in: MicroPython's port is configured, and its makeimg.py puts the image together."""
    environment = {"IDF_PATH": idf, "MICROPYTHON_DIR": micropython, "MINFER_OPS": "SOFTMAX CONV_2D"}
    code, printed, errors = build(project, target, **environment)
    assert (code, errors) == (0, "")
    assert re.fullmatch(
        rf"{target}: build/{target}/firmware.bin, application *@0x010000 .* remaining\)\n", printed
    )
    out = project / "build" / target
    image = (out / "firmware.bin").read_bytes()
    first = 0x1000  # where an image without BOOTLOADER_OFFSET_IN_FLASH begins
    assert image[0x10000 - first :] == b"micropython"
    assert (out / "micropython.uf2").exists() == target.startswith("esp32s3")
    commands = (out / "compile_commands.json").read_text("utf-8")
    assert set(re.findall(r"-DMINFER_OP_(\w+)", commands)) == {"CONV_2D", "SOFTMAX"}
