"""Native modules on MicroPython's own firmware: the device tests, and imports that leave nothing behind."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import run
from minfer.compiler import compile_model
from mpremote.transport_serial import SerialTransport

DIGITS = run.ROOT / "examples" / "digits"
RECORD = 65  # of heldout.bin: the digit, then its pixels
TIMES = int(os.environ.get("MINFER_IMPORTS", "10"))
ARCHS = {"x64": 2, "armv6m": 4, "armv7m": 5, "armv7emsp": 7, "xtensawin": 10, "rv32imc": 11}  # numbers in the header of a .mpy

# One import after a soft reset: the digits seen, and the heap that is taken.
IMPORT = """
import gc
import minfer
model = minfer.load('/digits.mnf')
with open('/heldout.bin', 'rb') as file:
    records = [file.read(65) for _ in range(4)]
answers = []
for record in records:
    scores = model.run(memoryview(record)[1:])
    answers.append(max(range(10), key=lambda i: scores[i]))
    gc.collect()
print(answers, [record[0] for record in records])
del file, record, scores
gc.collect()
print(gc.mem_alloc())
"""

LEFT_OUT = """
import minfer, _minfer
print(_minfer.ops())
try:
    minfer.load('pair.mnf')
except minfer.ModelError as error:
    print(error)
print(len(minfer.load('dense.mnf').run(bytes(4))))
"""

# Imports as boards with these names would do them.
ON_S2 = """
import sys
real = sys.modules
for machine in ("Generic ESP32S2 module with ESP32S2", "FeatherS2 with ESP32-S2", "Generic ESP32S3 module with ESP32S3"):
    class implementation:
        _machine = machine
    class named:
        pass
    named.implementation = implementation
    real["sys"] = named
    try:
        import minfer
        print("imported")
    except ImportError as error:
        print(error)
"""


def ready(name: str) -> run.Target:
    """The target of that name; skips the test where it is not built."""
    target = run.find_target(name)
    try:
        target.check()
    except run.MissingError as missing:
        pytest.skip(str(missing))
    return target


@pytest.mark.parametrize("name", run.names())
@pytest.mark.parametrize("target", [target.name for target in run.NATIVE])
def test_device(target: str, name: str) -> None:
    result = run.run_test(name, ready(target))
    if result.status == "skip":
        pytest.skip(result.detail)
    assert result.status == "pass", result.detail


@pytest.mark.parametrize("name", ["unix-natmod", "qemu-xtensa-natmod"])
def test_operators_left_out(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MINFER_OPS makes a module that has these operators alone, and says so of others."""
    target = ready(name)
    wanted = {"MINFER_OPS": "FULLY_CONNECTED\tSOFTMAX", "OUT": str(tmp_path)}
    well, output = run.execute([run.sys.executable, "firmware/natmod.py", target.arch], run.ROOT, **wanted)
    assert well, output
    small, whole = (folder / target.arch / "_minfer.mpy" for folder in (tmp_path, run.NATMOD))
    assert small.stat().st_size < 0.75 * whole.stat().st_size
    folder = tmp_path / "test"
    folder.mkdir()
    run.models.write(folder)
    (folder / "script.py").write_text(LEFT_OUT)
    monkeypatch.setattr(run, "NATMOD", tmp_path)
    well, output = target.run("script.py", folder)
    assert well and output.splitlines() == [
        "['FULLY_CONNECTED', 'SOFTMAX']",
        "operator 0 (ADD): operator left out when this firmware was built: expected one of its 2, found opcode 0;"
        " build it with this one in MINFER_OPS",
        "3",
    ]


@pytest.mark.parametrize("arch", ARCHS)
def test_header(arch: str) -> None:
    """A module is for the architecture it lies under, and everything its package.json names is there."""
    folder = run.NATMOD / arch
    if not folder.is_dir():
        pytest.skip(f"no build/natmod/{arch}: make natmod ARCH={arch}")
    magic, version, feature, _ = struct.unpack("<cBBB", (folder / "_minfer.mpy").read_bytes()[:4])
    assert (magic, version, feature >> 2) == (b"M", 6, ARCHS[arch])
    # The machine it was built on is of no interest to anybody.
    assert str(run.ROOT).encode() not in (folder / "_minfer.mpy").read_bytes()


def test_esp32s2_refused(tmp_path: Path) -> None:
    """It takes modules for xtensawin, and has not got the instructions."""
    target = ready("qemu-xtensa-natmod")
    (tmp_path / "script.py").write_text(ON_S2)
    well, output = target.run("script.py", tmp_path)
    refusal = "expected an ESP32 or ESP32-S3, found an ESP32-S2: it has no FPU and no MAC16"
    assert well and output.splitlines() == [refusal, refusal, "imported"]


@pytest.fixture(scope="module")
def pico(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[run.EmulatedPico, str]]:
    """The emulated Pico with stock firmware, the armv6m module and the digits on it; and its port."""
    target = ready("pico-natmod")
    try:
        port = target._board().port
    except run.MissingError as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("digits")
    (folder / "digits.mnf").write_bytes(compile_model((DIGITS / "digits.tflite").read_bytes(), "digits"))
    shutil.copy(DIGITS / "heldout.bin", folder)
    mpremote = [run.sys.executable, "-m", "mpremote", "connect", port]
    well, output = run.execute([*mpremote, "fs", "cp", "digits.mnf", "heldout.bin", ":/"], folder)
    assert well, output
    yield target, port


def test_imports(pico: tuple[run.EmulatedPico, str]) -> None:
    """Import, load and run after each soft reset: digits recognised, and the same heap taken each time."""
    transport = SerialTransport(pico[1])
    taken = []
    for _ in range(TIMES):
        transport.enter_raw_repl(soft_reset=True)
        answers, allocated = transport.exec(IMPORT).decode().splitlines()
        found, expected = answers.split("] [")
        assert found.strip("[]") == expected.strip("[]")
        taken.append(int(allocated))
    transport.exit_raw_repl()
    transport.close()
    print(f"{TIMES} imports, {taken[0]} bytes of heap taken after each")
    assert set(taken) == {taken[0]}
