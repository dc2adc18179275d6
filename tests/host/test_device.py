"""The device tests on the targets that need no board."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import run  # noqa: E402


@pytest.mark.parametrize("name", run.names())
@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_device(target: run.Target, name: str) -> None:
    """`name` passes on `target`."""
    try:
        result = run.run_test(name, target)
    except run.MissingError as error:
        pytest.skip(str(error))
    if result.status == "skip":
        pytest.skip(result.detail)
    assert result.status == "pass", result.detail
