from __future__ import annotations

from pathlib import Path

import esp32
import pytest


@pytest.fixture(scope="session")
def micropython(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not esp32.source().exists():
        pytest.skip("no MicroPython source: firmware/setup.sh source micropython")
    return esp32.complete(tmp_path_factory.mktemp("esp32") / "micropython")
