"""The same features of motion from the firmware and the host, and what the sanitizers find in the engine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from motions import random_motion
from sounds import pack

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import run  # noqa: E402
from c_programs import sanitized  # noqa: E402


@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_features_are_the_hosts(target: run.Target, tmp_path: Path) -> None:
    try:
        target.check()
    except run.MissingError as error:
        pytest.skip(str(error))
    cases = [random_motion(seed) for seed in range(max(target.samples, 12))]
    (tmp_path / "sounds.bin").write_bytes(pack([(case, case.features()) for case in cases]))
    shutil.copy(run.SCRIPTS / "support" / "sounds.py", tmp_path)
    ended_well, printed = target.run("sounds.py", tmp_path)
    assert ended_well and printed.endswith(" 0 differing\nok\n"), printed
    assert printed.startswith(f"{len(cases)} sounds")


def test_sanitizers_find_nothing() -> None:
    """Random front ends in memory of exactly their size, filters at the edge of stability, samples at full scale."""
    result = subprocess.run([sanitized("signal/motion.c")], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
