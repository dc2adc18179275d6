"""Trains the autoencoder: writes vibration.tflite, recipe.toml and recording.bin beside this script.

    pip install '.[train]'
    python examples/vibration/train.py

Vibration is generated (machines.py), and training hears healthy machines alone. Seeds are fixed: a
second run on the same machine writes the same files. measure.py then looks for faults in machines
that are no part of the training.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from machines import FAULTS, RATE, machine, run
from minfer.recipe import front_end as front_end_of

HERE = Path(__file__).resolve().parent
SEED = 3
MACHINES, SECONDS = 120, 30
EPOCHS = 80
FURTHEST = 8  # standard deviations that an int8 feature reaches

# Bands around once, twice and three times a turn, the mains' 100 Hz, the vanes, then resonances and what is between.
BANDS = (5, 18, 32, 43, 62, 86, 112, 160, 190, 260, 360, 480, 640, 800)
FRONT_END = dict(
    kind="Motion",
    axes=3,
    rate=RATE,
    window=512,
    every=512,
    detrend="constant",
    features=("std", "kurtosis"),
    bands=tuple(zip(BANDS, BANDS[1:])),
    log=True,
)


def build(inputs: int) -> tf.keras.Model:
    """Through a bottleneck of 4 numbers and back."""
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input((inputs,), batch_size=1, name="features"),
            layers.Dense(24, activation="relu"),
            layers.Dense(4),
            layers.Dense(24, activation="relu"),
            layers.Dense(inputs, name="again"),
        ]
    )


def train(x: np.ndarray) -> tf.keras.Model:
    # Trained in batches, converted with a batch of one: two models that share their weights.
    one = build(x.shape[1])
    model = tf.keras.Sequential([tf.keras.layers.Input(x.shape[1:]), *one.layers])
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, EPOCHS * len(x) // 128)
    model.compile(tf.keras.optimizers.Adam(rate), "mse")
    history = model.fit(x, x, batch_size=128, epochs=EPOCHS, verbose=0)
    print(f"mean squared error {history.history['loss'][-1]:.3f} of 1")
    return one


def quantise(model: tf.keras.Model, x: np.ndarray) -> bytes:
    """The model as an int8 .tflite, with room for features that no healthy machine has."""
    examples = np.random.default_rng(SEED).permutation(x)[:1000]
    examples[0, :2] = -FURTHEST, FURTHEST
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


def recording(rng: np.random.Generator) -> np.ndarray:
    """For main.py: another machine, 32 windows healthy, then each fault for 5 after 3 healthy ones."""
    pump, window = machine(rng), FRONT_END["window"] / RATE
    pieces = [run(pump, 32 * window, rng)]
    for fault in FAULTS:
        pieces += [run(pump, 3 * window, rng), run(pump, 5 * window, rng, fault)]
    return np.concatenate(pieces)


def main() -> None:
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    rng = np.random.default_rng(SEED)
    recorded = [run(machine(rng), SECONDS, rng) for _ in range(MACHINES)]

    def features(settings: dict[str, object]) -> np.ndarray:
        front_end = front_end_of(dict(front_end=settings))
        return np.concatenate([front_end.features(samples.ravel()) for samples in recorded])

    raw = features(FRONT_END)
    settings = dict(FRONT_END, mean=raw.mean(axis=0).ravel(), std=raw.std(axis=0).ravel())
    x = features(settings).reshape(len(raw), -1).clip(-FURTHEST, FURTHEST)
    print(f"{len(x):,} windows of {MACHINES} machines, {x.shape[1]} features", flush=True)
    model = train(x)
    tflite = quantise(model, x)

    (HERE / "vibration.tflite").write_bytes(tflite)
    head = (
        "# How vibration.tflite is fed: written by train.py, read by minfer convert --frontend.\n"
    )
    (HERE / "recipe.toml").write_text(f"{head}[front_end]\n{toml(settings)}")
    (HERE / "recording.bin").write_bytes(recording(np.random.default_rng(SEED + 1)).tobytes())
    print(f"vibration.tflite: {len(tflite):,} bytes, {model.count_params():,} parameters")


if __name__ == "__main__":
    main()
