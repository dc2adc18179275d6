"""A stratified sample of the generated models in the firmware, against the reference kernels."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from cases import pack, stratified

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import run  # noqa: E402

MODELS = 300
SAMPLES = 2


@pytest.mark.parametrize("target", [*run.UNIX, *run.EMULATED], ids=lambda target: target.name)
def test_stratified_sample(target: run.Target, tmp_path: Path) -> None:
    try:
        target.check()
    except run.MissingError as error:
        pytest.skip(str(error))
    (tmp_path / "cases.bin").write_bytes(
        pack([spec.case() for spec in stratified(MODELS)], SAMPLES)
    )
    shutil.copy(run.SCRIPTS / "support" / "many.py", tmp_path)
    ended_well, printed = target.run("many.py", tmp_path)
    assert ended_well and printed.endswith("ok\n"), printed
    assert printed.startswith(f"{MODELS} models")
