"""Trains a detector of a word that is typed: writes wake_word.tflite and what belongs to it.

    pip install '.[train]'                 # and espeak-ng, of the operating system
    python examples/wake_word/train.py --word "hello pico"

espeak-ng speaks the word, and much else, in many voices; noise, rooms and microphones are added (scenes.py);
minfer's own front end makes the features that the chip will see. Seeds are fixed: a second run on the same machine
writes the same files. Then measure.py counts what the result hears and misses.
"""

from __future__ import annotations

import argparse
import os
import wave
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from minfer.audio import MicroSpeech
from scenes import Scene, noises, scene, scenes
from speech import RATE, confusable, read_wav, say, sentences, spoken_by, trimmed, variants, words

HERE = Path(__file__).resolve().parent
SEED = 11
SPEEDS = (130, 210)  # words a minute of the wake word
SAID, CONFUSABLE, UNSAID = 3000, 3500, 9000  # utterances
NOISE = 7200  # seconds
EACH = 6  # utterances in a scene

HOP, WINDOW, CHANNELS = 320, 480, 40  # of MicroSpeech, in samples
SCALE, ZERO_POINT = 26 / 256, -128  # what its int8 stand for, as in TensorFlow Lite Micro's models
SLACK = 0.25  # seconds in which the whole word is within the window
EVERY = 4  # frames from one window to the next on the device

EPOCHS = 18
EPOCH = 60_000  # windows that are no word in an epoch
LABELS = ("other", "word")

RECIPE = """\
# How wake_word.tflite is fed and understood: written by train.py, read by minfer convert --frontend.
[front_end]
kind = "MicroSpeech"
frames = {frames}  # {seconds:.2f} s: the word, and a little
every = {every}  # an answer each {milliseconds} ms

[decision]
average = 3
threshold = {threshold}
release = 0.3
refractory_ms = 1000
ignore = ["other"]
"""


class Windows(NamedTuple):
    """Frames of all scenes in a row, int8 [N, 40], and the numbers of those that end a window.

    word: of windows with the whole word in them; other: of windows without, or with little of it.
    """

    frames: np.ndarray
    word: np.ndarray
    other: np.ndarray


def frames_for(said: list[np.ndarray]) -> int:
    """How many frames a window needs to hold nearly every utterance, and the slack."""
    longest = np.percentile([len(sound) for sound in said], 95) + SLACK * RATE
    return int(np.ceil((longest - WINDOW) / HOP)) + 1


def windows(heard: Iterable[Scene], frames: int) -> Windows:
    """The features of the scenes, and which windows to learn from: those with half a word are neither."""
    front_end = MicroSpeech(frames=1)
    features, word, other, first = [], [], [], 0
    for sound, spoken in heard:
        rows = front_end.features(sound)[:, 0]
        end = np.arange(len(rows)) * HOP + WINDOW  # the sample behind the last of each frame
        start = end - (frames - 1) * HOP - WINDOW
        with_word, without = np.zeros(len(rows), bool), np.ones(len(rows), bool)
        for begins, ends in spoken:
            length = ends - begins
            late = ends + min(SLACK * RATE, max(0, (frames - 1) * HOP + WINDOW - length))
            with_word |= (end >= ends) & (end <= late)
            without &= (end < begins + 0.6 * length) | (start > begins + 0.4 * length)
        whole = np.arange(len(rows)) >= frames - 1
        word.append(first + np.flatnonzero(with_word & whole))
        other.append(first + np.flatnonzero(without & whole))
        features.append(rows)
        first += len(rows)
    return Windows(np.concatenate(features), np.concatenate(word), np.concatenate(other))


def build(frames: int) -> tf.keras.Model:
    """Separable convolutions over time, the channels of the front end as features: about 180,000 MACs."""
    layers = tf.keras.layers

    def convolution(x: tf.Tensor, filters: int, kernel: int, stride: int = 1) -> tf.Tensor:
        x = layers.Conv2D(filters, (kernel, 1), (stride, 1), padding="same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    def separable(x: tf.Tensor, filters: int, stride: int = 1) -> tf.Tensor:
        x = layers.DepthwiseConv2D((9, 1), (stride, 1), padding="same", use_bias=False)(x)
        return convolution(layers.ReLU()(layers.BatchNormalization()(x)), filters, 1)

    x = window = layers.Input((frames, 1, CHANNELS), name="features")
    x = convolution(x, 24, 3, 2)
    x = separable(x, 32, 2)
    x = separable(x, 40)
    x = separable(x, 40)
    x = separable(x, 48, 2)
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    return tf.keras.Model(window, layers.Dense(len(LABELS), activation="softmax")(x))


def real(features: np.ndarray) -> np.ndarray:
    """What int8 features stand for, float32."""
    return (features.astype(np.float32) - ZERO_POINT) * SCALE


def batches(
    data: Windows, ends: np.ndarray, labels: np.ndarray, frames: int, blank: bool
) -> tf.data.Dataset:
    """Windows of real numbers and their labels; where `blank`, with a band of channels and one of frames silenced."""
    rows = tf.constant(data.frames)
    back = tf.range(1 - frames, 1, dtype=tf.int64)

    def silenced(x: tf.Tensor, axis: int, most: int) -> tf.Tensor:
        n = x.shape[axis]
        width = tf.random.uniform((), 0, most + 1, tf.int32)
        start = tf.random.uniform((), 0, n - most, tf.int32)
        at = tf.range(n)
        keep = (at < start) | (at >= start + width)
        return x * tf.cast(tf.reshape(keep, [-1 if i == axis else 1 for i in range(4)]), tf.float32)

    def gather(end: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x = tf.gather(rows, end[:, tf.newaxis] + back)[:, :, tf.newaxis]
        x = (tf.cast(x, tf.float32) - ZERO_POINT) * SCALE
        x.set_shape((None, frames, 1, CHANNELS))
        return (silenced(silenced(x, 3, 6), 1, 6) if blank else x), label

    return tf.data.Dataset.from_tensor_slices((ends, labels)).batch(128).map(gather)


def train(data: Windows, frames: int) -> tf.keras.Model:
    """Fits the model. Windows without the word are drawn the more often, the more they are taken for it."""
    model = build(frames)
    model.summary(line_length=80)
    rng = np.random.default_rng(SEED)
    word = data.word[::2]
    steps = EPOCHS * (EPOCH + len(word)) // 128
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, steps)
    model.compile(
        tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    candidates = data.other[::2]
    weight = np.ones(len(candidates))
    for epoch in range(EPOCHS):
        other = rng.choice(candidates, EPOCH, p=weight / weight.sum())
        ends = np.concatenate([word, other])
        order = rng.permutation(len(ends))
        labels = (order < len(word)).astype(np.int64)
        model.fit(batches(data, ends[order], labels, frames, True), epochs=1, verbose=2)
        if epoch % 3 == 2:
            everything = batches(data, candidates, np.zeros(len(candidates)), frames, False)
            likely = model.predict(everything, verbose=0)[:, 1]
            print(
                f"epoch {epoch + 1}: takes {np.mean(likely > 0.5):.3%} of the others for the word"
            )
            weight = 0.01 + likely
    return model


def quantise(model: tf.keras.Model, data: Windows, frames: int) -> bytes:
    """The model as an int8 .tflite, which takes the front end's int8 as they are."""
    rng = np.random.default_rng(SEED)
    ends = rng.permutation(
        np.concatenate([rng.choice(data.word, 300), rng.choice(data.other, 300)])
    )
    examples = [
        real(data.frames[end - frames + 1 : end + 1])[np.newaxis, :, np.newaxis] for end in ends
    ]
    # The range of the front end, whatever the examples happen to reach, so that scale and zero point are its own.
    examples[0].flat[:2] = real(np.array([-128, 127]))
    one = tf.keras.Sequential([tf.keras.layers.Input((frames, 1, CHANNELS), batch_size=1), model])
    converter = tf.lite.TFLiteConverter.from_keras_model(one)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([example] for example in examples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    tflite = converter.convert()
    scale, zero_point = tf.lite.Interpreter(model_content=tflite).get_input_details()[0][
        "quantization"
    ]
    if abs(scale - SCALE) > 1e-6 or zero_point != ZERO_POINT:
        raise SystemExit(
            f"the model takes scale {scale}, zero point {zero_point}: not the front end's"
        )
    return tflite


def recorded(folder: Path) -> list[np.ndarray]:
    """The utterances in .wav files, so often that they make up a fifth."""
    sounds = [trimmed(read_wav(str(path))) for path in sorted(folder.glob("*.wav"))]
    if not sounds:
        raise SystemExit(f"{folder}: expected .wav files, found none")
    return sounds * max(1, SAID // 4 // len(sounds))


def record(word: str, path: Path) -> None:
    """For main.py: voices that did not train say the word, something like it, and the word again."""
    rng = np.random.default_rng(SEED + 2)
    vocabulary = words(held_out=True)
    (other,) = confusable(word, 1, vocabulary, rng)
    people = variants(held_out=True)
    said = say(spoken_by([word, other, word], people, rng, SPEEDS))
    heard = scene(said, [True, False, True], said, rng, snr=(25, 25), gaps=(0.4, 0.6))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(heard.sound.tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--word", default="hello pico", help="what is to be heard, as it is written"
    )
    parser.add_argument(
        "--recordings", type=Path, help="a folder of .wav files in which people say it once each"
    )
    options = parser.parse_args()
    word = options.word.lower()
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    rng = np.random.default_rng(SEED)

    people, vocabulary = variants(held_out=False), words(held_out=False)
    vocabulary = [other for other in vocabulary if other not in word.split()]
    print(f"{len(people)} voices say {word!r}, and other things", flush=True)
    said = say(spoken_by([word] * SAID, people, rng, SPEEDS))
    if options.recordings:
        said += recorded(options.recordings)
    other = confusable(word, CONFUSABLE, vocabulary, rng) + sentences(UNSAID, vocabulary, rng)
    unsaid = say(spoken_by(other, people, rng, (110, 230)))

    frames = frames_for(said)
    heard = chain(scenes(said, unsaid, EACH, rng, unsaid), noises(NOISE, 20, unsaid, rng))
    data = windows(heard, frames)
    hours = len(data.frames) * HOP / RATE / 3600
    print(
        f"{hours:.1f} hours of sound, {len(data.word)} windows with the word, {len(data.other)} without"
    )
    model = train(data, frames)
    tflite = quantise(model, data, frames)

    (HERE / "wake_word.tflite").write_bytes(tflite)
    (HERE / "labels.txt").write_text(f"other\n{word}\n")
    seconds = ((frames - 1) * HOP + WINDOW) / RATE
    milliseconds = EVERY * HOP * 1000 // RATE
    recipe = dict(
        frames=frames, seconds=seconds, every=EVERY, milliseconds=milliseconds, threshold=0.8
    )
    (HERE / "recipe.toml").write_text(RECIPE.format(**recipe))
    record(word, HERE / "recording.wav")
    print(f"wake_word.tflite: {len(tflite):,} bytes, {model.count_params():,} parameters")


if __name__ == "__main__":
    main()
