"""Start and end of the emulated Pico, and what it says of input it cannot use."""

from __future__ import annotations

import os
import select
import signal
import struct
import subprocess
import time
from pathlib import Path

import pytest
from pico import MAIN, Pico, PicoError

BOOT = Path(__file__).with_name("boot.mjs")
FLASH_SIZE = 2 * 1024 * 1024
HERTZ = 125_000_000


def read_until(port: str, expected: bytes, seconds: float = 5.0) -> bytes:
    """Presses Enter and reads up to `expected`."""
    terminal = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(terminal, b"\r")
        received = b""
        deadline = time.monotonic() + seconds
        while expected not in received and time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.1)[0]:
                received += os.read(terminal, 4096)
        return received
    finally:
        os.close(terminal)


def cycles_to_the_prompt(firmware: Path) -> tuple[int, int]:
    """From power on, on an empty flash, and how many of them the chip slept."""
    command = ["node", str(BOOT), str(firmware)]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(words[1]), int(words[3])


def test_boots_to_the_prompt_within_a_fifth_of_a_second(firmware: Path) -> None:
    """Of the chip's time, which is the same on every machine; the first boot, which makes the file system."""
    cycles, asleep = cycles_to_the_prompt(firmware)
    assert 0 < asleep < cycles < HERTZ / 5
    assert cycles_to_the_prompt(firmware) == (cycles, asleep)


def test_boots_twenty_times_in_a_row(firmware: Path) -> None:
    for _ in range(20):
        with Pico(firmware) as pico:
            assert b">>> " in read_until(pico.port, b">>> ")
        assert pico.exit_code == 0
        assert pico.cycles > pico.asleep > 0


@pytest.mark.parametrize("kind", ["elf", "bin"])
def test_boots_other_kinds_of_image(firmware: Path, kind: str) -> None:
    image = firmware.with_suffix(f".{kind}")
    if not image.exists():
        pytest.skip(f"no {image.name} beside {firmware.name}")
    with Pico(image) as pico:
        assert b">>> " in read_until(pico.port, b">>> ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_cleanly_at_a_signal(firmware: Path, tmp_path: Path, number: int) -> None:
    link = tmp_path / "port"
    process = subprocess.Popen(
        ["node", str(MAIN), str(firmware), "--pty-link", str(link)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    word, path = process.stdout.readline().split()
    assert word == "pty"
    assert os.readlink(link) == path
    process.send_signal(number)
    output, errors = process.communicate(timeout=5)
    assert (process.returncode, output, errors) == (0, "", "")
    assert not link.is_symlink()


def uf2_block(family: int) -> bytes:
    head = struct.pack("<8I", 0x0A324655, 0x9E5D5157, 0x2000, 0x10000000, 256, 0, 1, family)
    return head.ljust(508, b"\0") + struct.pack("<I", 0x0AB16F30)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("missing.uf2", None, "missing.uf2 cannot be read: ENOENT"),
        ("firmware.hex", b":00000001FF", "give a .uf2, .elf or .bin"),
        ("short.uf2", b"UF2\n", "it has 4 bytes, not blocks of 512"),
        ("other.uf2", bytes(512), "its block 0 has no UF2 header"),
        ("pico2.uf2", uf2_block(0xE48BFF59), "is for family 0xe48bff59"),
        ("empty.bin", b"", "nothing at the start of the flash"),
        ("large.bin", bytes(FLASH_SIZE + 1), "build it for a Pico"),
        ("text.elf", b"not an ELF", "is no ELF file for Arm"),
    ],
)
def test_refuses_an_image(tmp_path: Path, name: str, content: bytes | None, expected: str) -> None:
    image = tmp_path / name
    if content is not None:
        image.write_bytes(content)
    with pytest.raises(PicoError) as refusal, Pico(image):
        pass
    message = str(refusal.value)
    assert message.startswith("error: ") and expected in message and "\n" not in message


def test_refuses_a_flash_file_of_another_size(firmware: Path, tmp_path: Path) -> None:
    flash = tmp_path / "flash"
    flash.write_bytes(b"precious")
    with pytest.raises(PicoError, match="has 8 bytes, a Pico's flash 2097152"):
        with Pico(firmware, flash):
            pass
    assert flash.read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("place", "expected"), [("file", "is there already and no link"), ("no/port", "no folder")]
)
def test_refuses_a_link_it_cannot_make(
    firmware: Path, tmp_path: Path, place: str, expected: str
) -> None:
    (tmp_path / "file").write_text("precious")
    command = ["node", str(MAIN), str(firmware), "--pty-link", str(tmp_path / place)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert expected in result.stderr and result.stderr.count("\n") == 1
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize("arguments", [[], ["a.uf2", "b.uf2"], ["a.uf2", "--speed", "2"]])
def test_refuses_a_wrong_command_line(arguments: list[str]) -> None:
    result = subprocess.run(["node", str(MAIN), *arguments], capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
