"""Real models on the emulated Pico, in its ROMFS: every output equals the reference's.

What they cost there is written to build/models.md.
"""

from __future__ import annotations

import fcntl
from pathlib import Path

import numpy as np
import pytest
from emulated import ROM, ROOT, minfer, on_board, start
from minfer.compiler import compile_model
from minfer.deploy import Board, list_rom
from minfer.engine import Model
from minfer.targets import BoardTarget

SHARED = ROOT.parent / "shared"
GOLDEN = {
    "hello_world_int8": "tflm__hello_world_int8",
    "micro_speech_quantized": "tflm__micro_speech_quantized",
    "kws_ref_model": "mlperf_tiny__kws_ref_model",
    "ad01_int8": "mlperf_tiny__ad01_int8",
    "pretrainedResnet_quant": "mlperf_tiny__pretrainedResnet_quant",
    "person_detect": "tflm__person_detect",
    "vww_96_int8": "mlperf_tiny__vww_96_int8",
}
SAMPLES = 2
LARGE = 1_000_000  # MACs, from which one sample must do

LOAD_TIME = """
import time
start = time.ticks_us()
model = minfer.load({path!r})
print(time.ticks_diff(time.ticks_us(), start))
"""


FIGURES = ROOT / "build" / "models.md"
HEADER = [
    "| model, on both cores of the emulated Pico | cycles | cycles/MAC | arena, bytes | load, ms |",
    "| --- | ---: | ---: | ---: | ---: |",
]


def note(name: str, *figures: str) -> None:
    """Writes a model's row in place of the one it has, whichever tests run at the same time."""
    with FIGURES.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        rows = {line.split()[1]: line for line in file.read().splitlines()[len(HEADER) :]}
        rows[name] = f"| {name} | {' | '.join(figures)} |"
        file.truncate(0)
        file.write("\n".join([*HEADER, *(rows[key] for key in sorted(rows)), ""]))


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str, tmp_path: Path) -> None:
    source, archive = (
        SHARED / "models" / f"{name}.tflite",
        SHARED / "golden" / f"{GOLDEN[name]}.npz",
    )
    for path in (source, archive):
        if not path.is_file():
            pytest.skip(f"no {path.name} in ../shared/{path.parent.name}")
    file = compile_model(source.read_bytes(), name)
    path = tmp_path / f"{name}.mnf"
    path.write_bytes(file)
    model = Model.load(file)
    macs = sum(op.macs for op in model.ops)
    with np.load(archive) as arrays:
        n = 1 if macs > LARGE else SAMPLES
        inputs, expected = arrays["in0"][:n], arrays["ref0"][:n]
    with start() as pico:
        minfer("deploy", path, "--port", pico.port)
        with Board(pico.port) as board:
            assert [file.address in ROM for file in list_rom(board)] == [True]
        target = BoardTarget(pico.port)
        samples = [[x.reshape(model.inputs[0].shape)] for x in inputs]
        outputs = np.stack([output[0] for output in target.run(file, samples)])
        cycles = sum(time.cycles for time in target.profile(file, samples[0]))
        load_us = int(on_board(pico, LOAD_TIME.format(path=f"/rom/{path.name}")))
    assert np.array_equal(outputs, expected.reshape(outputs.shape))
    note(
        name,
        f"{cycles:,}",
        f"{cycles / macs:.1f}",
        f"{model.arena_size:,}",
        f"{load_us / 1000:.1f}",
    )
