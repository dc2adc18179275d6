"""What a board's firmware is, as far as native modules are concerned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minfer.deploy import Board
from minfer.errors import MinferError

SCRIPT = Path(__file__).with_name("on_board.py")

# MicroPython's numbers of native architectures (py/persistentcode.h), with its names for them.
ARCHS = (
    *("none", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)
# Which build runs on them best, where that is not the one of the same name.
BUILT_AS = {"armv7em": "armv7m", "armv7emdp": "armv7emsp"}
BUILT_FOR = ("x64", "armv6m", "armv7m", "armv7emsp", "xtensawin", "rv32imc")


@dataclass(frozen=True)
class Firmware:
    """What `sys.implementation` says, and whether minfer is part of it.

    `mpy`: version | sub-version << 8 | architecture << 10 of the .mpy files it takes; flags above.
    """

    version: str
    machine: str
    mpy: int
    has_minfer: bool

    @property
    def mpy_version(self) -> tuple[int, int]:
        """Version and sub-version of .mpy files."""
        return self.mpy & 0xFF, self.mpy >> 8 & 3

    @property
    def build(self) -> str:
        """The architecture whose build of minfer is for this firmware.

        Raises MinferError where it takes no native modules, or there is no build for it.
        """
        arch = self.mpy >> 10 & 15
        name = ARCHS[arch] if arch < len(ARCHS) else f"number {arch}"
        if name == "none":
            raise MinferError(
                f"expected a MicroPython that takes native modules, found {self} without them;"
                " flash one that has them, or minfer's firmware"
            )
        built = BUILT_AS.get(name, name)
        if built not in BUILT_FOR:
            raise MinferError(
                f"expected a board of {', '.join(BUILT_FOR)}, found {self} of the architecture"
                f" {name}; there is no minfer for it"
            )
        if built == "xtensawin" and "ESP32S2" in self.machine.replace("-", ""):
            raise MinferError(
                f"expected an ESP32 or ESP32-S3, found {self}: an ESP32-S2 has no FPU and no MAC16;"
                " there is no minfer for it"
            )
        return built

    def __str__(self) -> str:
        return f"MicroPython {self.version} ({self.machine})"


def introduce(board: Board) -> None:
    """Tells a board on_board.py, after each reset."""
    board.exec(SCRIPT.read_text("utf-8"))


def ask(board: Board) -> Firmware:
    """The firmware of a board, which knows on_board.py from now on."""
    introduce(board)
    version, machine, mpy = board.eval(
        "('.'.join(str(n) for n in sys.implementation[1][:3]),"
        " getattr(sys.implementation, '_machine', sys.platform),"
        " getattr(sys.implementation, '_mpy', 0))"
    )
    return Firmware(version, machine, mpy, board.eval("built_in()"))
