"""The simple GAN's networks: a generator of dense layers, which makes a window at once; a recurrent discriminator."""

from typing import Any

import keras
import tensorflow as tf

from counterpoint.models.crnn_gan.architecture import Architecture
from counterpoint.models.crnn_gan.heads import passed_on
from counterpoint.models.crnn_gan.recurrent import LSTM, build

SLOPE = 0.2  # of the leaky ReLUs below 0
MOMENTUM = 0.8  # of the batch norms' running mean


class DenseGenerator(keras.Model):
    """(batch, noise) → (batch, steps, head.width): windows, as its head makes them."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__(name="generator")
        self.sizes, self.head = sizes, sizes.head
        hidden = [
            layer
            for units in sizes.generator_units
            for layer in (
                keras.layers.Dense(units),
                keras.layers.LeakyReLU(SLOPE),
                keras.layers.BatchNormalization(momentum=MOMENTUM),
            )
        ]
        last = keras.layers.Dense(sizes.steps * self.head.width)
        self.inner = keras.Sequential(
            [keras.Input((sizes.noise,)), *hidden, last, keras.layers.Reshape((sizes.steps, self.head.width))]
        )
        self.built = True

    def call(self, noise: Any, training: bool = False) -> Any:
        noise, luck = noise[:, : self.sizes.noise], noise[:, self.sizes.noise :]
        sums = self.inner(noise, training=training)
        return passed_on(self.head, sums, tf.reshape(luck, (tf.shape(luck)[0], self.sizes.steps, self.head.luck)))

    def begin(self, batch: int) -> tuple[()]:
        """Windows of a piece have nothing in common but their noise."""
        return ()

    def go_on(self, noise: Any, state: tuple[()]) -> tuple[Any, tuple[()]]:
        """A piece's next window, (batch, steps, numbers)."""
        return self.head.tones(self(noise)), state


class DenseDiscriminator(keras.Model):
    """(batch, steps, heard) → logits (batch, 1) and the features that they are made of (batch, units)."""

    def __init__(self, sizes: Architecture, heard: int) -> None:
        super().__init__(name="discriminator")
        first, both_ways, *dense = sizes.discriminator_units
        self.first = LSTM(first)
        self.ahead, self.back = LSTM(both_ways), LSTM(both_ways, backwards=True)
        self.dense = [keras.layers.Dense(units) for units in dense]
        self.head = keras.layers.Dense(1, name="head")
        heard = build([self.first], heard)
        heard = build([self.ahead], heard) + build([self.back], heard)
        build([*self.dense, self.head], heard)
        self.built = True

    def call(self, windows: Any) -> tuple[Any, Any]:
        x = self.first(tf.transpose(windows, (1, 0, 2)))
        # What each direction has when it has heard all: the one at the end, the other at the beginning.
        x = tf.concat([self.ahead(x)[-1], self.back(x)[0]], -1)
        for layer in self.dense:
            x = tf.nn.leaky_relu(layer(x), SLOPE)
        return self.head(x), x
