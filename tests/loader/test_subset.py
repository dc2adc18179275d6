"""An engine with some of the operators: what it lacks is refused by name, and takes no room."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from broken import Broken

HERE = Path(__file__).parent / "subset"
SUBSET = ("ADD", "FULLY_CONNECTED")


def made(how: str, folder: Path) -> list[list[str]]:
    """The commands that build the program in a folder, with MicroPython's kind of build file."""
    if how == "make":
        return [["make", "-s", "-j2", "-C", str(HERE), f"BUILD={folder}", f"{folder}/subset"]]
    return [
        ["cmake", "-S", str(HERE), "-B", str(folder), f"-DMINFER_OPS={' '.join(SUBSET)}"],
        ["make", "-s", "-j2", "-C", str(folder)],
    ]


@pytest.fixture(scope="module", params=["make", "cmake"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine with a subset, as micropython.mk and micropython.cmake compile and link it."""
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param}: apt install {request.param}")
    folder = tmp_path_factory.mktemp(request.param)
    for command in made(request.param, folder):
        environment = {**os.environ, "MINFER_OPS": " ".join(SUBSET)}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return folder / "subset"


def answer(program: Path, operator: str, folder: Path) -> str:
    """What it says to the first case of an operator."""
    path = folder / "model.mnf"
    path.write_bytes(Broken(operator).file)
    return subprocess.run(
        [program, path], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("operator", SUBSET)
def test_what_it_has(program: Path, operator: str, tmp_path: Path) -> None:
    assert answer(program, operator, tmp_path) == "OK"


@pytest.mark.parametrize("operator, opcode", [("SOFTMAX", 8), ("CONV_2D", 2), ("SVDF", 33)])
def test_what_it_lacks(program: Path, operator: str, opcode: int, tmp_path: Path) -> None:
    assert answer(program, operator, tmp_path) == (
        f"{operator} OP_LEFT_OUT op 0 tensor -1: operator left out when this firmware was built:"
        f" expected one of its {len(SUBSET)}, found opcode {opcode}; build it with this one in MINFER_OPS"
    )


def test_what_it_lacks_takes_no_room(program: Path) -> None:
    symbols = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    defined = {line.split()[-1] for line in symbols.splitlines()}
    assert {"mnf_op_add", "arm_elementwise_add_s8", "mnf_op_fully_connected"} <= defined
    assert not {"mnf_op_softmax", "arm_softmax_s8", "arm_convolve_s8"} & defined
