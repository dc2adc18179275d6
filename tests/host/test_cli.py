"""The `minfer` command on good input: convert, inspect, run, verify."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import minfer
import numpy as np
import pytest
from command import minfer_command
from minfer import reference
from minfer.cli import app
from operators.elementwise import Binary
from operators.face import Face
from operators.fully_connected import FullyConnected
from operators.graph import Graph
from operators.recurrent import Svdf
from operators.unary import Unary
from spec import Case
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
DIGITS = ROOT / "examples/digits/digits.tflite"
LABELS = ROOT / "examples/digits/labels.txt"
FIRMWARE = ROOT / "build/unix/micropython"

TARGETS = (
    "host",
    pytest.param(
        "unix",
        marks=pytest.mark.skipif(not FIRMWARE.exists(), reason=f"no {FIRMWARE.relative_to(ROOT)}"),
    ),
)


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """digits.mnf, converted with its labels."""
    output = tmp_path / "digits.mnf"
    minfer_command(
        "convert", DIGITS, "-o", output, "--labels", LABELS, "--name", "numerals"
    ).success()
    return output


CONVERT = """
import sys
from minfer.cli import main
sys.argv[1:] = {arguments}
try:
    main()
finally:
    print(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""


def test_a_model_of_500_kb_takes_little_memory(tmp_path: Path) -> None:
    path = save(FullyConnected(x=(1, 1000), out=520).case(), tmp_path)
    assert path.stat().st_size > 500_000
    arguments = ["convert", str(path), "-o", str(tmp_path / "model.mnf")]
    command = [sys.executable, "-c", CONVERT.format(arguments=arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stderr.split()[-1]) < 300_000  # KB


def pixels(n: int) -> np.ndarray:
    """int8 [n, 1, 8, 8, 1]: the first held-out digits."""
    records = np.fromfile(DIGITS.with_name("heldout.bin"), np.int8).reshape(-1, 65)
    return records[:n, 1:].reshape(n, 1, 8, 8, 1)


def answers(model: bytes, samples: list[list[np.ndarray]]) -> list[list[np.ndarray]]:
    """What the reference kernels say."""
    oracle = reference.Reference(model)
    return [oracle.run(sample) for sample in samples]


def save(case: Case, folder: Path) -> Path:
    path = folder / "model.tflite"
    path.write_bytes(case.model)
    return path


def test_convert(digits: Path) -> None:
    model = minfer.Model.load(digits)
    assert model.name == "numerals"
    assert model.labels == tuple("0123456789")
    assert model.arena_size > 0


def test_convert_writes_beside_the_model(tmp_path: Path) -> None:
    source = tmp_path / "some.tflite"
    source.write_bytes(DIGITS.read_bytes())
    shown = minfer_command("convert", source).success()
    model = minfer.Model.load(tmp_path / "some.mnf")
    assert (model.name, model.labels) == ("some", ())
    assert f"{model.arena_size:,}" in shown and f"{model.size:,}" in shown


def test_convert_repeats_itself(digits: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.mnf"
    minfer_command(
        "convert", DIGITS, "-o", again, "--labels", LABELS, "--name", "numerals"
    ).success()
    assert again.read_bytes() == digits.read_bytes()


def test_convert_to_bands(digits: Path, tmp_path: Path) -> None:
    target = tmp_path / "banded.mnf"
    shown = minfer_command("convert", DIGITS, "-o", target, "--min-ram").success()
    whole, banded = minfer.Model.load(digits), minfer.Model.load(target)
    assert banded.arena_size < whole.arena_size
    assert f"arena {whole.arena_size:,} to {banded.arena_size:,} bytes; +0.0 % MACs" in shown
    assert "CONV_2D rows 0-" in minfer_command("inspect", target).success()
    sample = pixels(1)
    assert (whole.run(list(sample))[0] == banded.run(list(sample))[0]).all()
    facts = json.loads(minfer_command("inspect", target, "--json").success())
    assert facts["peak"]["bytes"] <= banded.arena_size
    rows = [op["rows"] for op in facts["operators"] if op["rows"] and op["name"] != "COPY"]
    assert [0, 8] in [[first, height] for first, _, height in rows]


def test_convert_to_bands_that_save_nothing(tmp_path: Path) -> None:
    model = save(Binary(op="ADD").case(), tmp_path)
    shown = minfer_command("convert", model, "--min-ram").success()
    assert "--min-ram: no bands of rows make the arena smaller" in shown


def test_inspect_json(digits: Path) -> None:
    facts = json.loads(minfer_command("inspect", digits, "--json").success())
    assert [op["name"] for op in facts["operators"]] == [
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "CONV_2D",
        "MAX_POOL_2D",
        "DEPTHWISE_CONV_2D",
        "CONV_2D",
        "MAX_POOL_2D",
        "FULLY_CONNECTED",
        "SOFTMAX",
    ]
    # Without constant channels: 64 pixels x 9 x 13, 64 x 9 x 13, 64 x 13 x 22, 16 x 9 x 22, 16 x 22 x 32, 128 x 10.
    assert [op["macs"] for op in facts["operators"] if op["macs"]] == [
        7488,
        7488,
        18304,
        3168,
        11264,
        1280,
    ]
    assert facts["macs"] == 48992
    assert facts["labels"] == list("0123456789")
    assert facts["file_bytes"] == digits.stat().st_size
    assert facts["arena_bytes"] == minfer.Model.load(digits).arena_size
    assert facts["peak"]["bytes"] <= facts["arena_bytes"]
    assert facts["peak"]["occupants"]


@pytest.mark.parametrize("of", ("mnf", "tflite"))
def test_inspect_for_people(of: str, digits: Path) -> None:
    shown = minfer_command("inspect", digits if of == "mnf" else DIGITS).success()
    arena = f"{minfer.Model.load(digits).arena_size:,}"
    assert all(
        word in shown
        for word in ("DEPTHWISE_CONV_2D", "SOFTMAX", "1x8x8x13", "18,304", "peak", arena)
    )


@pytest.mark.parametrize("on", TARGETS)
@pytest.mark.parametrize(
    "shape, answer",
    (
        ((1, 8, 8, 1), (1, 10)),
        ((8, 8, 1), (10,)),
        ((5, 1, 8, 8, 1), (5, 1, 10)),
        ((5, 8, 8, 1), (5, 10)),
    ),
    ids=("one", "one-without-batch", "several", "several-without-batch"),
)
def test_run(
    shape: tuple[int, ...], answer: tuple[int, ...], on: str, digits: Path, tmp_path: Path
) -> None:
    samples = pixels(5 if shape[0] == 5 else 1)
    np.save(tmp_path / "x.npy", samples.reshape(shape))
    minfer_command(
        "run", digits, "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy", "--on", on
    ).success()
    found = np.load(tmp_path / "y.npy")
    wanted = np.stack(
        [outputs[0] for outputs in answers(DIGITS.read_bytes(), [[x] for x in samples])]
    )
    assert (found.shape, found.dtype) == (answer, np.int8)
    assert np.array_equal(found.ravel(), wanted.ravel())


@pytest.mark.parametrize("on", TARGETS)
def test_run_float_face(on: str, tmp_path: Path) -> None:
    case = Face().case()
    np.save(tmp_path / "x.npy", np.stack([sample[0] for sample in case.samples]))
    model = save(case, tmp_path)
    minfer_command(
        "run", model, "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy", "--on", on
    ).success()
    found = np.load(tmp_path / "y.npy")
    assert found.dtype == np.float32
    assert np.array_equal(
        found, np.stack([outputs[0] for outputs in answers(case.model, case.samples)])
    )


@pytest.mark.parametrize("on", TARGETS)
def test_run_several_inputs_and_outputs(on: str, tmp_path: Path) -> None:
    """Inputs and outputs go by name, in .npz files."""
    case = Binary().case()
    names = [edge.name for edge in minfer.Model.load(minfer.compile_model(case.model)).inputs]
    columns = {
        name: np.stack([sample[i] for sample in case.samples]) for i, name in enumerate(names)
    }
    np.savez(tmp_path / "x.npz", **columns)
    model = save(case, tmp_path)
    minfer_command(
        "run", model, "--input", tmp_path / "x.npz", "--output", tmp_path / "y.npy", "--on", on
    ).success()
    wanted = np.stack([outputs[0] for outputs in answers(case.model, case.samples)])
    assert np.array_equal(np.load(tmp_path / "y.npy"), wanted)

    case = Graph((("conv3", 0, 0), ("leaky_relu", 1, 0)), outputs=(1, 2)).case()
    np.save(tmp_path / "x.npy", np.stack([sample[0] for sample in case.samples]))
    model = save(case, tmp_path)
    minfer_command(
        "run", model, "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npz", "--on", on
    ).success()
    found = np.load(tmp_path / "y.npz")
    for i, edge in enumerate(minfer.Model.load(minfer.compile_model(case.model)).outputs):
        assert np.array_equal(
            found[edge.name], np.stack([o[i] for o in answers(case.model, case.samples)])
        )


@pytest.mark.parametrize("on", TARGETS)
def test_verify(on: str, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", pixels(9))
    arguments = ("verify", DIGITS, "-n", 7, "--seed", 3, "--input", tmp_path / "x.npy", "--on", on)
    shown = minfer_command(*arguments).success()
    # Samples, values and differing values of the random samples and of those in the file.
    rows = [line.split() for line in shown.splitlines()]
    assert any(row[-4:] == ["7", "70", "0", "0"] for row in rows), shown
    assert any(row[-4:] == ["9", "90", "0", "0"] for row in rows), shown


def test_verify_without_a_reference(tmp_path: Path) -> None:
    """ELU has but a default kernel; with an SVDF of such a state TensorFlow Lite would read past its end."""
    line = minfer_command("verify", save(Unary("ELU").case(), tmp_path)).refusal()
    assert "nothing to compare with: TensorFlow Lite has no reference kernel of ELU" in line
    line = minfer_command("verify", save(Svdf(state="int8").case(), tmp_path)).refusal()
    assert "operator 0 (SVDF): TensorFlow Lite has none with a state of int8" in line


def test_verify_finds_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = reference.Reference.run

    def one_off(self: reference.Reference, sample: list[np.ndarray]) -> list[np.ndarray]:
        (scores,) = exact(self, sample)
        scores.flat[4] ^= 1
        return [scores]

    monkeypatch.setattr(reference.Reference, "run", one_off)
    outcome = CliRunner().invoke(app, ["verify", str(DIGITS), "-n", "6"])
    assert outcome.exit_code == 1
    assert any(
        line.split()[-4:] == ["6", "60", "6", "1"] for line in outcome.stdout.splitlines()
    ), outcome.stdout


@pytest.mark.parametrize(
    "array, words",
    (
        (np.zeros((1, 8, 8, 2), np.int8), ("(1, 8, 8, 1)", "(1, 8, 8, 2)")),
        (np.zeros((1, 8, 8, 1), np.float32), ("int8", "float32")),
    ),
    ids=("shape", "type"),
)
def test_run_refuses(
    array: np.ndarray, words: tuple[str, ...], digits: Path, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", array)
    refused = minfer_command(
        "run", digits, "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy"
    )
    line = refused.refusal()
    assert all(word in line for word in words), line
    assert not (tmp_path / "y.npy").exists()


def test_inspect_refuses_a_broken_file(digits: Path) -> None:
    damaged = bytearray(digits.read_bytes())
    damaged[200] ^= 1
    digits.write_bytes(damaged)
    assert "checksum" in minfer_command("inspect", digits).refusal()


def test_unknown_target(digits: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", pixels(1))
    arguments = (
        "run",
        digits,
        "--input",
        tmp_path / "x.npy",
        "--output",
        tmp_path / "y.npy",
        "--on",
        "moon",
    )
    assert "moon" in minfer_command(*arguments).refusal()
