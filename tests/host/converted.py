"""A network with a state as TensorFlow's own converter writes it, quantised to int8."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import tensorflow as tf


class Stream(tf.Module):
    """A convolution over the last frames, which a variable keeps, as streaming wake-word models have it."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = tf.Variable(tf.random.normal((1, 6, 1, 4), seed=1), trainable=False)
        self.kernel = tf.Variable(tf.random.normal((3, 1, 4, 5), seed=2))
        self.weights = tf.Variable(tf.random.normal((5, 3), seed=3))

    @tf.function(input_signature=[tf.TensorSpec((1, 2, 1, 4))])
    def run(self, new):  # noqa: ANN001, ANN201 - the signature above is what counts
        frames = tf.concat([self.frames, new], 1)
        self.frames.assign(frames[:, -6:])
        features = tf.nn.relu(tf.nn.conv2d(frames, self.kernel, 1, "VALID"))
        return tf.matmul(tf.reduce_mean(features, [1, 2]), self.weights)


@lru_cache(maxsize=None)
def stream() -> bytes:
    """`Stream` in int8 from edge to edge, its variable too."""
    tf.random.set_seed(4)
    module = Stream()
    rng = np.random.default_rng(0)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.run.get_concrete_function()], module
    )
    converter.experimental_enable_resource_variables = True
    converter._experimental_variable_quantization = True
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [rng.normal(size=(1, 2, 1, 4)).astype(np.float32)] for _ in range(40)
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()
