"""The ESP32 boards, MicroPython's source for them, and ESP-IDF's stand-in."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "boards" / "ESP32"
ESP_IDF = Path(__file__).with_name("esp_idf")
# What MicroPython's build generates; a module takes the same headers from every port.
GENHDR = ROOT / "build" / "unix"


@dataclass(frozen=True)
class Board:
    """A target of firmware/build.sh: its folder, its variant, its chip."""

    target: str
    name: str
    chip: str
    variant: str = ""

    @property
    def folder(self) -> Path:
        return ROOT / "boards" / self.name

    @property
    def is_riscv(self) -> bool:
        return self.chip.startswith("esp32c")


BOARDS = (
    Board("esp32", "MINFER_ESP32", "esp32"),
    Board("esp32-spiram", "MINFER_ESP32", "esp32", "SPIRAM"),
    Board("esp32s3", "MINFER_ESP32S3", "esp32s3"),
    Board("esp32s3-spiram-oct", "MINFER_ESP32S3", "esp32s3", "SPIRAM_OCT"),
    Board("esp32c3", "MINFER_ESP32C3", "esp32c3"),
    Board("esp32c6", "MINFER_ESP32C6", "esp32c6"),
)


def run(*command: object, **options: object) -> str:
    """What a command prints. It must succeed."""
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def source() -> Path:
    """MicroPython's source: the caller's, else the pinned one."""
    return Path(os.environ.get("MICROPYTHON_DIR") or ROOT / "build" / "src" / "micropython")


def version(micropython: Path) -> tuple[int, int]:
    text = (micropython / "py" / "mpconfig.h").read_text("utf-8")
    return tuple(
        int(re.search(rf"#define MICROPY_VERSION_{part} \(?(\d+)", text)[1])
        for part in ("MAJOR", "MINOR")
    )


def mirror(source: Path, folder: Path) -> None:
    """A folder of links to what is in another."""
    folder.mkdir()
    for path in source.resolve().iterdir():
        (folder / path.name).symlink_to(path)


def replace(path: Path, content: str) -> None:
    """A file in place of a link."""
    path.unlink(missing_ok=True)
    path.write_text(content, "utf-8")


def complete(folder: Path) -> Path:
    """MicroPython as these boards need it, in `folder`: links to `source()`, with stand-ins for its submodules.

    The pinned MicroPython 1.25 becomes what 1.26 is to a board: of that version, and with the module machine.py.
    """
    mirror(source(), folder)
    port, library = folder / "ports" / "esp32", folder / "lib"
    for path in (folder / "py", folder / "mpy-cross", library, port.parent, port, port / "modules"):
        linked = path.resolve()
        path.unlink()
        mirror(linked, path)
    if version(folder) < (1, 26):
        config = folder / "py" / "mpconfig.h"
        text = config.read_text("utf-8")
        replace(config, re.sub(r"(MICROPY_VERSION_MINOR) 25", r"\1 26", text))
        replace(port / "modules" / "machine.py", "")
    replace(folder / "mpy-cross" / "Makefile", "all:\n")  # there is nothing to compile for it

    packages, database = library / "micropython-lib", library / "berkeley-db-1.xx"
    files = {packages / "README.md": "", database / "README": ""}
    for name in required(port / "boards" / "manifest.py"):
        files[packages / "micropython" / name / "manifest.py"] = 'metadata(version="1.0")\n'
    sources = (folder / "extmod" / "extmod.cmake").read_text("utf-8")
    for name in re.findall(r"BERKELEY_DIR}/(.*\.c)", sources):
        files[database / name] = ""
    packages.unlink()
    database.unlink()
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


def required(manifest: Path) -> set[str]:
    """The packages of micropython-lib that a manifest names."""
    return set(re.findall(r'^require\("([^"]*)"', manifest.read_text("utf-8"), re.MULTILINE))
