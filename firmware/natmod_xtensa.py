"""What MicroPython's mpy_ld.py expects of an Xtensa object: it reads what gas writes, and LLVM writes the same in other places."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

from elftools.elf.elffile import ELFFile

R_XTENSA_32, R_XTENSA_SLOT0_OP = 1, 20


def mend(path: Path) -> None:
    """Changes an object of firmware/xtensa/cc, compiled without -ffunction-sections, in place. Once only.

    Raises CalledProcessError where it is no Xtensa object.
    """
    _rename_sections(path)
    _move_addends(path)


def _rename_sections(path: Path) -> None:
    """A name for each section that no other file's has: pointers are told apart by section and offset.

    Constants with pointers in them become .data.rel.ro, for the linker takes those of .rodata for distances.
    """
    with path.open("rb") as file:
        names = {section.name for section in ELFFile(file).iter_sections()}
    renamed = []
    for name in sorted(names):
        kind = next((kind for kind in (".text", ".rodata", ".data.rel.ro") if name.startswith(kind)), None)
        if kind is not None:
            moved = ".data.rel.ro" if kind == ".rodata" and f".rela{name}" in names else kind
            renamed += ["--rename-section", f"{name}={moved}.{path.stem}{name[len(kind):]}"]
    subprocess.run(["xtensa-lx106-elf-objcopy", *renamed, str(path)], check=True)


def _move_addends(path: Path) -> None:
    """Offsets of literals that point into sections move from the relocation into the word; the offsets that L32R provisionally has go."""
    content = bytearray(path.read_bytes())
    with path.open("rb") as file:
        elf = ELFFile(file)
        symbols = elf.get_section_by_name(".symtab")
        for section in elf.iter_sections("SHT_RELA"):
            target = elf.get_section(section["sh_info"])
            for i, relocation in enumerate(section.iter_relocations()):
                symbol = symbols.get_symbol(relocation["r_info_sym"])
                at = target["sh_offset"] + relocation["r_offset"]
                kind = relocation["r_info_type"]
                if target.name.startswith(".literal"):
                    if kind == R_XTENSA_32 and symbol["st_info"]["type"] == "STT_SECTION":
                        (word,) = struct.unpack_from("<I", content, at)
                        struct.pack_into("<I", content, at, (word + relocation["r_addend"]) % 2**32)
                        struct.pack_into("<i", content, section["sh_offset"] + 12 * i + 8, 0)
                elif kind == R_XTENSA_SLOT0_OP and content[at] & 15 == 1:
                    content[at + 1 : at + 3] = bytes(2)
    path.write_bytes(content)
