"""Trains the digits model and writes digits.tflite, labels.txt and heldout.bin beside this script.

The data are scikit-learn's bundled digits: 1,797 handwritten digits of 8x8 pixels, brightness 0 to
16. A fifth of them, drawn with each digit's share, is held out: training never sees it. Seeds are
fixed, so that a second run on the same machine writes the same files.

    pip install '.[train]'
    python examples/digits/train.py
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent
SEED = 7
EPOCHS = 150
BRIGHTEST = 16


def load() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pixels float32 [N, 8, 8, 1] within 0 to 1, labels int64 [N]: training, then held out."""
    digits = load_digits()
    pixels = (digits.images / BRIGHTEST).astype(np.float32)[..., np.newaxis]
    x, x_heldout, y, y_heldout = train_test_split(
        pixels, digits.target, test_size=0.2, random_state=SEED, stratify=digits.target
    )
    return x, y, x_heldout, y_heldout


def build() -> tf.keras.Model:
    """A small separable network: 8x8x1 to probabilities of ten digits, 3,058 parameters."""
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            layers.Input((8, 8, 1), batch_size=1, name="pixels"),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.DepthwiseConv2D(3, padding="same", activation="relu"),
            layers.Conv2D(24, 1, activation="relu"),
            layers.MaxPooling2D(2),
            layers.DepthwiseConv2D(3, padding="same", activation="relu"),
            layers.Conv2D(32, 1, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def shifted(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each image moved by up to one pixel each way: the digits in the wild are not centred."""
    moved = np.zeros_like(x)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    for i, (top, left) in enumerate(rng.integers(0, 3, (len(x), 2))):
        moved[i] = padded[i, top : top + 8, left : left + 8]
    return moved


def train(x: np.ndarray, y: np.ndarray) -> tf.keras.Model:
    # Trained in batches, converted with a batch of one: two models that share their weights.
    one = build()
    model = tf.keras.Sequential([tf.keras.layers.Input((8, 8, 1)), *one.layers])
    rate = tf.keras.optimizers.schedules.CosineDecay(4e-3, EPOCHS * len(x) // 32)
    model.compile(tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    rng = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        model.fit(shifted(x, rng) if epoch % 2 else x, y, batch_size=32, verbose=0)
    return one


def quantise(model: tf.keras.Model, x: np.ndarray) -> bytes:
    """The model as an int8 .tflite, its ranges measured on the training digits."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([sample[np.newaxis]] for sample in x[:500])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    return converter.convert()


def interpret(tflite: bytes, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quantised pixels int8 [N, 64] and the answers int64 [N] of TFLite's reference kernels."""
    interpreter = tf.lite.Interpreter(
        model_content=tflite,
        experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    (source,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero_point = source["quantization"]
    quantised = np.clip(np.round(x / scale) + zero_point, -128, 127).astype(np.int8)
    answers = []
    for sample in quantised:
        interpreter.set_tensor(source["index"], sample[np.newaxis])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(result["index"]).argmax())
    return quantised.reshape(len(x), -1), np.array(answers)


def main() -> None:
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    x, y, x_heldout, y_heldout = load()
    model = train(x, y)
    tflite = quantise(model, x)
    pixels, answers = interpret(tflite, x_heldout)

    (HERE / "digits.tflite").write_bytes(tflite)
    (HERE / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(10)))
    records = np.column_stack([y_heldout.astype(np.int8), pixels])
    (HERE / "heldout.bin").write_bytes(records.tobytes())

    as_float = np.concatenate([model(sample[np.newaxis]) for sample in x_heldout]).argmax(axis=1)
    print(f"parameters        {model.count_params():,}")
    print(f"digits.tflite     {len(tflite):,} bytes")
    print(f"held-out digits   {len(y_heldout)}")
    print(f"accuracy, float   {np.mean(as_float == y_heldout):.2%}")
    print(f"accuracy, int8    {np.mean(answers == y_heldout):.2%}")


if __name__ == "__main__":
    main()
