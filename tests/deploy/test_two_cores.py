"""Both cores of the emulated Pico: the same outputs as on one, whatever happens meanwhile.

The emulator stops with a fault where core 1 executes from flash while core 0 writes it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from emulated import ROOT, Pico, start
from minfer.compiler import compile_model
from minfer.deploy import Board
from minfer.engine import Model

DIGITS = ROOT / "examples" / "digits" / "digits.tflite"
SCRIPT = Path(__file__).with_name("two_cores.py").read_text("utf-8")


@pytest.fixture(scope="module")
def pico() -> Iterator[Pico]:
    with start() as running:
        with Board(running.port) as board:
            file = compile_model(DIGITS.read_bytes(), "digits")
            board.write("digits.mnf", [file], lambda done: None)
        yield running


@pytest.fixture
def board(pico: Pico) -> Iterator[Board]:
    with Board(pico.port) as running:
        prepare(running, 0)
        yield running


def prepare(board: Board, seed: int) -> None:
    """Sends the script, with an input and what the host's engine makes of it."""
    model = Model.load(compile_model(DIGITS.read_bytes(), "digits"))
    x = np.random.default_rng(seed).integers(-128, 128, model.inputs[0].shape, np.int8)
    (y,) = model.run([x])
    values = {"x": list(x.tobytes()), "expected": list(y.tobytes()), "seed": seed}
    script = SCRIPT
    for name, value in values.items():
        script = script.replace(f"{{{name}}}", str(value))
    board.exec(script)


def test_cores_asked_for(board: Board) -> None:
    assert board.eval("(model.cores, alone.cores)") == (2, 1)


def test_two_are_faster(board: Board) -> None:
    board.exec("run()")
    took = "[min(measure(m) for _ in range(5)) for m in (alone, model)]"
    board.exec(
        "def measure(m):\n"
        "    begin = machine.mem32[0xE0001004]\n"
        "    m.run(x, out)\n"
        "    return machine.mem32[0xE0001004] - begin & 0xFFFFFFFF"
    )
    one, two = board.eval(took)
    assert two < 0.7 * one


def test_flash_written_in_the_middle_of_jobs(board: Board) -> None:
    board.exec("interrupted(write_flash, 150, 400000)")
    assert board.eval("counts[0]") > 10


def test_another_model_run_in_the_middle_of_jobs(board: Board) -> None:
    board.exec("interrupted(run_other, 150, 400000)")
    assert board.eval("counts[1]") > 10


def test_flash_written_between_operators(board: Board) -> None:
    board.exec("scheduled(write_flash, 150, 1)")
    assert board.eval("counts[0]") > 10


def test_threads_started_between_operators(board: Board) -> None:
    for _ in range(4):
        board.exec("scheduled(start_thread, 25, 2)\nuntil_gone()\nrun()")
    threads, passes = board.eval("counts[2:]")
    assert threads > 10 and passes > 10


def test_garbage_and_clocks(board: Board) -> None:
    board.exec(
        "for i in range(100):\n"
        "    junk = [bytearray(random.randrange(2000)) for _ in range(20)]\n"
        "    if i % 2:\n"
        "        gc.collect()\n"
        "    if i % 10 == 0:\n"
        "        machine.freq(random.choice((125, 133, 200, 250)) * 1000000)\n"
        "    run()\n"
        "machine.freq(125000000)"
    )


def test_ctrl_c_in_the_middle_of_runs(board: Board) -> None:
    """Whoever presses Ctrl-C does so at any moment."""
    transport = board._transport
    done = threading.Event()

    def press() -> None:
        rng = random.Random(0)
        while not done.wait(0.05 + 0.05 * rng.random()):
            transport.serial.write(b"\x03")

    presser = threading.Thread(target=press)
    transport.exec_raw_no_follow("pressed(30)\nprint('enough')\ntime.sleep(1)")
    presser.start()
    received = transport.read_until(1, b"enough", timeout=120)
    done.set()
    presser.join()
    assert b"Error" not in received and received.count(b"enough") == 1, received
    time.sleep(1.5)


@pytest.mark.parametrize("seed", range(10))
def test_soft_reset_in_the_middle_of_a_run(pico: Pico, seed: int) -> None:
    """At once, with a thread running, or with core 1 waiting; the next run starts core 1 again."""
    with Board(pico.port) as board:
        prepare(board, seed)
        board.exec("for _ in range(5): run()")
        some = "range(random.randrange(1, len(model.ops)))"
        board.exec(f"steps = model.steps(x)\nfor _ in {some}: next(steps)")
        if seed % 2:
            board.exec("start_thread(None)")
        board._transport.serial.write(b"\x02\x04")  # out of the raw prompt, soft reset
        time.sleep(0.3)
    with Board(pico.port) as board:
        prepare(board, seed)
        board.exec("for _ in range(5): run()")
