"""Models as people build them in Keras, through TensorFlow's own converter.

It leaves float32 inside, and writes versions of operators, that a test would not think of.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import minfer
import numpy as np
import pytest
import tensorflow as tf
from minfer.reference import Reference
from minfer.samples import random_samples

keras = tf.keras
layers = keras.layers

FACES = {"int8": tf.int8, "uint8": tf.uint8, "float32": tf.float32}


def vision_transformer(x):
    """Patches, attention, Keras's layer normalisation: NEG in float32."""
    x = layers.Reshape((16, 8))(layers.Conv2D(8, 2, 2)(x))
    y = layers.LayerNormalization()(x)
    y = layers.MultiHeadAttention(2, 4)(y, y)
    x = layers.LayerNormalization()(layers.Add()([x, y]))
    x = layers.Dense(8, activation="gelu")(x)
    return layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(x))


def normalised(x):
    """SQUARE in float32."""
    x = layers.GroupNormalization(2)(layers.Conv2D(8, 3)(x))
    return layers.UnitNormalization()(layers.GlobalAveragePooling2D()(x))


def activations(x):
    """Sums of what becomes one table each."""
    x = layers.Conv2D(4, 3)(x)
    names = ("log_sigmoid", "squareplus", "mish", "hard_silu", "softplus", "celu", "swish")
    return layers.Add()([layers.Activation(name)(x) for name in names])


def segmentation(x):
    """The class of each pixel, beside the scores."""
    a = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    b = layers.Conv2D(4, 3, dilation_rate=2, padding="same")(layers.MaxPooling2D()(a))
    x = layers.Concatenate()([a, layers.UpSampling2D(2)(b)])
    scores = layers.Conv2D(3, 1)(layers.Concatenate()([x, layers.Conv2DTranspose(2, 2, 2)(b)]))
    return [scores, layers.Lambda(lambda t: tf.argmax(t, -1, output_type=tf.int32))(scores)]


def heat_map(x):
    """Peaks: what equals the greatest of its neighbours, a bool as a number."""
    x = layers.Conv2D(2, 3, activation="sigmoid")(x)
    peak = layers.MaxPooling2D(3, 1, "same")(x)
    return layers.Lambda(lambda t: tf.cast(tf.equal(t[0], t[1]), tf.float32) * t[0])([x, peak])


def super_resolution(x):
    """Channels to pixels."""
    y = layers.Conv2D(4, 3, padding="same", activation="tanh")(x)
    y = layers.Lambda(lambda t: tf.nn.depth_to_space(t, 2))(y)
    x = layers.UpSampling2D(2, interpolation="bilinear")(layers.Conv2D(1, 1)(x))
    return layers.Add()([x, y])


def windows(x):
    """Turned with six dimensions, after a roll."""
    x = layers.Conv2D(4, 1)(x)
    x = layers.Lambda(lambda t: tf.roll(t, (-2, -2), (1, 2)))(x)
    x = layers.Lambda(lambda t: tf.reshape(t, (1, 2, 4, 2, 4, 4)))(x)
    x = layers.Lambda(lambda t: tf.transpose(t, (0, 3, 1, 2, 4, 5)))(x)
    return layers.Lambda(lambda t: tf.reverse(tf.reshape(t, (4, 16, 4)), [1]))(x)


def shuffled(x):
    """ShuffleNet's unit, with squeeze and excitation."""
    x = layers.Conv2D(8, 3, padding="same", activation="relu6")(x)
    a, b = (layers.Lambda(lambda t, i=i: t[..., 4 * i : 4 * i + 4])(x) for i in (0, 1))
    b = layers.DepthwiseConv2D(3, padding="same")(layers.Conv2D(4, 1, groups=2)(b))
    x = layers.Reshape((8, 8, 2, 4))(layers.Concatenate()([a, b]))
    x = layers.Reshape((8, 8, 8))(layers.Permute((1, 2, 4, 3))(x))
    s = layers.Conv2D(2, 1, activation="relu")(layers.GlobalAveragePooling2D(keepdims=True)(x))
    return layers.Multiply()([x, layers.Conv2D(8, 1, activation="hard_sigmoid")(s)])


BUILDERS = (
    vision_transformer,
    normalised,
    activations,
    segmentation,
    heat_map,
    super_resolution,
    windows,
    shuffled,
)


def converted(build: Callable, face: str) -> bytes:
    """A network with random weights, quantised over random pictures."""
    keras.utils.set_random_seed(1)
    picture = keras.Input((8, 8, 3), batch_size=1)
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(picture, build(picture)))
    rng = np.random.default_rng(2)
    pictures = [rng.normal(size=(1, 8, 8, 3)).astype(np.float32) for _ in range(4)]
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([x] for x in pictures)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = FACES[face]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return converter.convert()


@pytest.mark.parametrize("build", BUILDERS, ids=lambda build: build.__name__)
def test_exact(build: Callable) -> None:
    face = list(FACES)[BUILDERS.index(build) % len(FACES)]
    source = converted(build, face)
    model, reference = minfer.Model.load(minfer.compile_model(source)), Reference(source)
    for sample in random_samples(model.inputs, 3, seed=0):
        wanted = reference.run(sample)
        # Where all values are alike, nothing was compared.
        assert all(len(np.unique(theirs)) > 1 for theirs in wanted)
        for ours, theirs in zip(model.run(sample), wanted):
            np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))
