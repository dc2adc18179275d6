"""A stratified sample of the generated models in the firmware, against the reference kernels."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from cases import stratified, write

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import run  # noqa: E402

SAMPLE = 100


@pytest.mark.parametrize("target", run.UNIX, ids=lambda target: target.name)
def test_stratified_sample(target: run.Unix, tmp_path: Path) -> None:
    try:
        target.check()
    except run.MissingError as error:
        pytest.skip(str(error))
    for i, spec in enumerate(stratified(SAMPLE)):
        folder = tmp_path / str(i)
        write(spec.case(), folder)
        for script in ("exact.py", "support/expect.py"):
            shutil.copy(run.SCRIPTS / script, folder)
        ended_well, printed = target.run("exact.py", folder)
        assert ended_well and printed.endswith("ok\n"), f"{spec.name}: {printed}"
