"""The paper's networks (Mogren 2016, sections 2 and 3): a recurrent generator, a bidirectional discriminator.

Departures: noise is standard normal, not uniform in 0 to 1, so that between two pieces there is an arc
(`latent.along_arc`); before its first step the generator hears nothing, where the published code feeds it another
random vector; what it makes goes through tanh, as tones are numbers in -1 to 1 here, or is chosen (`heads`).
"""

from typing import Any

import keras
import tensorflow as tf

from counterpoint.models.crnn_gan.architecture import Architecture
from counterpoint.models.crnn_gan.free_running import State, Weights, beginning, run, written
from counterpoint.models.crnn_gan.recurrent import LSTM, build, summed


class LSTMGenerator(keras.Model):
    """(batch, steps, noise and luck) → (batch, steps, head.width): windows, as its head makes them, each step by fresh
    noise and the step before.
    """

    def __init__(self, sizes: Architecture) -> None:
        super().__init__(name="generator")
        self.sizes, self.head = sizes, sizes.head
        self.stacked = [LSTM(units, name=f"lstm_{place}") for place, units in enumerate(sizes.generator_units)]
        self.last = keras.layers.Dense(self.head.width, name="last")
        self.last.build((None, build(self.stacked, sizes.noise + self.head.width)))
        self.built = True

    def call(self, noise: Any, training: bool = False) -> Any:
        return tf.transpose(written(*self._sums(noise), self._weights(), self.head), (1, 0, 2))

    def begin(self, batch: int) -> State:
        """The state before a piece's first window."""
        return beginning(batch, self._weights())

    def go_on(self, noise: Any, state: State) -> tuple[Any, State]:
        """A piece's next window: (batch, steps, noise and luck) → (batch, steps, numbers), and where it then stands."""
        state, kept = run(*self._sums(noise), self._weights(), state, self.head)
        return self.head.tones(tf.transpose(kept.made, (1, 0, 2))), state

    def predict_next(self, noise: Any, windows: Any) -> Any:
        """(batch, n, head.width): what it makes, without luck and as `Head.make` knows it, at each step when the step
        before is a real window's, not its own.

        noise: (batch, n, noise), no luck among it. windows: (batch, n, head.width), real ones as the head makes them.
        """
        before = tf.concat([tf.zeros_like(windows[:, :1]), windows[:, :-1]], 1)
        x = tf.transpose(tf.concat([noise, before], -1), (1, 0, 2))
        for layer in self.stacked:
            x = layer(x)
        _, known = self.head.make(tf.transpose(self.last(x), (1, 0, 2)))
        return known

    def _sums(self, noise: Any) -> tuple[Any, Any]:
        """What the lowest layer has of the noise at each step, and the luck, time first."""
        noise, luck = tf.split(tf.transpose(noise, (1, 0, 2)), [self.sizes.noise, self.head.luck], axis=-1)
        lowest = self.stacked[0]
        return summed(noise, lowest.kernel[: self.sizes.noise], lowest.bias), luck

    def _weights(self) -> Weights:
        kernels = [tf.convert_to_tensor(layer.kernel) for layer in self.stacked]
        kernels[0] = kernels[0][self.sizes.noise :]
        return Weights(
            tuple(
                tf.concat([kernel, layer.recurrent_kernel], 0)
                for kernel, layer in zip(kernels, self.stacked, strict=True)
            ),
            tuple(tf.convert_to_tensor(layer.bias) for layer in self.stacked[1:]),
            tf.convert_to_tensor(self.last.kernel),
            tf.convert_to_tensor(self.last.bias),
        )


class LSTMDiscriminator(keras.Model):
    """(batch, steps, heard) → logits (batch, steps) and the features that they are made of (batch, steps, 2 · units).

    Each direction is a stack of its own, as in the published code; they meet in the features. One sigmoid unit, shared
    by all steps, makes the logits.
    """

    def __init__(self, sizes: Architecture, heard: int) -> None:
        super().__init__(name="discriminator")
        self.ahead, self.back = (
            [LSTM(units, backwards=backwards) for units in sizes.discriminator_units] for backwards in (False, True)
        )
        self.head = keras.layers.Dense(1, name="head")
        self.head.build((None, build(self.ahead, heard) + build(self.back, heard)))
        self.built = True

    def call(self, windows: Any) -> tuple[Any, Any]:
        ahead = back = tf.transpose(windows, (1, 0, 2))
        for one, other in zip(self.ahead, self.back, strict=True):
            ahead, back = one(ahead), other(back)
        features = tf.transpose(tf.concat([ahead, back], -1), (1, 0, 2))
        return self.head(features)[..., 0], features
