"""ESP-IDF's settings: what the boards set, MicroPython's boards set as well."""

from __future__ import annotations

import re
from pathlib import Path

import esp32

LINE = re.compile(r'(CONFIG_[A-Z0-9_]+)=(|y|n|-?\d+|0x[0-9a-fA-F]+|"[^"]*")')
FILES = sorted(esp32.ROOT.glob("boards/*/sdkconfig.*"))


def settings(path: Path) -> dict[str, str]:
    """Names and values. Every line is a setting, empty or a comment."""
    lines = path.read_text("utf-8").splitlines()
    found = [LINE.fullmatch(line.rstrip()) for line in lines if line.strip() and line[0] != "#"]
    assert all(found), path
    return dict(match.groups() for match in found)


def test_there_are_some() -> None:
    assert {path.name for path in FILES} == {"sdkconfig.partitions.in", "sdkconfig.size"}


def test_micropython_knows_all(micropython: Path) -> None:
    boards = micropython / "ports" / "esp32" / "boards"
    known = {name for path in boards.rglob("sdkconfig.*") for name in settings(path)}
    assert len(known) > 100
    for path in FILES:
        assert settings(path).keys() <= known, path
