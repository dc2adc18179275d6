"""Trains the gesture model: writes gesture.tflite, labels.txt, recipe.toml and recording.bin beside this script.

    pip install '.[train]'
    python examples/gesture/train.py

Motion is generated (motions.py): many people, each with a tempo, a strength and a way to hold the
sensor. Seeds are fixed: a second run on the same machine writes the same files. measure.py then
counts what the model sees of people who are no part of the training.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from minfer.motion import Motion, butter
from minfer.recipe import front_end as front_end_of
from motions import LABELS, RATE, Session, person, session

HERE = Path(__file__).resolve().parent
SEED = 5
PEOPLE = 400
GESTURES = 12  # of each person
EPOCHS = 60

WINDOW, EVERY = 128, 16  # samples
FURTHEST = 8  # standard deviations that an int8 feature reaches
FRONT_END = dict(
    kind="Motion",
    axes=3,
    rate=RATE,
    window=WINDOW,
    every=EVERY,
    detrend="constant",
    filter=butter(2, 15, rate=RATE),
    features=("std", "min", "max", "skew", "kurtosis", "zero_crossings"),
    bands=((0.5, 1.5), (1.5, 3), (3, 6), (6, 12)),
    log=True,
)

DECISION = """
[decision]
average = 3
threshold = 0.6
release = 0.3
refractory_ms = 1000
ignore = ["idle"]
"""


def sessions(people: int, gestures: int, seed: int) -> list[Session]:
    """One of each person, in which gestures come in any order."""
    rng = np.random.default_rng(seed)
    return [
        session(person(rng), list(rng.integers(1, len(LABELS), gestures)), rng)
        for _ in range(people)
    ]


def labelled(recorded: list[Session], front_end: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Features [N, axes, features] and labels [N] of the windows; those with part of a gesture are left out."""
    features, labels = [], []
    for samples, gestures in recorded:
        rows = front_end.features(samples.ravel())
        start = EVERY * np.arange(len(rows))
        seen = np.zeros(
            (len(rows), len(gestures))
        )  # how much of what a window can hold of each gesture
        for i, (_, first, end) in enumerate(gestures):
            common = np.minimum(start + WINDOW, end) - np.maximum(start, first)
            seen[:, i] = common / min(WINDOW, end - first)
        most = seen.argmax(axis=1)
        certain = seen.max(axis=1) > 0.75
        label = np.where(certain, gestures[most, 0], 0)
        clear = certain | (seen.max(axis=1) < 0.1)
        features.append(rows[clear])
        labels.append(label[clear])
    return np.concatenate(features), np.concatenate(labels)


def build(inputs: int) -> tf.keras.Model:
    """Three dense layers."""
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input((inputs,), batch_size=1, name="features"),
            layers.Dense(32, activation="relu"),
            layers.Dense(16, activation="relu"),
            layers.Dense(len(LABELS), activation="softmax"),
        ]
    )


def train(x: np.ndarray, y: np.ndarray) -> tf.keras.Model:
    # Trained in batches, converted with a batch of one: two models that share their weights.
    one = build(x.shape[1])
    model = tf.keras.Sequential([tf.keras.layers.Input(x.shape[1:]), *one.layers])
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * len(x) // 256)
    model.compile(tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=256, epochs=EPOCHS, verbose=0)
    return one


def quantise(model: tf.keras.Model, x: np.ndarray) -> bytes:
    """The model as an int8 .tflite, its ranges measured on some of the windows."""
    examples = np.random.default_rng(SEED).permutation(x)[:1000]
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([example[np.newaxis]] for example in examples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def toml(settings: dict[str, object]) -> str:
    """A recipe's table of numbers, words and lists of them."""

    def value(x: object) -> str:
        if isinstance(x, (list, tuple, np.ndarray)):
            return "[" + ", ".join(value(each) for each in x) + "]"
        if isinstance(x, (bool, str)):
            return json.dumps(x)
        return f"{x:.6g}" if isinstance(x, np.floating) else repr(x)

    return "".join(f"{name} = {value(x)}\n" for name, x in settings.items())


def main() -> None:
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    recorded = sessions(PEOPLE, GESTURES, SEED)
    raw, labels = labelled(recorded, front_end_of(dict(front_end=FRONT_END)))
    settings = dict(FRONT_END, mean=raw.mean(axis=0).ravel(), std=raw.std(axis=0).ravel())
    features, _ = labelled(recorded, front_end_of(dict(front_end=settings)))
    x = features.reshape(len(features), -1).clip(-FURTHEST, FURTHEST)
    counts = ", ".join(f"{n} {label}" for n, label in zip(np.bincount(labels), LABELS))
    print(f"{len(x):,} windows of {PEOPLE} people: {counts}", flush=True)
    model = train(x, labels)
    tflite = quantise(model, x)

    (HERE / "gesture.tflite").write_bytes(tflite)
    (HERE / "labels.txt").write_text("".join(f"{label}\n" for label in LABELS))
    head = "# How gesture.tflite is fed and understood: written by train.py, read by minfer convert --frontend.\n"
    table = toml(settings)
    (HERE / "recipe.toml").write_text(f"{head}[front_end]\n{table}{DECISION}")
    # For main.py: somebody else, one gesture of each kind.
    rng = np.random.default_rng(SEED + 1)
    (HERE / "recording.bin").write_bytes(session(person(rng), [1, 2, 3], rng).samples.tobytes())
    print(f"gesture.tflite: {len(tflite):,} bytes, {model.count_params():,} parameters")


if __name__ == "__main__":
    main()
