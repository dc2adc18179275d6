"""Recipes: what is written into a model file, what is refused, and the pipeline made of it. The digits stand in for any model
of 8 by 8 features and 10 classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import minfer
import numpy as np
import pytest
from command import minfer_command
from minfer import drift, recipe
from minfer.audio import LogMel

ROOT = Path(__file__).resolve().parents[2]
DIGITS = ROOT / "examples/digits/digits.tflite"
LABELS = tuple("0123456789")
MEL = {"kind": "LogMel", "frames": 8, "mels": 8, "every": 4, "mean": -60, "std": 60}
TOML = """
[front_end]
kind = "LogMel"
frames = 8
mels = 8
every = 4
mean = -60.123456789
std = 60

[decision]
average = 2
threshold = 0.75
ignore = ["0"]
"""


def convert(tmp_path: Path, **tables: Any) -> minfer.Model:
    """The digits with a recipe; `samples` is no table of it."""
    samples = tables.pop("samples", None)
    tables.setdefault("front_end", MEL)
    return minfer.convert(
        DIGITS, tmp_path / "model.mnf", labels=LABELS, frontend=tables, samples=samples
    )


def refused(tmp_path: Path, **tables: Any) -> str:
    with pytest.raises(minfer.ConvertError) as caught:
        convert(tmp_path, **tables)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{DIGITS}: ")


def test_the_command(tmp_path: Path) -> None:
    recipe_file, labels = tmp_path / "recipe.toml", tmp_path / "labels.txt"
    recipe_file.write_text(TOML)
    labels.write_text("\n".join(LABELS))
    windows = np.random.default_rng(0).integers(-128, 128, (50, 8, 8), np.int8)
    np.save(tmp_path / "windows.npy", windows)
    file = tmp_path / "model.mnf"
    minfer_command(
        "convert", DIGITS, "-o", file, "--labels", labels, "--frontend", recipe_file,
        "--samples", tmp_path / "windows.npy",
    ).success()  # fmt: skip
    model = minfer.Model.load(file)
    found = json.loads(model.recipe)
    edge = model.inputs[0]
    # Numbers of six digits, which every chip reads alike; scale and zero point are the model's.
    assert found["front_end"] == {**MEL, "mean": -60.1235}
    assert found["decision"] == {"average": 2, "threshold": 0.75, "ignore": ["0"]}
    real = edge.scale * (windows.reshape(-1, 8).astype(float) - edge.zero_point)
    assert np.allclose(found["statistics"]["mean"], real.mean(0), rtol=1e-5)
    assert np.allclose(found["statistics"]["std"], real.std(0), rtol=1e-5)
    shown = minfer_command("inspect", file).success()
    assert 'front_end: kind "LogMel", frames 8, mels 8, every 4, mean -60.1235, std 60\n' in shown
    assert 'decision: average 2, threshold 0.75, ignore ["0"]\n' in shown
    assert "statistics: mean of 8, std of 8\n" in shown
    assert json.loads(minfer_command("inspect", file, "--json").success())["recipe"] == found


def test_without_a_recipe(tmp_path: Path) -> None:
    minfer_command("convert", DIGITS, "-o", tmp_path / "model.mnf").success()
    model = minfer.Model.load(tmp_path / "model.mnf")
    assert model.recipe == ""
    with pytest.raises(ValueError, match="expected a model with a recipe, found none"):
        minfer.pipeline(model)
    line = minfer_command("convert", DIGITS, "--samples", "x.npy").refusal()
    assert line.endswith("samples: expected a recipe that they belong to, found none: --frontend")


def test_features_are_the_models(tmp_path: Path) -> None:
    """The pipeline gives the model what the front end computes for training, quantised as the model's input is."""
    model = convert(tmp_path)
    edge = model.inputs[0]
    sound = np.random.default_rng(1).integers(-3000, 3000, 20000).astype(np.int16)
    pipeline = minfer.pipeline(tmp_path / "model.mnf")
    seen = []
    pipeline.watch = lambda features: seen.append(np.array(features).reshape(8, 8))
    found = list(pipeline.feed(sound))
    settings = {name: value for name, value in MEL.items() if name != "kind"}
    front_end = LogMel(scale=edge.scale, zero_point=edge.zero_point, **settings)
    expected = front_end.features(sound)
    assert len(found) == len(expected) == 14 and len(np.unique(expected)) > 10
    assert np.array_equal(np.array(seen), expected)
    assert np.array_equal(recipe.front_end({"front_end": MEL}, model).features(sound), expected)
    assert recipe.front_end({"front_end": MEL}).features(sound).dtype == np.float32
    for answer, window in zip(found, expected):
        scores = model.run([window.reshape(1, 8, 8, 1)])[0].ravel()
        assert answer.label == LABELS[scores.argmax()]
        edge = model.outputs[0]
        assert answer.probability == edge.scale * (int(scores.max()) - edge.zero_point)


def test_drift(tmp_path: Path) -> None:
    """Statistics of quiet noise: the same is no news, louder noise is told once."""
    chance = np.random.default_rng(2)

    def sound(level: int) -> np.ndarray:
        return chance.integers(-level, level, 16000 * 5).astype(np.int16)

    windows = recipe.front_end({"front_end": MEL}).features(sound(100))
    convert(tmp_path, samples=windows)
    pipeline = minfer.pipeline(tmp_path / "model.mnf")
    told = []
    watcher = drift.watch(pipeline, told.append, rows=100)
    list(pipeline.feed(sound(100)))
    assert watcher.shift < 0.3 and not told
    list(pipeline.feed(sound(10000)))
    assert watcher.shift > 2 and told == [watcher]


def test_motion(tmp_path: Path) -> None:
    """A filter in real numbers is kept as the integers that a chip filters with."""
    section = [0.2, 0.4, 0.2, 1.0, -0.3999999999, 0.2]
    front_end = {"kind": "Motion", "axes": 8, "window": 16, "every": 8, "filter": [section]}
    front_end["features"] = ["mean", "rms", "std", "min", "max", "skew", "kurtosis", "peak_to_peak"]
    model = convert(tmp_path, front_end=front_end)
    assert (
        json.loads(model.recipe)["front_end"]["filter"]
        == recipe.load_recipe({"front_end": front_end})["front_end"]["filter"]
    )
    assert all(type(n) is int for n in json.loads(model.recipe)["front_end"]["filter"][0])
    pipeline = minfer.pipeline(model)
    assert pipeline.per_second == 800
    noise = np.random.default_rng(3).integers(-500, 500, 24 * 8).astype(np.int16)
    assert [answer.time for answer in pipeline.feed(noise)] == [160, 240]


def test_picture(tmp_path: Path) -> None:
    front_end = {"kind": "Picture", "width": 16, "height": 16, "format": "grey", "shape": [8, 8, 1]}
    model = convert(tmp_path, front_end=front_end)
    pipeline = minfer.pipeline(model)
    frame = np.random.default_rng(4).integers(0, 256, 256).astype(np.uint8)
    label, _ = pipeline.classify(frame)
    window = recipe.front_end({"front_end": front_end}, model).features(frame)[0]
    assert label == LABELS[model.run([window.reshape(1, 8, 8, 1)])[0].argmax()]


def test_an_output_that_is_given(tmp_path: Path) -> None:
    """Convert leaves the file beside the model where no other is given, and answers with it."""
    source = tmp_path / "some.tflite"
    source.write_bytes(DIGITS.read_bytes())
    model = minfer.convert(source)
    assert (tmp_path / "some.mnf").stat().st_size == model.size and model.name == "some"


WRONG = [
    ({"front_end": {}}, "recipe: front_end: expected a kind of LogMel, MFCC, MicroSpeech, Motion, Picture, found none"),
    ({"front_end": {"kind": "Mel"}}, "recipe: front_end: expected a kind of LogMel, MFCC, MicroSpeech, Motion, Picture, found Mel"),
    ({"frontend": {}}, "recipe: expected tables front_end, decision, statistics, found frontend"),
    ({"decision": 3}, "recipe: expected tables front_end, decision, statistics, found decision"),
    ({"decision": {"treshold": 1}}, "recipe: decision: expected average, threshold, release, refractory_ms, ignore, found treshold"),
    ({"decision": {"labels": ["a"]}}, "recipe: decision: expected average, threshold, release, refractory_ms, ignore, found labels"),
    ({"decision": {"threshold": 2}}, "recipe: threshold: expected above 0 to 1, found 2"),
    ({"decision": {"ignore": ["ten"]}}, f"recipe: ignore: expected labels of {', '.join(LABELS)}, found ten"),
    ({"front_end": {**MEL, "mells": 8}}, "expected arguments of "),
    ({"front_end": {**MEL, "frames": 0}}, "recipe: front_end: frames: expected at least 1, found 0"),
    ({"front_end": {**MEL, "frames": 9}}, "recipe: front_end: expected the model's input, int8 of shape (1, 8, 8, 1), found int8 of shape (9, 8)"),
    ({"front_end": {**MEL, "scale": 0.5}}, "recipe: front_end: scale: expected "),
    ({"front_end": {"kind": "Motion", "axis": 3}}, "recipe: front_end: Motion: expected arguments of axes, rate, window, "),
    ({"statistics": {"means": [0]}}, "recipe: statistics: expected mean, std, found means"),
    ({"statistics": {"mean": [0, 1], "std": [1, 1]}}, "recipe: statistics: mean: expected 1 or 8 numbers, found 2"),
    ({"statistics": {"mean": 0}}, "recipe: statistics: std: expected 1 or 8 numbers, found 0"),
    ({"statistics": {"mean": 0, "std": -1}}, "recipe: statistics: expected as many std as mean, none below 0, found 1 and 1, the least -1"),
    ({"statistics": {"mean": 0, "std": 1}, "samples": np.zeros((3, 8, 8), np.int8)}, "recipe: statistics: expected them from here or from samples, found both"),
    ({"samples": np.zeros((3, 8), np.int8)}, "samples: expected windows of shape (8, 8) stacked, found shape (3, 8)"),
    ({"samples": np.zeros((3, 8, 8), int)}, "samples: expected int8 or real numbers, found int64"),
    ({"front_end": {**MEL, "mean": 1j}}, "recipe: expected numbers, texts and lists of them, found 1j"),
]  # fmt: skip


@pytest.mark.parametrize("tables, words", WRONG, ids=lambda value: str(value)[:60])
def test_refusals(tmp_path: Path, tables: dict[str, Any], words: str) -> None:
    assert words in refused(tmp_path, **tables)


def test_refused_files(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    for content, words in (
        ("front_end = [", f"{file}: expected TOML, found something else: "),
        ("a = 1", f"{file}: expected a table front_end, found none"),
    ):
        file.write_text(content)
        assert words in minfer_command("convert", DIGITS, "--frontend", file).refusal()
    line = minfer_command("convert", DIGITS, "--frontend", tmp_path / "none.toml").refusal()
    assert line == f"minfer: {tmp_path / 'none.toml'}: No such file or directory"
    file.write_text(TOML)
    (tmp_path / "x.npy").write_bytes(b"nothing")
    line = minfer_command(
        "convert", DIGITS, "--frontend", file, "--samples", tmp_path / "x.npy"
    ).refusal()
    assert f"{tmp_path / 'x.npy'}: expected a .npy file of numbers" in line


def test_numbers_are_short() -> None:
    numbers = {"kind": "LogMel", "std": [1 / 3, 12345678.9, 1.5e-6, 1e-10, -2.0000001, 7]}
    found = recipe.load_recipe({"front_end": numbers})["front_end"]["std"]
    assert found == [0.333333, 12345700.0, 1.5e-6, 1e-10, -2.0, 7]
