"""The emulated Pico's own tests run on any RP2040 MicroPython with ROMFS: the one built here, or MINFER_PICO_FIRMWARE."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "firmware" / "emulator"))

from pico import Pico  # noqa: E402


@pytest.fixture(scope="session")
def firmware() -> Path:
    image = Path(os.environ.get("MINFER_PICO_FIRMWARE", ROOT / "build" / "pico" / "firmware.uf2"))
    if not image.exists():
        pytest.skip(f"no {image}: make firmware TARGET=pico")
    return image


@pytest.fixture(scope="module")
def pico(firmware: Path) -> Iterator[Pico]:
    """A Pico for all tests of a module that leave it at its prompt."""
    with Pico(firmware) as running:
        yield running


@pytest.fixture(scope="session")
def mpremote() -> Callable[..., str]:
    """mpremote as a person runs it: `mpremote(pico, "exec", "print(1)")` is its output, with plain newlines."""

    def run(pico: Pico, *arguments: str | Path, check: bool = True) -> str:
        command = [sys.executable, "-m", "mpremote", "connect", pico.port, *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert not check or result.returncode == 0, result.stdout + result.stderr
        return result.stdout.replace("\r", "")

    return run
