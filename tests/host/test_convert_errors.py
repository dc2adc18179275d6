"""What `minfer convert` cannot take: one clear line, exit code 2, nothing half-written."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import minfer
import numpy as np
import pytest
from build import Builder, Tensor
from command import minfer_command

DIGITS = Path(__file__).resolve().parents[2] / "examples/digits/digits.tflite"


def fully_connected(
    activations: str, weights: str, x_scale: float = 0.0, w_scale: float = 0.0
) -> bytes:
    """A FULLY_CONNECTED with tensors 'image' and 'dense' as its ends, of these data types."""
    b = Builder()
    x = b.tensor((1, 6), x_scale, dtype=activations, name="image")
    w = b.constant(np.ones((2, 6), weights), w_scale)
    y = b.tensor((1, 2), x_scale, dtype=activations, name="dense")
    b.op("FULLY_CONNECTED", [x, w], [y])
    return b.finish([x], [y])


def operator_after_relu(name: str, custom: str = "") -> bytes:
    """A RELU, then an operator with tensor 'odd' as its output."""
    b = Builder()
    x, middle, y = b.tensor((1, 6), 0.1), b.tensor((1, 6), 0.1), b.tensor((1, 6), 0.1, name="odd")
    b.op("RELU", [x], [middle])
    b.op(name, [middle], [y], custom=custom)
    return b.finish([x], [y])


def shape_left_open(signature: tuple[int, ...]) -> bytes:
    """A RELU on an input 'image' whose dimensions of -1 are open."""
    b = Builder()
    shape = tuple(max(1, size) for size in signature)
    x, y = b.tensor(shape, 0.1, name="image", signature=signature), b.tensor(
        shape, 0.1, signature=signature
    )
    b.op("RELU", [x], [y])
    return b.finish([x], [y])


def two_relus(change: Callable[[Builder, Tensor, Tensor], None]) -> bytes:
    """Two RELUs in a row, then `change` to the second one and its tensor 'odd'."""
    b = Builder()
    x, middle, y = b.tensor((1, 6), 0.1), b.tensor((1, 6), 0.1), b.tensor((1, 6), 0.1, name="odd")
    b.op("RELU", [x], [middle])
    b.op("RELU", [middle], [y])
    change(b, middle, y)
    return b.finish([x], [y])


def constant(values: list[float]) -> bytes:
    """A RELU, and an output 'odd' that a QUANTIZE makes of float constants."""
    b = Builder()
    x, y, odd = b.tensor((1, 6), 0.1), b.tensor((1, 6), 0.1), b.tensor((2,), 0.1, name="odd")
    b.op("RELU", [x], [y])
    b.op("QUANTIZE", [b.constant(np.array(values, np.float32))], [odd])
    return b.finish([x], [y, odd])


def float_output() -> bytes:
    """The output 'odd' is a negative in float32."""
    b = Builder()
    x, real = b.tensor((1, 6), 0.1), b.tensor((1, 6), dtype="float32")
    odd = b.tensor((1, 6), dtype="float32", name="odd")
    b.op("DEQUANTIZE", [x], [real])
    b.op("NEG", [real], [odd])
    return b.finish([x], [odd])


def index_out_of_range(b: Builder, middle: Tensor, y: Tensor) -> None:
    b.operators[1].inputs = np.array([99], np.int32)


def read_before_written(b: Builder, middle: Tensor, y: Tensor) -> None:
    b.operators.reverse()


def without_scale(b: Builder, middle: Tensor, y: Tensor) -> None:
    b.tensors[y.index].quantization = None


def of_int16(b: Builder, middle: Tensor, y: Tensor) -> None:
    b.tensors[y.index].type = 7


# A model, and what the line must say: where it is wrong, what is wrong there.
BAD = {
    "float": (
        fully_connected("float32", "float32"),
        ("operator 0 (FULLY_CONNECTED)", "'image'", "float32"),
    ),
    "dynamic-range": (
        fully_connected("float32", "int8", w_scale=0.1),
        ("operator 0 (FULLY_CONNECTED)", "'image'", "float32", "dynamic-range"),
    ),
    "uint8": (
        fully_connected("uint8", "uint8", 0.1, 0.1),
        ("operator 0 (FULLY_CONNECTED)", "'image'", "uint8"),
    ),
    "unknown": (operator_after_relu("UNIQUE"), ("operator 1 (UNIQUE)", "'odd'")),
    "custom": (operator_after_relu("CUSTOM", "ethos-u"), ("operator 1", "ethos-u", "'odd'")),
    "dynamic": (shape_left_open((1, -1, 8, 3)), ("'image'", "dynamic shape", "-1")),
    "index": (two_relus(index_out_of_range), ("damaged",)),
    "order": (two_relus(read_before_written), ("operator 0 (RELU)", "before")),
    "scale": (two_relus(without_scale), ("operator 1 (RELU)", "'odd'")),
    "int16": (two_relus(of_int16), ("operator 1 (RELU)", "'odd'", "int16")),
    "constant": (constant([1, 2]), ("output 'odd'", "a constant", "leave it out")),
    "infinite": (constant([1, np.inf]), ("operator 1 (QUANTIZE)", "expected finite numbers")),
    "float32 output": (float_output(), ("output 'odd'", "inference_output_type = int8")),
    "truncated": (DIGITS.read_bytes()[:5000], ("truncated",)),
    "text": (b"This is no model. " * 40, ("bad.tflite",)),
    "zip": (b"PK\x03\x04" + bytes(400), ("bad.tflite",)),
    "empty": (b"", ("bad.tflite",)),
}


@pytest.mark.parametrize("name", BAD)
def test_one_line(name: str, tmp_path: Path) -> None:
    model, words = BAD[name]
    (tmp_path / "bad.tflite").write_bytes(model)
    refused = minfer_command("convert", tmp_path / "bad.tflite", "-o", tmp_path / "bad.mnf")
    line = refused.refusal()
    assert all(word in line for word in words), line
    assert [path.name for path in tmp_path.iterdir()] == ["bad.tflite"]


def test_no_file(tmp_path: Path) -> None:
    refused = minfer_command("convert", tmp_path / "none.tflite", "-o", tmp_path / "out.mnf")
    assert "none.tflite" in refused.refusal()
    assert not list(tmp_path.iterdir())


def test_a_folder(tmp_path: Path) -> None:
    assert str(tmp_path.name) in minfer_command("convert", tmp_path).refusal()


def test_no_folder_for_the_output(tmp_path: Path) -> None:
    refused = minfer_command("convert", DIGITS, "-o", tmp_path / "none" / "out.mnf")
    assert "none" in refused.refusal()
    assert not list(tmp_path.iterdir())


def test_earlier_output_stays(tmp_path: Path) -> None:
    output = tmp_path / "model.mnf"
    output.write_bytes(b"earlier")
    (tmp_path / "bad.tflite").write_bytes(BAD["custom"][0])
    minfer_command("convert", tmp_path / "bad.tflite", "-o", output).refusal()
    assert output.read_bytes() == b"earlier"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "labels, words", (("a\nb\n", ("10", "2")), (None, ("labels.txt",))), ids=("few", "missing")
)
def test_labels(labels: str | None, words: tuple[str, ...], tmp_path: Path) -> None:
    if labels is not None:
        (tmp_path / "labels.txt").write_text(labels)
    refused = minfer_command(
        "convert", DIGITS, "--labels", tmp_path / "labels.txt", "-o", tmp_path / "out.mnf"
    )
    line = refused.refusal()
    assert all(word in line for word in words), line
    assert not (tmp_path / "out.mnf").exists()


def test_open_batch_is_one_sample() -> None:
    model = minfer.Model.load(minfer.compile_model(shape_left_open((-1, 4, 5, 3))))
    assert model.inputs[0].shape == (1, 4, 5, 3)


def test_every_truncation() -> None:
    model = DIGITS.read_bytes()
    for length in range(0, len(model) - 16, 53):
        with pytest.raises(minfer.ConvertError):
            minfer.compile_model(model[:length])


def test_random_damage() -> None:
    """Converts or says why not; never another exception."""
    model = DIGITS.read_bytes()
    rng = random.Random(1)
    refused = 0
    for _ in range(600):
        damaged = bytearray(model)
        for _ in range(rng.choice((1, 1, 2, 8))):
            damaged[rng.randrange(len(model))] = rng.choice(
                (0, 1, 127, 128, 255, rng.randrange(256))
            )
        try:
            minfer.compile_model(bytes(damaged))
        except minfer.ConvertError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 50
