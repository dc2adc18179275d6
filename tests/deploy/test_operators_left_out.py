"""A Pico whose firmware has only some operators: what it lacks is said before anything is written."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulated import FIRMWARE, ROOT, Pico, minfer, on_board, refusal, write_models
from minfer.deploy import Board, list_rom

DIGITS = ROOT / "examples" / "digits" / "digits.tflite"
SUBSET = ("CONV_2D", "DEPTHWISE_CONV_2D", "LOOKUP", "FULLY_CONNECTED")
LACKING = (
    "expected a firmware with MAX_POOL_2D, SOFTMAX, found one without; build it with"
    ' MINFER_OPS="CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED LOOKUP MAX_POOL_2D SOFTMAX"'
)


def relink(folder: Path) -> Path:
    """The Pico's firmware with SUBSET: the table of operators compiled anew, the rest as it was built."""
    build = FIRMWARE.parent
    if not (build / "build.ninja").is_file():
        pytest.skip("no build/pico: make firmware TARGET=pico")
    commands = subprocess.run(
        ["ninja", "-C", build, "-t", "commands", "firmware.elf"],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    table, elf = folder / "table.o", folder / "firmware.elf"
    (compile_table,) = (shlex.split(c) for c in commands if c.endswith("/ops/table.c"))
    compile_table[compile_table.index("-o") + 1] = str(table)
    compile_table[compile_table.index("-MF") + 1] = str(folder / "table.d")
    operators = [f"-DMINFER_OP_{name}" for name in SUBSET]
    # Of the link's line only the linker itself; what else stands there would write into the build.
    (link,) = re.findall(r"&& (\S*g\+\+ .*? -o firmware\.elf .*?) &&", commands[-1])
    link = shlex.split(link)
    link[link.index("firmware.elf")] = str(elf)
    link.insert(link.index("libminfer_engine.a"), str(table))
    link = [word for word in link if not word.startswith("-Wl,-Map=")]
    for command in ([*compile_table, "-DMINFER_OPS", *operators], link):
        subprocess.run(command, cwd=build, check=True)
    return elf


@pytest.fixture(scope="module")
def pico(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pico]:
    with Pico(relink(tmp_path_factory.mktemp("subset"))) as running:
        yield running


def test_it_is_a_subset(pico: Pico) -> None:
    assert on_board(pico, "import _minfer; print(sorted(_minfer.ops()))").strip() == str(
        sorted(SUBSET)
    )


def test_convert_asks_a_board(pico: Pico, tmp_path: Path) -> None:
    target, asked = tmp_path / "digits.mnf", f"serial:{pico.port}"
    line = refusal("convert", DIGITS, "-o", target, "--ops-of", asked)
    assert line == f"minfer: {asked}: {LACKING}"
    assert not target.exists()


def test_deploy_and_run_ask_it(pico: Pico, tmp_path: Path) -> None:
    model = tmp_path / "digits.mnf"
    minfer("convert", DIGITS, "-o", model)
    for command in (
        ("deploy", model, "--port", pico.port),
        ("deploy", model, "--to", "fs", "--port", pico.port),
        ("profile", model, "--on", f"serial:{pico.port}"),
    ):
        assert refusal(*command) == f"minfer: digits.mnf: {pico.port}: {LACKING}"
    with Board(pico.port) as board:
        assert list_rom(board) == [] and "digits" not in board.exec("print(os.listdir('/'))")


def test_what_it_has_runs(pico: Pico, tmp_path: Path) -> None:
    dense = write_models(tmp_path)["dense"]
    assert "deployed" in minfer("deploy", dense, "--port", pico.port)
    minfer("profile", dense, "--on", f"serial:{pico.port}")
