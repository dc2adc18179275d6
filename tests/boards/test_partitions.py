"""The partition table, by the rules of ESP-IDF's gen_esp32part.py and of MicroPython's esp32 port."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import esp32
import pytest

FLASH = 4 << 20  # bytes; ESP-IDF is told of no more, boards have as much or more
BEGIN = 0x9000  # after the boot loader and the table itself
ALIGN = {"app": 0x10000, "data": 0x1000}
SUBTYPES = {
    "app": {"factory", "test", *(f"ota_{slot}" for slot in range(16))},
    "data": {"ota", "phy", "nvs", "coredump", "nvs_keys", "efuse", "undefined", "fat", "spiffs"},
}
PAGE = 0x10000  # what is mapped into memory is mapped by such pages


@dataclass(frozen=True)
class Partition:
    name: str
    kind: str
    subtype: str
    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size


def parse(table: str) -> list[Partition]:
    """The partitions of a table with every offset and size said in numbers."""
    rows = [line for line in table.splitlines() if line.strip() and not line.startswith("#")]
    fields = [[field.strip() for field in row.split(",")] for row in rows]
    assert all(len(row) in (5, 6) and not any(row[5:]) for row in fields), "five columns"
    return [Partition(*row[:3], int(row[3], 0), int(row[4], 0)) for row in fields]


def check(table: str) -> dict[str, Partition]:
    """The partitions by name. Raises ValueError where ESP-IDF would refuse the table, or a flash of 4 MB is too small."""
    partitions = parse(table)
    names = [partition.name for partition in partitions]
    end = BEGIN
    for partition in partitions:
        name, kind, subtype = partition.name, partition.kind, partition.subtype
        if names.count(name) > 1 or not 0 < len(name) < 16:
            raise ValueError(f"{name}: a name of its own of 1 to 15 letters expected")
        if subtype not in SUBTYPES[kind] and not re.fullmatch("0x[0-9a-f]{1,2}", subtype):
            raise ValueError(f"{name}: no subtype {subtype}")
        if partition.offset % ALIGN[kind]:
            raise ValueError(f"{name}: offset {partition.offset:#x} is not aligned")
        if partition.size <= 0 or partition.size % 0x1000:
            raise ValueError(f"{name}: size {partition.size:#x} is not of blocks of flash")
        if partition.offset < end:
            raise ValueError(f"{name}: offset {partition.offset:#x} lies before {end:#x}")
        end = partition.end
    if end > FLASH:
        raise ValueError(f"end {end:#x} is beyond the flash")
    return dict(zip(names, partitions))


def ours() -> str:
    return (esp32.SHARED / "partitions.csv").read_text("utf-8")


def test_ours_is_a_table() -> None:
    check(ours())


def test_flash_is_what_sdkconfig_says(micropython: Path) -> None:
    base = (micropython / "ports" / "esp32" / "boards" / "sdkconfig.base").read_text("utf-8")
    assert f"CONFIG_ESPTOOLPY_FLASHSIZE_{FLASH >> 20}MB=y" in base.splitlines()


def test_romfs_is_where_micropython_looks(micropython: Path) -> None:
    code = (micropython / "ports" / "esp32" / "esp32_partition.c").read_text("utf-8")
    kind, name = re.search(
        r"esp_partition_find\(ESP_PARTITION_TYPE_(\w+), ESP_PARTITION_SUBTYPE_ANY, \"(\w+)\"", code
    ).groups()
    romfs = check(ours())[name]
    assert romfs.kind == kind.lower()
    assert romfs.size >= 1 << 20
    assert romfs.offset % PAGE == 0 and romfs.size % PAGE == 0


def test_firmware_is_where_the_boot_loader_looks(micropython: Path) -> None:
    (table,) = (micropython / "ports" / "esp32").glob("partitions-4MiB*romfs.csv")
    theirs, found = check(table.read_text("utf-8")), check(ours())
    for name in ("nvs", "phy_init"):
        assert found[name] == theirs[name]
    assert found["factory"].offset == theirs["factory"].offset
    assert found["factory"].subtype == "factory"


def test_rest_is_a_file_system() -> None:
    """MicroPython 1.26 makes the partition "vfs" of what is left behind the last one: so there must be no such row."""
    partitions = check(ours())
    assert not {"vfs", "ffat"} & partitions.keys()
    # `minfer deploy` prepares an image there: most of ROMFS can be sent to the smallest flash.
    assert FLASH - max(partition.end for partition in partitions.values()) >= 896 << 10


@pytest.mark.parametrize(
    "old, new, message",
    (
        ("0x10000, ", "0x18000, ", "not aligned"),
        ("0x220000", "0x220800", "not aligned"),
        ("0x220000", "0x210000", "lies before"),
        ("0x210000", "0x210400", "blocks of flash"),
        ("0x100000", "0x200000", "beyond the flash"),
        ("0x9000, ", "0x8000, ", "lies before"),
        ("romfs,   ", "nvs,     ", "a name of its own"),
        ("0x8f", "romfs", "no subtype"),
    ),
)
def test_wrong_tables_are_found(old: str, new: str, message: str) -> None:
    assert ours().count(old) == 1
    with pytest.raises(ValueError, match=message):
        check(ours().replace(old, new))
