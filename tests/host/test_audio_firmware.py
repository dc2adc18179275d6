"""The same features from the firmware and the host: golden recordings, and random sounds through random front ends."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sounds import KINDS, Sound, golden_sounds, pack, pack_raw, random_sound

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import run  # noqa: E402
from c_programs import sanitized  # noqa: E402


def check(target: run.Target, sounds: list[tuple[Sound, np.ndarray]], folder: Path) -> str:
    """What the firmware says of its features, none of which may differ."""
    (folder / "sounds.bin").write_bytes(pack(sounds))
    shutil.copy(run.SCRIPTS / "support" / "sounds.py", folder)
    try:
        target.check()
        ended_well, printed = target.run("sounds.py", folder)
    except run.MissingError as error:
        pytest.skip(str(error))
    assert ended_well and printed.endswith(", 0 differing\nok\n"), printed
    return printed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_features_are_the_hosts(target: run.Target, kind: str, tmp_path: Path) -> None:
    sounds = [random_sound(kind, seed) for seed in range(target.samples)]
    printed = check(target, [(sound, sound.features()) for sound in sounds], tmp_path)
    assert printed.startswith(f"{target.samples} sounds")


@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_golden_frames(target: run.Target, tmp_path: Path) -> None:
    golden = golden_sounds()
    if not golden:
        pytest.skip("no golden features beside the project (../shared/golden)")
    assert check(target, golden, tmp_path).startswith("6 sounds, 7920 bytes")


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
