"""The same features from the firmware and the host: golden recordings, and random sounds through random front ends."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

import pytest
from c_programs import sanitized
from front_ends import INPUTS, TARGETS, equal, run
from sounds import KINDS, golden_sounds, pack_raw, random_sound, record


@functools.cache
def records(kind: str) -> list[bytes]:
    sounds = [random_sound(kind, seed) for seed in range(INPUTS)]
    return [record(sound, sound.features()) for sound in sounds]


@pytest.mark.parametrize("kind", KINDS)
@TARGETS
def test_features_are_the_hosts(target: run.Target, kind: str, tmp_path: Path) -> None:
    assert equal(target, "sounds.py", records(kind), tmp_path) == INPUTS


@TARGETS
def test_golden_frames(target: run.Target, tmp_path: Path) -> None:
    golden = golden_sounds()
    if not golden:
        pytest.skip("no golden features beside the project (../shared/golden)")
    frames = [record(sound, features) for sound, features in golden]
    assert equal(target, "sounds.py", frames, tmp_path) == len(golden) == 6


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_enough(kind: str, tmp_path: Path) -> None:
    """Every byte from the heap of its own, exactly as many as the engine asks for, under ASan and UBSan."""
    sounds = [random_sound(kind, seed) for seed in range(200)]
    for sound in sounds:
        # They are no parameters of the engine's.
        sound.arguments.pop("mean", None), sound.arguments.pop("std", None)
    (tmp_path / "sounds").write_bytes(pack_raw(sounds))
    result = subprocess.run(
        [sanitized("signal/sounds.c"), tmp_path / "sounds", tmp_path / "features"],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    expected = b"".join(sound.features().tobytes() for sound in sounds)
    assert (tmp_path / "features").read_bytes() == expected
