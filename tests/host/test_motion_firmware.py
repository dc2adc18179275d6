"""The same features of motion from the firmware and the host, and what the sanitizers find in the engine."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

from c_programs import sanitized
from front_ends import INPUTS, TARGETS, equal, run
from motions import random_motion
from sounds import record


@functools.cache
def records() -> list[bytes]:
    motions = [random_motion(seed) for seed in range(INPUTS)]
    return [record(motion, motion.features()) for motion in motions]


@TARGETS
def test_features_are_the_hosts(target: run.Target, tmp_path: Path) -> None:
    assert equal(target, "sounds.py", records(), tmp_path) == INPUTS


def test_sanitizers_find_nothing() -> None:
    """Random front ends in memory of exactly their size, filters at the edge of stability, samples at full scale."""
    result = subprocess.run([sanitized("signal/motion.c")], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
