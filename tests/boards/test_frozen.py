"""What the ESP32 boards freeze, by MicroPython's own reader of manifests, and the script that they boot with."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from unittest.mock import MagicMock, call

import esp32
import pytest

PORT = "ports/esp32"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def frozen(micropython: Path, manifest: Path) -> dict[str, Path]:
    """Where each frozen file comes from. None is there twice."""
    manifestfile = load(micropython / "tools" / "manifestfile.py")
    reader = manifestfile.ManifestFile(
        manifestfile.MODE_FREEZE,
        {
            "MPY_DIR": str(micropython),
            "PORT_DIR": str(micropython / PORT),
            "MPY_LIB_DIR": str(micropython / "lib" / "micropython-lib"),
        },
    )
    reader.execute(str(manifest))
    files = [(file.target_path, Path(file.full_path)) for file in reader.files()]
    assert len(dict(files)) == len(files)
    return dict(files)


def test_all_of_the_port_and_all_of_minfer(micropython: Path) -> None:
    theirs = frozen(micropython, micropython / PORT / "boards" / "manifest.py")
    ours = frozen(micropython, esp32.SHARED / "manifest.py")
    modules = esp32.ROOT / "modules"
    package = {str(path.relative_to(modules)): path for path in modules.rglob("*.py")}
    boot = {"_boot.py": esp32.SHARED / "_boot.py"}
    assert ours == {**theirs, **package, **boot}


def test_packages_of_the_port(micropython: Path) -> None:
    theirs = esp32.required(micropython / PORT / "boards" / "manifest.py")
    assert theirs and esp32.required(esp32.SHARED / "manifest.py") == theirs


@pytest.mark.parametrize("flash", ("formatted", "empty", "none"))
def test_boot(flash: str, monkeypatch: pytest.MonkeyPatch) -> None:
    board = MagicMock()
    device = None if flash == "none" else "flash"
    if flash == "empty":
        board.mount.side_effect = OSError
    for name, module in {
        "vfs": board,
        "inisetup": board,
        "flashbdev": SimpleNamespace(bdev=device),
        "minfer": SimpleNamespace(_rom=board),
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    names: dict[str, object] = {}
    exec((esp32.SHARED / "_boot.py").read_text("utf-8"), names)
    mounted = {
        "formatted": [call.mount("flash", "/")],
        "empty": [call.mount("flash", "/"), call.setup()],
        "none": [],
    }
    assert board.mock_calls == [*mounted[flash], call.install()]
    assert names.keys() == {"__builtins__"}
