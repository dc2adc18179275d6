"""Random inputs of a front end, computed by a firmware and compared with what the host's engine makes of them."""

from __future__ import annotations

import re
import shutil
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import run  # noqa: E402

INPUTS = 1000  # of each front end
TARGETS = pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)


def pieces(*parts: bytes) -> bytes:
    """Each behind its length."""
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def equal(target: run.Target, script: str, records: list[bytes], folder: Path) -> int:
    """How many of the records `script` of tests/device/support has computed on the target; no byte may differ."""
    try:
        target.check()
    except run.MissingError as error:
        pytest.skip(str(error))
    shutil.copy(run.SCRIPTS / "support" / script, folder)
    in_rom = isinstance(target, run.EmulatedPico)
    computed = 0
    for part in parts(records, run.EmulatedPico.rom_bytes if in_rom else sys.maxsize):
        (folder / "records.bin").write_bytes(struct.pack("<I", len(part)) + b"".join(part))
        ended_well, printed = (target.run_from_rom if in_rom else target.run)(script, folder)
        found = re.fullmatch(r"(\d+) \w+, \d+ bytes, 0 differing\nok\n", printed)
        assert ended_well and found, printed
        computed += int(found[1])
    return computed


def parts(records: list[bytes], most: int) -> Iterator[list[bytes]]:
    """The records in lists of `most` bytes at most."""
    part: list[bytes] = []
    size = 0
    for record in records:
        if size + len(record) > most:
            yield part
            part, size = [], 0
        part.append(record)
        size += len(record)
    yield part
