"""The two convolutions of MuseGAN as what they are: a matrix product and a reshape.

A transposed convolution whose stride is its kernel, and a convolution whose windows do not overlap, never add two
products into one place from different windows: each window is one row of a matrix. Weights are those of the published
layers in another order of axes, and so is what the layers compute (tests/models/musegan/test_published.py).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

INITIAL_DEVIATION = 0.02  # of all weights, as in DCGAN (Radford et al. 2016, section 3) and MuseGAN


def normal() -> Any:
    """A fresh initialiser, N(0, 0.02), drawn from Keras's global seed."""
    return keras.initializers.RandomNormal(0.0, INITIAL_DEVIATION)


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Layers made inside compute in Keras's dtype policy `policy`: float32, mixed_bfloat16 …"""
    outside = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(outside)


SLOPE = 0.3  # of the leaky ReLUs below 0


@tf.custom_gradient
def leaky(x: Any) -> tuple[Any, Callable]:
    """Leaky ReLU. Its slopes are told by the sign of what it returns, which is that of `x`.

    So nothing but this asks for `x`, and TensorFlow makes product, bias and this one operation over memory.
    """
    y = tf.nn.leaky_relu(x, SLOPE)
    return y, lambda slopes: tf.raw_ops.LeakyReluGrad(gradients=slopes, features=y, alpha=SLOPE)


class Unfold(keras.layers.Layer):
    """A transposed convolution with stride = kernel = `factor` along the axis before the last.

    (…, n, channels) → (…, n · factor, filters).
    """

    def __init__(self, filters: int, factor: int, **options: Any) -> None:
        super().__init__(**options)
        self.filters, self.factor = filters, factor

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight((shape[-1], self.factor * self.filters), normal(), name="kernel")
        self.bias = self.add_weight((self.filters,), "zeros", name="bias")

    def call(self, x: Any) -> Any:
        *outer, n, channels = x.shape
        rows = tf.matmul(tf.reshape(x, (-1, channels)), self.kernel)  # (windows, factor · filters)
        return tf.nn.bias_add(tf.reshape(rows, (-1, *outer[1:], n * self.factor, self.filters)), self.bias)


class Fold(keras.layers.Layer):
    """A convolution with stride = kernel = `factor` along the axis before the last: Unfold's mirror.

    (…, n · factor, channels) → (…, n, filters). Windows that do not fill the axis are a ValueError.
    activation: of every number, where it is not left to a later layer.
    """

    def __init__(self, filters: int, factor: int, activation: Callable = tf.identity, **options: Any) -> None:
        super().__init__(**options)
        self.filters, self.factor, self.activation = filters, factor, activation

    def build(self, shape: Any) -> None:
        if shape[-2] % self.factor:
            raise ValueError(f"the axis has {shape[-2]} places, windows of {self.factor} do not fill it")
        self.kernel = self.add_weight((self.factor * shape[-1], self.filters), normal(), name="kernel")
        self.bias = self.add_weight((self.filters,), "zeros", name="bias")

    def call(self, x: Any) -> Any:
        *outer, n, channels = x.shape
        rows = tf.nn.bias_add(tf.matmul(tf.reshape(x, (-1, self.factor * channels)), self.kernel), self.bias)
        return tf.reshape(self.activation(rows), (-1, *outer[1:], n // self.factor, self.filters))
