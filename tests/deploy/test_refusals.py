"""What `minfer deploy` and `--on` refuse: one line, exit code 2, nothing changed on the board."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from emulated import Pico, minfer, models, on_board, refusal, start, write_models
from minfer.deploy import Board, Candidate, check_models, find_port
from minfer.deploy import board as board_module
from minfer.errors import MinferError
from serial.tools.list_ports_common import ListPortInfo

STATE = """
import hashlib, os, vfs
start = memoryview(vfs.rom_ioctl(2, 0))[:16384]
print(hashlib.sha256(start).digest().hex(), os.statvfs("/"), sorted(os.listdir("/")))
"""


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def pico(paths: dict[str, Path]) -> Iterator[Pico]:
    with start() as running:
        minfer("deploy", paths["dense"], "--port", running.port)
        yield running


@pytest.fixture
def unchanged(pico: Pico) -> Iterator[Pico]:
    """A Pico whose flash is afterwards as it was."""
    before = on_board(pico, STATE)
    yield pico
    assert on_board(pico, STATE) == before


def model_of(arena: int, constants: int) -> bytes:
    """A model that looks up `arena` bytes, and carries `constants` more."""
    model = models.Model("large")
    x = model.tensor((arena,), scale=1.0)
    model.lookup(x, x, model.tensor((256,), data=models.table(lambda x: x)))
    model.tensor((constants,), data=bytes(constants))
    model.edges([x], [x])
    return model.to_bytes()


def test_full_romfs(unchanged: Pico, tmp_path: Path) -> None:
    path = tmp_path / "large.mnf"
    path.write_bytes(model_of(arena=16, constants=524_000))
    line = refusal("deploy", path, "--port", unchanged.port)
    assert (
        "is full: expected room for 525,056 bytes" in line
        and "found 524,288" in line
        and "dense.mnf" in line
    )


def test_no_room_to_prepare(pico: Pico, paths: dict[str, Path]) -> None:
    on_board(pico, "with open('/fill', 'wb') as f:\n for i in range(218): f.write(bytes(4096))")
    before = on_board(pico, STATE)
    line = refusal("deploy", paths["long"], "--port", pico.port)
    assert "no room to prepare the image in the file system" in line and "bytes free, found" in line
    line = refusal("deploy", paths["long"], "--to", "fs", "--port", pico.port)
    assert "is full" in line and "long.mnf" in line
    assert on_board(pico, STATE) == before
    on_board(pico, "os.remove('/fill')")


def test_too_little_ram(unchanged: Pico, tmp_path: Path) -> None:
    path = tmp_path / "large.mnf"
    path.write_bytes(model_of(arena=300_000, constants=16))
    line = refusal("deploy", path, "--port", unchanged.port)
    assert "expected 300,000 bytes of free RAM for its arena, found 2" in line
    path.write_bytes(model_of(arena=16, constants=300_000))
    line = refusal("deploy", path, "--to", "fs", "--port", unchanged.port)
    assert "bytes of free RAM for its arena and file, found 2" in line


@pytest.mark.parametrize(
    ("record_offset", "value", "reason"),
    [
        (0, b"\xc8\x00", "found 200"),
        (4, b"\x02", "expected version 1, found 2"),
        (5, b"\x07", "found 7"),
    ],
    ids=["operator", "version", "layout"],
)
def test_firmware_too_old(unchanged: Pico, record_offset: int, value: bytes, reason: str) -> None:
    """A model of a later host, whose operators neither this host nor this firmware knows."""
    content = bytearray(models.dense().to_bytes())
    at = int.from_bytes(content[32:36], "little") + record_offset
    content[at : at + len(value)] = value
    with Board(unchanged.port) as board, pytest.raises(MinferError) as error:
        check_models(board, [Candidate("new.mnf", bytes(content), 16)])
    line = str(error.value)
    assert (
        line.startswith("new.mnf: the firmware on")
        and "is too old" in line
        and line.endswith(f"{reason}; update the firmware")
    ), line


def test_board_without_minfer(pico: Pico, paths: dict[str, Path]) -> None:
    write = "with open({!r}, 'w') as file: file.write({!r})\n"
    hide = write.format("/boot.py", "import sys\nsys.modules.pop('minfer')\n")
    hide += write.format("/minfer.py", "raise ImportError('as on a stock board')\n")
    on_board(pico, hide)
    line = refusal("deploy", paths["long"], "--port", pico.port)
    assert (
        "expected a board running minfer, found MicroPython without it (Raspberry Pi Pico" in line
    )
    command = [
        sys.executable,
        "-m",
        "mpremote",
        "connect",
        pico.port,
        "rm",
        ":boot.py",
        ":minfer.py",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_port_in_use(pico: Pico, paths: dict[str, Path]) -> None:
    with serial.Serial(pico.port, exclusive=True):
        line = refusal("deploy", paths["long"], "--port", pico.port)
    assert line.endswith("the port cannot be opened; close the program that is using it")


def test_no_such_port(paths: dict[str, Path]) -> None:
    line = refusal("deploy", paths["long"], "--port", "/dev/ttyNone0")
    assert line == "minfer: /dev/ttyNone0: there is no such port; is the board plugged in?"


def test_no_prompt(paths: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "BOOT_SECONDS", 0.5)
    monkeypatch.setattr(board_module, "SILENCE_SECONDS", 0.5)
    ours, theirs = pty.openpty()
    line = refusal("deploy", paths["long"], "--port", os.ttyname(theirs))
    os.close(ours)
    assert "expected a board running MicroPython, found no prompt" in line


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([], "no board found: plug one in by USB, or say where it is with --port"),
        (
            ["/dev/ttyACM1", "/dev/ttyACM0"],
            "2 boards found, choose one with --port:"
            " /dev/ttyACM0 (a board), /dev/ttyACM1 (a board)",
        ),
    ],
    ids=["none", "two"],
)
def test_which_board(
    devices: list[str], expected: str, paths: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_module.list_ports, "comports", lambda: [port(d) for d in devices])
    assert refusal("deploy", paths["long"]) == f"minfer: {expected}"


def test_takes_the_only_board(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ListPortInfo("/dev/ttyS0")  # of the laptop itself: no USB
    ports = [plain, port("/dev/ttyACM0")]
    monkeypatch.setattr(board_module.list_ports, "comports", lambda: ports)
    assert find_port() == "/dev/ttyACM0"


def port(device: str) -> ListPortInfo:
    """A USB serial port."""
    info = ListPortInfo(device)
    info.vid, info.description = 0x2E8A, "a board"
    return info


def test_what_is_no_model(tmp_path: Path, paths: dict[str, Path]) -> None:
    broken = tmp_path / "broken.mnf"
    broken.write_bytes(paths["long"].read_bytes()[:-1])
    assert f"{broken}: truncated file: expected" in refusal("deploy", broken)
    assert "nothing.mnf: No such file or directory" in refusal("deploy", tmp_path / "nothing.mnf")
    flatbuffer = tmp_path / "model.tflite"
    flatbuffer.write_bytes(bytes(4) + b"TFL3")
    assert "convert it first: minfer convert" in refusal("deploy", flatbuffer)
    assert "found two called long.mnf" in refusal("deploy", paths["long"], paths["other"])


def test_places_to_run(paths: dict[str, Path]) -> None:
    line = refusal("profile", paths["long"], "--on", "host")
    assert line == "minfer: --on: expected pico (emulated) or serial:PORT, found 'host'"
    line = refusal("profile", paths["long"], "--on", "serial:/dev/ttyNone0")
    assert "there is no such port" in line
