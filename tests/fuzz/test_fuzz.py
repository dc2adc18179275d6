"""The fuzzer, for a short while: no finding, and the most of the refusals reached."""

from __future__ import annotations

import os
import shutil

import pytest
from fuzz import COMPILER, fuzz

SECONDS = 120 if os.environ.get("CI") else 20


@pytest.mark.skipif(
    shutil.which(COMPILER) is None, reason=f"no {COMPILER}: install clang-14 and libclang-rt-14-dev"
)
def test_fuzz() -> None:
    report = fuzz(SECONDS)
    assert report.executions > 1000
    assert len(report.missed) < len(report.refused) // 4, f"too few refusals reached: {report}"
