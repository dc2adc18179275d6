"""What `make natmod` builds: the native module and the package beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minfer.errors import MinferError
from minfer.install.firmware import ARCHS, Firmware
from minfer.targets.built import find_built

MODULE = "_minfer.mpy"


@dataclass(frozen=True)
class Build:
    """The files of minfer for one architecture, by the names they have below /lib."""

    folder: Path
    arch: str
    files: dict[str, bytes]

    @property
    def mpy_version(self) -> tuple[int, int]:
        """Version and sub-version of the module's format."""
        return self.files[MODULE][1], self.files[MODULE][2] & 3

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(len(content) for content in self.files.values())


def read_build(firmware: Firmware, folder: Path | None = None) -> Build:
    """The build for a firmware: `folder`/ARCH or, without one, build/natmod/ARCH of the clone.

    Raises MinferError where there is none, it is not what its name says, or its .mpy version is not
    the firmware's.
    """
    arch = firmware.build
    place = f"{arch}/{MODULE}"
    remedy = f"build it: make natmod ARCH={arch}"
    if folder is None:
        module = find_built(f"build/natmod/{place}", f"minfer for {arch}", remedy)
    else:
        module = folder / place
        if not module.is_file():
            raise MinferError(f"no minfer for {arch}: expected {module}; {remedy}")
    paths = [module, *sorted(module.parent.glob("minfer/*.mpy"))]
    build = Build(
        module.parent,
        arch,
        {path.relative_to(module.parent).as_posix(): path.read_bytes() for path in paths},
    )
    _check(build, firmware, remedy)
    return build


def _check(build: Build, firmware: Firmware, remedy: str) -> None:
    if "minfer/__init__.mpy" not in build.files:
        raise MinferError(f"{build.folder}: expected minfer/__init__.mpy, found none; {remedy}")
    for name, content in build.files.items():
        if content[:1] != b"M" or len(content) < 4:
            raise MinferError(f"{build.folder / name}: expected an .mpy file, found none; {remedy}")
    number = (build.files[MODULE][2] & 0x3F) >> 2  # the bit above says that more of it follows
    if ARCHS[number : number + 1] != (build.arch,):
        found = ARCHS[number] if number < len(ARCHS) else f"number {number}"
        raise MinferError(
            f"{build.folder / MODULE}: expected a module of the architecture {build.arch},"
            f" found one of {found}; {remedy}"
        )
    if build.mpy_version != firmware.mpy_version:
        raise MinferError(
            f"{build.folder}: expected .mpy version {_dotted(firmware.mpy_version)} as {firmware}"
            f" takes it, found {_dotted(build.mpy_version)}; flash a MicroPython that takes this,"
            f" or {remedy} MICROPYTHON_DIR=..., with the source of the board's"
        )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
