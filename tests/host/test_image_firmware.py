"""The same pictures from the firmware and the host; and the engine in buffers of exactly their size."""

from __future__ import annotations

import subprocess
from pathlib import Path

from c_programs import sanitized
from front_ends import INPUTS, TARGETS, equal, run
from pictures import host, pack_raw, random_picture, record


@TARGETS
def test_pictures_are_the_hosts(target: run.Target, tmp_path: Path) -> None:
    records = [record(seed) for seed in range(INPUTS)]
    assert equal(target, "pictures.py", records, tmp_path) == INPUTS


def test_memory_is_enough(tmp_path: Path) -> None:
    """Every buffer from the heap of its own, under ASan and UBSan."""
    (tmp_path / "pictures").write_bytes(pack_raw(1000))
    result = subprocess.run(
        [sanitized("signal/pictures.c"), tmp_path / "pictures", tmp_path / "results"],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    expected = b"".join(host(*random_picture(seed)).tobytes() for seed in range(1000))
    assert (tmp_path / "results").read_bytes() == expected
