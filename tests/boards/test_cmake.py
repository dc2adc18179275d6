"""MicroPython's esp32 port configured by CMake for each of our boards, with ESP-IDF's stand-in; RISC-V compiled as well."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

import esp32
import pytest
import test_partitions

COMPILER = "riscv64-unknown-elf-gcc"
ENGINE = ("engine", "ops", "signal", "kernels")
MINFER = esp32.ROOT / "cmodules" / "minfer"
# Headers of ESP-IDF that the port includes; declarations.h has what is needed of them.
HEADERS = """driver/gpio.h driver/i2s_std.h driver/spi_master.h esp_random.h esp_system.h esp_wifi_types.h
    freertos/FreeRTOS.h freertos/queue.h freertos/semphr.h freertos/task.h soc/gpio_reg.h"""
# Bytes of MicroPython's own firmware compiled for size, as its pull request 17994 gives them.
STOCK = {"esp32c3": 1_636_624, "esp32c6": 1_813_216}


@dataclass(frozen=True)
class Build:
    """A configured build: its folder, and the compiler's arguments for each object."""

    board: esp32.Board
    folder: Path
    commands: dict[Path, list[str]]

    def of(self, target: str, part: str) -> list[list[str]]:
        """The commands for the objects of a target that come from a folder of cmodules/minfer."""
        found = [
            command
            for output, command in self.commands.items()
            if f"/{target}.dir/" in str(output) and f"/cmodules/minfer/{part}/" in str(output)
        ]
        assert found
        return found

    def settings(self) -> dict[str, str]:
        lines = (self.folder / "sdkconfig").read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if line.startswith("CONFIG_"))


@pytest.fixture(scope="module", params=esp32.BOARDS, ids=lambda board: board.target)
def build(
    request: pytest.FixtureRequest, micropython: Path, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    for tool in ("cmake", "ninja", COMPILER):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed: make bench installs it")
    board, folder = request.param, tmp_path_factory.mktemp(request.param.target)
    entries = {
        "MICROPY_BOARD": board.name,
        "MICROPY_BOARD_DIR": board.folder,
        "MICROPY_BOARD_VARIANT": board.variant,
        "USER_C_MODULES": MINFER,
    }
    esp32.run(
        *("cmake", "-G", "Ninja", "-S", micropython / "ports" / "esp32", "-B", folder),
        *(f"-D{name}={value}" for name, value in entries.items()),
        env={**os.environ, "IDF_PATH": str(esp32.ESP_IDF)},
    )
    listed = json.loads((folder / "compile_commands.json").read_text("utf-8"))
    commands = {}
    for entry in listed:
        arguments = shlex.split(entry["command"])
        output = Path(entry["directory"], arguments[arguments.index("-o") + 1])
        commands[output] = arguments
    return Build(board, folder, commands)


@pytest.fixture(scope="session")
def headers(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Compiler's arguments in place of ESP-IDF's headers."""
    folder = tmp_path_factory.mktemp("headers")
    for name in HEADERS.split():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return ["-isystem", str(folder), "-include", str(esp32.ESP_IDF / "declarations.h")]


def test_settings(build: Build) -> None:
    found = build.settings()
    table = found["CONFIG_PARTITION_TABLE_CUSTOM_FILENAME"].strip('"')
    assert Path(table).samefile(esp32.SHARED / "partitions.csv")
    assert found["CONFIG_PARTITION_TABLE_CUSTOM"] == "y"
    sizes = (
        re.fullmatch(r"CONFIG_ESPTOOLPY_FLASHSIZE_(\d+)MB=y", "=".join(row))
        for row in found.items()
    )
    assert min(int(size[1]) << 20 for size in sizes if size) >= test_partitions.FLASH
    assert found["CONFIG_IDF_TARGET"] == f'"{build.board.chip}"'
    has_psram = build.board.chip == "esp32s3" or build.board.variant == "SPIRAM"
    assert ("CONFIG_SPIRAM" in found) == has_psram
    is_octal = build.board.variant == "SPIRAM_OCT"
    assert (found.get("CONFIG_SPIRAM_MODE_OCT") == "y") == is_octal
    is_small = build.board.is_riscv or build.board.variant == "SPIRAM"
    assert (found.get("CONFIG_COMPILER_OPTIMIZATION_SIZE") == "y") == is_small


def test_engine_is_compiled_as_everywhere(build: Build) -> None:
    """With ESP-IDF's options first, and what the engine wants after them."""
    for part in ENGINE:
        for command in build.of("minfer_engine", part):
            assert [word for word in command if word.startswith("-O")][-1] == "-O2"
            assert {"-ffp-contract=off", "-Wextra", "-Werror", "-std=gnu17"} <= set(command)
            assert ("-mfix-esp32-psram-cache-issue" in command) == (build.board.variant == "SPIRAM")
    sources = {path for part in ENGINE for path in (MINFER / part).rglob("*.c")}
    compiled = {Path(command[-1]) for part in ENGINE for command in build.of("minfer_engine", part)}
    assert compiled == sources


def test_binding_is_compiled_as_a_component(build: Build) -> None:
    """So is the copy that MicroPython's build files make CMake compile with the program, which is what is linked."""
    level = "-Os" if "CONFIG_COMPILER_OPTIMIZATION_SIZE" in build.settings() else "-O2"
    for target in ("micropython.elf", "__idf_main"):
        commands = build.of(target, "binding")
        assert {Path(command[-1]) for command in commands} == set(MINFER.glob("binding/*.c"))
        for command in commands:
            assert [word for word in command if word.startswith("-O")] == [level]
            assert "-ffunction-sections" in command


def test_engine_is_linked_after_what_calls_it(build: Build) -> None:
    rules = (build.folder / "build.ninja").read_text("utf-8")
    program = rules.split("build micropython.elf:")[1]
    libraries = re.search(r"LINK_LIBRARIES = (.*)", program)[1].split()
    assert libraries == ["main/libmain.a", "main/libminfer_engine.a"]


def test_binding_alone_is_scanned_for_names(build: Build) -> None:
    rules = (build.folder / "build.ninja").read_text("utf-8")
    (command,) = re.findall(r"COMMAND = .*makeqstrdefs.py pp .* sources (.*)", rules)
    scanned = {Path(word) for word in command.split() if "/cmodules/minfer/" in word}
    assert scanned == set(MINFER.glob("binding/*.c"))


def test_manifest(build: Build) -> None:
    rules = (build.folder / "build.ninja").read_text("utf-8")
    (manifest,) = re.findall(r"COMMAND = .*makemanifest.py .* (\S+manifest\.py)", rules)
    assert Path(manifest).samefile(esp32.SHARED / "manifest.py")


def test_macros(build: Build, headers: list[str], tmp_path: Path) -> None:
    """What MicroPython's headers make of mpconfigboard.h, as the compiler sees it."""
    file = tmp_path / "all.c"
    file.write_text('#include "py/mpconfig.h"\n')
    arguments = before_output(build.of("__idf_main", "binding")[0])
    lines = esp32.run(*arguments, *headers, "-Werror", "-dM", "-E", file).splitlines()
    macros = dict(
        line.removeprefix("#define ").split(" ", 1)
        for line in lines
        if "(" not in line.split(" ")[1]
    )
    assert macros["MICROPY_VFS_ROM"] == "(1)"
    assert macros["MICROPY_VFS_ROM_IOCTL"] == "(MICROPY_VFS_ROM)"
    name = macros["MICROPY_HW_BOARD_NAME"]
    assert "minfer" in name and ("PSRAM" in name) == bool(build.board.variant)
    assert macros["MICROPY_HW_MCU_NAME"].strip('"').lower() == build.board.chip


def before_output(command: list[str]) -> list[str]:
    """A compiler's arguments but for -o and -c, less an option that only the ESP32's compiler has."""
    words = command[: command.index("-o")]
    return [word for word in words if word != "-mfix-esp32-psram-cache-issue"]


def text(*objects: Path) -> int:
    """Bytes that objects or a library put into flash."""
    lines = esp32.run("riscv64-unknown-elf-size", "-t", *objects).splitlines()
    code, data, bss = (int(word) for word in lines[-1].split()[:3])
    assert bss == 0 and data == 0, "the module has no variables"
    return code


@pytest.mark.parametrize(
    "build",
    [board for board in esp32.BOARDS if board.is_riscv],
    ids=lambda board: board.target,
    indirect=True,
)
def test_riscv(build: Build, headers: list[str], tmp_path: Path) -> None:
    """Everything compiles without a warning, and fits into the partition beside MicroPython."""
    if not (esp32.GENHDR / "genhdr").exists():
        pytest.skip("firmware/build.sh unix makes the headers that MicroPython generates")
    esp32.run("ninja", "-j2", "minfer_engine", cwd=build.folder)
    objects = []
    for command in build.of("__idf_main", "binding"):
        objects.append(tmp_path / Path(command[-1]).with_suffix(".o").name)
        flags = [f"-I{esp32.GENHDR}", *headers, "-Wno-unused-parameter", "-Werror"]
        esp32.run(*before_output(command), *flags, "-o", objects[-1], "-c", command[-1])
    engine = build.folder / "main" / "libminfer_engine.a"
    python = sum(path.stat().st_size for path in (esp32.ROOT / "modules").rglob("*.py"))  # at most
    ours = text(engine) + text(*objects) + python
    print(f"{build.board.target}: {text(engine)} bytes, {text(*objects)} of the binding, {python} of Python")
    room = test_partitions.check(test_partitions.ours())["factory"].size
    assert STOCK[build.board.chip] + ours < room
    family = [path for path in build.commands if "/cmodules/minfer/kernels/rv32/" in str(path)]
    assert text(*family) > 0, "the core family's own kernels"
