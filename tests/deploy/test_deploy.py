"""Models on the emulated Pico, put there by `minfer deploy`."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulated import ROM, Pico, minfer, on_board, start, write_models
from minfer.deploy import Board, list_rom
from minfer.deploy.romfs import build

LOAD = """
import gc, minfer
gc.collect()
before = gc.mem_alloc()
model = minfer.load({path!r})
gc.collect()
print(gc.mem_alloc() - before, model.arena_size)
"""


@pytest.fixture(scope="module")
def pico() -> Iterator[Pico]:
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_models(tmp_path_factory.mktemp("models"))


def in_rom(pico: Pico) -> dict[str, str]:
    """Name and SHA-256 of what lies in ROMFS, aligned in the flash."""
    with Board(pico.port) as board:
        files = list_rom(board)
    assert all(file.address in ROM and file.address % 16 == 0 for file in files)
    return {file.name: file.digest.hex() for file in files}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_deploys_keeps_and_replaces(pico: Pico, paths: dict[str, Path]) -> None:
    shown = minfer("deploy", paths["long"], "--port", pico.port)
    assert "/rom/long.mnf: deployed" in shown and "0x100a0" in shown
    minfer("deploy", paths["dense"], "--port", pico.port)
    assert in_rom(pico) == {"long.mnf": digest(paths["long"]), "dense.mnf": digest(paths["dense"])}
    minfer("deploy", paths["other"], "--port", pico.port)
    assert in_rom(pico) == {"long.mnf": digest(paths["other"]), "dense.mnf": digest(paths["dense"])}


def test_writes_nothing_where_all_is_there(pico: Pico, paths: dict[str, Path]) -> None:
    minfer("deploy", paths["dense"], "--port", pico.port)
    on_board(pico, "open('/.minfer-new', 'w').close()")  # an installation would take it away
    shown = minfer("deploy", paths["dense"], "--port", pico.port)
    assert "/rom/dense.mnf: there already, unchanged" in shown
    assert on_board(pico, "print('.minfer-new' in os.listdir('/'))") == "True\r\n"


def test_loads_without_copying(pico: Pico, paths: dict[str, Path]) -> None:
    minfer("deploy", paths["long"], "--port", pico.port)
    taken, arena = map(int, on_board(pico, LOAD.format(path="/rom/long.mnf")).split())
    assert arena <= taken < arena + 1024
    assert len(paths["long"].read_bytes()) > 16 * 1024


def test_keeps_files_that_mpremote_deployed(
    pico: Pico, paths: dict[str, Path], tmp_path: Path
) -> None:
    contents = {"lib/a.txt": b"a" * 999, "b.bin": bytes(range(256)), "empty": b""}
    folder = tmp_path / "rom"
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    command = [
        sys.executable,
        "-m",
        "mpremote",
        "connect",
        pico.port,
        "romfs",
        "deploy",
        str(folder),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    minfer("deploy", paths["dense"], "--port", pico.port)
    expected = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    assert in_rom(pico) == {**expected, "dense.mnf": digest(paths["dense"])}


def test_writes_files(pico: Pico, paths: dict[str, Path]) -> None:
    assert "/long.mnf: deployed" in minfer(
        "deploy", paths["long"], "--to", "fs", "--port", pico.port
    )
    assert "unchanged" in minfer("deploy", paths["long"], "--to", "fs", "--port", pico.port)
    assert "deployed" in minfer("deploy", paths["other"], "--to", "fs", "--port", pico.port)
    code = "import minfer; print(minfer.load('/long.mnf').labels, sorted(os.listdir('/')))"
    shown = on_board(pico, code)
    assert shown.startswith("('another',)") and "'.long.mnf'" not in shown


STOP_AFTER = """
from minfer import _rom
os.rename("/.minfer-new", _rom.PENDING)
calls = 0
def stop(done, total):
    global calls
    calls += 1
    if calls == {blocks}:
        raise KeyboardInterrupt
try:
    _rom.install(stop)
except KeyboardInterrupt:
    print("stopped", bytes(partition()[:3]))
"""


@pytest.mark.parametrize("blocks", [1, 3, 7])
def test_the_next_boot_finishes_what_was_stopped(
    pico: Pico, paths: dict[str, Path], blocks: int
) -> None:
    minfer("deploy", paths["dense"], "--port", pico.port)
    content = paths["long"].read_bytes()
    image = b"".join(build({"long.mnf": content}))
    assert len(image) > 6 * 4096
    with Board(pico.port) as board:
        board.write("/.minfer-new", [image], lambda done: None)
        stopped = board.exec(STOP_AFTER.format(blocks=blocks))
    header = b"\xd2\xcd1" if blocks == 7 else b"\xff\xff\xff"
    assert stopped.strip() == f"stopped {header}"
    assert in_rom(pico) == {"long.mnf": digest(paths["long"])}
    assert on_board(pico, "print(os.listdir('/'))").find("minfer-rom") < 0


RESET_DURING_A_RUN = """
import machine, minfer
model = minfer.load("/rom/long.mnf")
def numbers():
    yield from bytes(1023)
    machine.soft_reset()
for i in model.steps(bytes(1024)):
    if i == 500:
        break
model.predict(numbers())
print("no reset")
"""


def test_soft_reset_during_a_run(pico: Pico, paths: dict[str, Path]) -> None:
    minfer("deploy", paths["long"], "--port", pico.port)
    free = "import gc; gc.collect(); print(gc.mem_free())"
    before = int(on_board(pico, free))
    for _ in range(3):
        command = [sys.executable, "-m", "mpremote", "connect", pico.port, "exec"]
        result = subprocess.run([*command, RESET_DURING_A_RUN], capture_output=True, text=True)
        assert "no reset" not in result.stdout
    assert abs(int(on_board(pico, free)) - before) < 256
    run = "import minfer; print(minfer.load('/rom/long.mnf').run(bytes(1024))[0])"
    assert on_board(pico, run).strip() == str(1000 % 256 - 256)
