"""`minfer run`, `verify` and `profile` on an emulated Pico."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from emulated import Pico, minfer, models, refusal, start
from minfer.engine import Model
from minfer.targets import BoardTarget
from minfer.targets.host import HostTarget

DIGITS = Path(__file__).resolve().parents[2] / "examples" / "digits" / "digits.tflite"


@pytest.fixture(scope="module")
def pico() -> Iterator[Pico]:
    with start() as running:
        yield running


def run(model: Path, folder: Path, samples: np.ndarray, on: str) -> np.ndarray:
    np.save(folder / "x.npy", samples)
    minfer("run", model, "--input", folder / "x.npy", "--output", folder / "y.npy", "--on", on)
    return np.load(folder / "y.npy")


@pytest.mark.parametrize("in_rom", [False, True], ids=["RAM", "ROMFS"])
def test_run(pico: Pico, tmp_path: Path, in_rom: bool) -> None:
    model = tmp_path / "dense.mnf"
    model.write_bytes(models.dense().to_bytes())
    if in_rom:
        minfer("deploy", model, "--port", pico.port)
    samples = np.random.default_rng(0).integers(-128, 128, (5, 1, 4), np.int8)
    here = run(model, tmp_path, samples, "host")
    assert np.array_equal(run(model, tmp_path, samples, f"serial:{pico.port}"), here)


def test_run_of_a_float_face_in_chunks(pico: Pico, tmp_path: Path) -> None:
    wide = models.Model("wide")
    x = wide.tensor((1, 2000), scale=0.5)
    wide.lookup(x, x, wide.tensor((256,), data=models.table(lambda x: min(-x, 127))))
    wide.edges([x], [x], models.FLOAT32)
    model = tmp_path / "wide.mnf"
    model.write_bytes(wide.to_bytes())
    assert str(Model.load(model).inputs[0].face) == "float32"
    samples = np.random.default_rng(0).normal(0, 20, (2, 1, 2000)).astype(np.float32)
    here = run(model, tmp_path, samples, "host")
    assert np.array_equal(run(model, tmp_path, samples, f"serial:{pico.port}"), here)


@pytest.mark.parametrize("make", [models.wide, models.bytes_face, models.indices])
def test_run_of_all_types(pico: Pico, make: Callable[[], models.Model]) -> None:
    file = make().to_bytes()
    rng = np.random.default_rng(0)
    sample = [
        rng.integers(-120, 121, edge.shape).astype(edge.face.numpy)
        for edge in Model.load(file).inputs
    ]
    (here,) = HostTarget().run(file, [sample])
    (there,) = BoardTarget(pico.port).run(file, [sample])
    assert [y.dtype for y in there] == [y.dtype for y in here]
    assert all(map(np.array_equal, there, here))


def test_verify_and_profile_on_pico(tmp_path: Path) -> None:
    shown = minfer("verify", DIGITS, "-n", "3", "--on", "pico")
    assert "exact on pico, every value equals" in shown
    model = tmp_path / "digits.mnf"
    minfer("convert", DIGITS, "-o", model)
    rows = [line.split() for line in minfer("profile", model, "--on", "pico").splitlines()]
    assert rows[0] == ["#", "operator", "ms", "cycles", "MACs", "cycles/MAC"]
    ops = Model.load(model).ops
    assert [row[1] for row in rows[1:-1]] == [op.name for op in ops]
    cycles = [int(row[3].replace(",", "")) for row in rows[1:-1]]
    total, macs = (int(word.replace(",", "")) for word in rows[-1][2:4])
    assert sum(cycles) == total and macs == sum(op.macs for op in ops)
    assert min(cycles) > 0 and 1 < total / macs < 100


def test_a_model_too_large_for_ram(pico: Pico, tmp_path: Path) -> None:
    large = models.Model("large")
    x = large.tensor((16,), scale=1.0)
    large.lookup(x, x, large.tensor((256,), data=models.table(lambda x: x)))
    large.tensor((300_000,), data=bytes(300_000))
    large.edges([x], [x])
    model = tmp_path / "large.mnf"
    model.write_bytes(large.to_bytes())
    line = refusal("profile", model, "--on", f"serial:{pico.port}")
    assert "bytes of free RAM for its arena and file, found" in line
    assert line.endswith("; in ROMFS it takes 16: minfer deploy")
