"""mpremote, as it comes, against the emulated Pico's serial port."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pico import Pico


def test_exec(pico: Pico, mpremote: Callable[..., str]) -> None:
    assert mpremote(pico, "exec", "print(6 * 7)") == "42\n"


def test_run(pico: Pico, mpremote: Callable[..., str], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("for i in range(3):\n    print(i)\n")
    assert mpremote(pico, "run", script) == "0\n1\n2\n"


def test_cp_both_ways(pico: Pico, mpremote: Callable[..., str], tmp_path: Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    there.write_bytes(bytes(range(256)) * 20)
    mpremote(pico, "cp", there, ":copied")
    assert "5120 copied" in mpremote(pico, "ls")
    mpremote(pico, "cp", ":copied", back)
    assert back.read_bytes() == there.read_bytes()


def test_romfs(pico: Pico, mpremote: Callable[..., str], tmp_path: Path) -> None:
    if "ROMFS0" not in mpremote(pico, "romfs", "query"):
        pytest.skip("this firmware has no ROMFS")
    folder = tmp_path / "rom"
    folder.mkdir()
    (folder / "greeting").write_text("hello from ROM")
    mpremote(pico, "romfs", "deploy", folder)
    assert "ROMFS image size: 27" in mpremote(pico, "romfs", "query")
    where = (
        "import uctypes; f = open('/rom/greeting', 'rb'); print(hex(uctypes.addressof(f) >> 24))"
    )
    assert mpremote(pico, "exec", f"{where}; print(f.read())") == "0x10\nb'hello from ROM'\n"


def test_mount(pico: Pico, mpremote: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "on_the_host.py").write_text("print('imported over the cable')\n")
    output = mpremote(pico, "mount", tmp_path, "exec", "import on_the_host")
    assert "imported over the cable" in output


def test_soft_reset(pico: Pico, mpremote: Callable[..., str]) -> None:
    mpremote(pico, "exec", "here = 1")
    assert mpremote(pico, "resume", "exec", "print(here)") == "1\n"
    mpremote(pico, "soft-reset")
    assert mpremote(pico, "resume", "exec", "print('here' in globals())") == "False\n"
