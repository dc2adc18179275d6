"""The flash in a file: kept over restarts and power cuts, byte for byte what the chip would hold."""

from __future__ import annotations

import binascii
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pico import Pico

FLASH_SIZE = 2 * 1024 * 1024
WRITER = """
import os
for i in range(1000):
    with open("new", "w") as f:
        f.write(str(i) * 1000)
    os.rename("new", "file")
    print(i)
"""


def test_keeps_files(firmware: Path, mpremote: Callable[..., str], tmp_path: Path) -> None:
    flash = tmp_path / "flash"
    with Pico(firmware, flash) as pico:
        mpremote(pico, "exec", "with open('note', 'w') as f: f.write('still here')")
    assert flash.stat().st_size == FLASH_SIZE
    with Pico(firmware, flash) as pico:
        assert mpremote(pico, "exec", "print(open('note').read())") == "still here\n"


def test_without_a_file_nothing_is_kept(firmware: Path, mpremote: Callable[..., str]) -> None:
    with Pico(firmware) as pico:
        mpremote(pico, "exec", "with open('note', 'w') as f: f.write('gone')")
    with Pico(firmware) as pico:
        assert mpremote(pico, "exec", "import os; print(os.listdir())") == "[]\n"


def test_file_holds_what_the_chip_reads(
    firmware: Path, mpremote: Callable[..., str], tmp_path: Path
) -> None:
    flash = tmp_path / "flash"
    checksum = """
import binascii, uctypes
with open("data", "wb") as f:
    f.write(bytes(range(256)) * 40)
print(binascii.crc32(uctypes.bytearray_at(0x10000000, 2 << 20)))
"""
    with Pico(firmware, flash) as pico:
        on_the_chip = int(mpremote(pico, "exec", checksum))
    assert binascii.crc32(flash.read_bytes()) == on_the_chip
    assert bytes(range(256)) in flash.read_bytes()


def test_power_cuts(firmware: Path, mpremote: Callable[..., str], tmp_path: Path) -> None:
    """Killed at random moments of writing: the file is whole, of one version or another, after each."""
    flash = tmp_path / "flash"
    moments = random.Random(1)
    with Pico(firmware, flash) as pico:
        mpremote(pico, "exec", "with open('file', 'w') as f: f.write('0' * 1000)")
    check = "s = open('file').read(); n = len(s) // 1000; print(s == s[:n] * 1000, s[:n])"
    seen = set()
    for _ in range(6):
        with Pico(firmware, flash) as pico:
            writer = subprocess.Popen(
                [sys.executable, "-m", "mpremote", "connect", pico.port, "exec", WRITER],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            writer.stdout.readline()  # it writes from here on
            time.sleep(moments.uniform(0, 0.3))
            pico.kill()
            writer.communicate(timeout=10)
        with Pico(firmware, flash) as pico:
            whole, version = mpremote(pico, "exec", check).split()
        assert whole == "True"
        seen.add(version)
    assert len(seen) > 1
