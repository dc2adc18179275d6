"""Checks a finished Pico image before anybody flashes it, and prints what it takes of the chip.

usage: check_image.py pico|pico2 FOLDER (of firmware.elf, firmware.bin and firmware.uf2)

The figures are those of the RP2040 and RP2350 datasheets and of the UF2 specification.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

FLASH = 0x10000000
UF2_BLOCK = struct.Struct("<8I476sI")
UF2_MAGIC = (0x0A324655, 0x9E5D5157, 0x0AB16F30)
UF2_FAMILY_PRESENT = 0x2000
VECTORS_CHECKED = 16  # the stack pointer and the core's own exceptions


class ImageError(Exception):
    """The image would not boot, or would overwrite what is not its own."""


@dataclass(frozen=True)
class Chip:
    """What one chip expects of an image."""

    family: int
    flash_bytes: int
    ram: range
    vectors: int  # address of the vector table


CHIPS = {
    "pico": Chip(0xE48BFF56, 2 << 20, range(0x20000000, 0x20042000), FLASH + 0x100),
    "pico2": Chip(0xE48BFF59, 4 << 20, range(0x20000000, 0x20082000), FLASH),
}


class Elf:
    """The segments and symbols of an ELF file."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            elf = ELFFile(file)
            self.machine: str = elf["e_machine"]
            self.segments = [
                (s["p_vaddr"], s["p_paddr"], s["p_memsz"], s.data())
                for s in elf.iter_segments("PT_LOAD")
            ]
            table = elf.get_section_by_name(".symtab")
            self.symbols: dict[str, int] = {s.name: s["st_value"] for s in table.iter_symbols()}

    def words(self, address: int, count: int) -> tuple[int, ...]:
        """Reads words where they lie at run time; raises ImageError where the file holds none."""
        for start, _, _, data in self.segments:
            if start <= address and address + 4 * count <= start + len(data):
                return struct.unpack_from(f"<{count}I", data, address - start)
        raise ImageError(f"the ELF file holds nothing at 0x{address:08x}")


def require(condition: bool, message: str) -> None:
    """Raises ImageError with `message` unless `condition`."""
    if not condition:
        raise ImageError(message)


def check_uf2(uf2: bytes, binary: bytes, family: int) -> None:
    """Every block is for this chip, and together they are exactly `binary`, from the start of flash."""
    require(len(uf2) % UF2_BLOCK.size == 0, f"UF2 of {len(uf2)} bytes, a multiple of 512 expected")
    count = len(uf2) // UF2_BLOCK.size
    payload = b""
    for index, block in enumerate(UF2_BLOCK.iter_unpack(uf2)):
        magic0, magic1, flags, address, size, number, total, of_family, data, magic2 = block
        require((magic0, magic1, magic2) == UF2_MAGIC, f"UF2 block {index}: wrong magic")
        require(
            flags & UF2_FAMILY_PRESENT != 0 and of_family == family,
            f"UF2 block {index}: family 0x{of_family:08x}, 0x{family:08x} expected",
        )
        require((number, total) == (index, count), f"UF2 block {index}: numbered {number}/{total}")
        require(
            address == FLASH + len(payload),
            f"UF2 block {index}: address 0x{address:08x}, 0x{FLASH + len(payload):08x} expected",
        )
        payload += data[:size]
    require(
        payload[: len(binary)] == binary and not any(payload[len(binary) :]),
        "the UF2 and the binary differ",
    )


def check_memory(elf: Elf, chip: Chip) -> tuple[int, int]:
    """Segments lie in flash below ROMFS and in RAM. Returns (flash bytes used, where ROMFS starts)."""
    # The port's own record of its ROMFS: type, offset in flash, size.
    require("rp2_flash_romfs_obj" in elf.symbols, "ROMFS is not enabled")
    _, romfs, romfs_bytes = elf.words(elf.symbols["rp2_flash_romfs_obj"], 3)
    require(romfs + romfs_bytes <= chip.flash_bytes, "ROMFS lies beyond the flash")
    used = 0
    for start, load, size, data in elf.segments:
        end = start + size
        in_flash = FLASH <= start and end <= FLASH + romfs
        in_ram = chip.ram.start <= start and end <= chip.ram.stop
        require(
            in_flash or in_ram, f"segment 0x{start:08x}..0x{end:08x} is in neither flash nor RAM"
        )
        if data:
            load_end = load + len(data)
            require(
                FLASH <= load and load_end <= FLASH + romfs,
                f"segment loaded at 0x{load:08x}..0x{load_end:08x} reaches ROMFS"
                f" at 0x{FLASH + romfs:08x}: the firmware is too large",
            )
            used = max(used, load_end - FLASH)
    return used, romfs


def check_vectors(elf: Elf, chip: Chip) -> None:
    """The stack pointer points to the top of RAM, and every exception to Thumb code."""
    stack, *handlers = elf.words(chip.vectors, VECTORS_CHECKED)
    require(
        stack % 8 == 0 and chip.ram.start < stack <= chip.ram.stop,
        f"initial stack pointer 0x{stack:08x}",
    )
    for number, handler in enumerate(handlers, 1):
        in_code = FLASH <= handler < FLASH + chip.flash_bytes or handler in chip.ram
        require(handler % 2 == 1 and in_code, f"exception {number} goes to 0x{handler:08x}")


def check_boot(binary: bytes, name: str) -> None:
    """What the boot ROM looks for first: the checked boot stage (RP2040), the image block (RP2350)."""
    if name == "pico":
        (stored,) = struct.unpack_from("<I", binary, 252)
        found = crc32_mpeg2(binary[:252])
        require(found == stored, f"boot stage with CRC 0x{found:08x}, 0x{stored:08x} stored")
    else:
        # Block start, item IMAGE_TYPE of one word: an executable, secure, Arm, RP2350.
        block = struct.pack("<2I", 0xFFFFDED3, 0x10210142)
        require(block in binary[:4096], "no RP2350 Arm image block in the first 4 KB")


def crc32_mpeg2(data: bytes) -> int:
    """CRC-32 as the RP2040's boot ROM computes it (datasheet 2.8.1.3.1): not reflected, no final xor."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc


def check(name: str, folder: Path) -> str:
    """Checks the image of board `name` in `folder`; returns the lines to print, raises ImageError."""
    chip = CHIPS[name]
    elf = Elf(folder / "firmware.elf")
    binary = (folder / "firmware.bin").read_bytes()
    require(elf.machine == "EM_ARM", f"an ELF for {elf.machine}, EM_ARM expected")
    check_uf2((folder / "firmware.uf2").read_bytes(), binary, chip.family)
    used, romfs = check_memory(elf, chip)
    check_vectors(elf, chip)
    check_boot(binary, name)
    heap = elf.symbols["__GcHeapEnd"] - elf.symbols["__GcHeapStart"]
    fixed = elf.symbols["__GcHeapStart"] - chip.ram.start
    return (
        f"{name}: flash {used:,} of {romfs:,} bytes, RAM {fixed:,} bytes fixed and {heap:,} of heap"
    )


def main() -> int:
    """Runs the command line of the module's docstring."""
    name, folder = sys.argv[1:]
    try:
        print(check(name, Path(folder)))
    except ImageError as error:
        print(f"{name}: the image is wrong: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
