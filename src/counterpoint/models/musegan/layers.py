"""The two convolutions of MuseGAN as what they are: a matrix product and a reshape.

A transposed convolution whose stride is its kernel, and a convolution whose windows do not overlap, never add two
products into one place from different windows: each window is one row of a matrix. Weights are those of the published
layers in another order of axes, and so is what the layers compute (tests/models/musegan/test_published.py).
"""

from typing import Any

import keras
import tensorflow as tf

INITIAL_DEVIATION = 0.02  # of all weights, as in DCGAN (Radford et al. 2016, section 3) and MuseGAN


def normal() -> Any:
    """A fresh initialiser, N(0, 0.02), drawn from Keras's global seed."""
    return keras.initializers.RandomNormal(0.0, INITIAL_DEVIATION)


class Unfold(keras.layers.Layer):
    """A transposed convolution with stride = kernel = `factor` along the axis before the last.

    (…, n, channels) → (…, n · factor, filters).
    """

    def __init__(self, filters: int, factor: int, name: str | None = None) -> None:
        super().__init__(name=name)
        self.filters, self.factor = filters, factor

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight((shape[-1], self.factor * self.filters), normal(), name="kernel")
        self.bias = self.add_weight((self.filters,), "zeros", name="bias")

    def call(self, x: Any) -> Any:
        *outer, n, channels = x.shape
        rows = tf.matmul(tf.reshape(x, (-1, channels)), self.kernel)  # (windows, factor · filters)
        return tf.reshape(rows, (-1, *outer[1:], n * self.factor, self.filters)) + self.bias


class Fold(keras.layers.Layer):
    """A convolution with stride = kernel = `factor` along the axis before the last: Unfold's mirror.

    (…, n · factor, channels) → (…, n, filters). Where n · factor is not the axis's size, zeros are added on the right,
    and one more on the right than on the left, as padding "same" does.
    """

    def __init__(self, filters: int, factor: int, name: str | None = None) -> None:
        super().__init__(name=name)
        self.filters, self.factor = filters, factor

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight((self.factor * shape[-1], self.filters), normal(), name="kernel")
        self.bias = self.add_weight((self.filters,), "zeros", name="bias")

    def call(self, x: Any) -> Any:
        *outer, n, channels = x.shape
        rows = tf.reshape(x, (-1, self.factor * channels))
        return tf.reshape(tf.matmul(rows, self.kernel), (-1, *outer[1:], n // self.factor, self.filters)) + self.bias
