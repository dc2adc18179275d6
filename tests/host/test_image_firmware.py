"""The same pictures from the firmware and the host; and the engine in buffers of exactly their size."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pictures import host, pack, pack_raw, random_picture

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import run  # noqa: E402
from c_programs import sanitized  # noqa: E402


@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_pictures_are_the_hosts(target: run.Target, tmp_path: Path) -> None:
    try:
        target.check()
    except run.MissingError as error:
        pytest.skip(str(error))
    count = max(target.samples, 40)
    (tmp_path / "pictures.bin").write_bytes(pack(count))
    shutil.copy(run.SCRIPTS / "support" / "pictures.py", tmp_path)
    ended_well, printed = target.run("pictures.py", tmp_path)
    assert ended_well and printed.endswith("0 differing\nok\n"), printed
    assert printed.startswith(f"{count} pictures")


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
