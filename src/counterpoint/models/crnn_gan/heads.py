"""How the sums of a generator's last layer become tones: as numbers, or as choices among the values that training has.

`Numbers` is the paper's (Mogren 2016, section 2.1). `Chosen` is ours. Music keeps to a few pitches and lengths, and a
smooth network that is to write 24 ticks writes 22 or 27. So each of a tone's features is one of its values in training,
drawn by the softmax of as many sums: the one whose sum and Gumbel noise are the most, and a loss's slopes go back as if
the softmax of both had been passed on (Jang et al. 2017, "Categorical Reparameterization with Gumbel-Softmax", section
2.2, straight-through, at temperature 1; for generative adversarial networks of sequences Kusner and Hernández-Lobato
2016, "GANs for Sequences of Discrete Elements with the Gumbel-softmax Distribution"). The noise is given as standard
normal numbers, as all noise of a generator is, so that `latent.along_arc` and a noise scale hold for it too: at scale 0
the greatest sum is chosen.
"""

from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from counterpoint.encodings.scale import FEATURES

NEVER = -1e9  # the sum of a value that there is not
LEAST_SHARE = 1e-6  # of the normal distribution, at either end: its Gumbel number is finite in float32

Choices = tuple[tuple[float, ...], ...]


class Head(Protocol):
    """width: sums a step, and numbers of what is made of them. luck: further numbers of noise that a step takes."""

    width: int
    luck: int

    def make(self, sums: Any, luck: Any = None) -> tuple[Any, Any]:
        """(…, width) sums and (…, luck) standard normal numbers → what is made, and what `slopes_back` and `error`
        need to know of it, (…, width) both. luck None: without any.
        """

    def slopes_back(self, slopes: Any, known: Any) -> Any:
        """A loss's slopes by what was made, (…, width) → by the sums."""

    def error(self, known: Any, real: Any) -> Any:
        """How far what was made, as `make` knows it, is from what was to be made; one number."""

    def made_of(self, windows: Any) -> Any:
        """Real tones (…, numbers), as a generator makes them: (…, width)."""

    def tones(self, made: Any) -> Any:
        """(…, width) → (…, numbers) in -1 to 1. The inverse of `made_of`."""


class Numbers(Head):
    """Every number is a sum's tanh, in -1 to 1. Its error is the mean squared error."""

    luck = 0

    def __init__(self, numbers: int) -> None:
        self.width = numbers

    def make(self, sums: Any, luck: Any = None) -> tuple[Any, Any]:
        made = tf.tanh(sums)
        return made, made

    def slopes_back(self, slopes: Any, known: Any) -> Any:
        return slopes * (1 - known * known)

    def error(self, known: Any, real: Any) -> Any:
        return tf.reduce_mean((known - real) ** 2)

    def made_of(self, windows: Any) -> Any:
        return windows

    def tones(self, made: Any) -> Any:
        return made


class Chosen(Head):
    """Every feature is one of its `choices`, scaled values: a one-hot vector each, (tones, 4, most) a step, flat.

    most: the length of each vector, as many as the feature with the most choices has; what a feature has not is never
    chosen. Its error is Brier's score (1950, "Verification of Forecasts Expressed in Terms of Probability") of the
    softmax: the sum over choices of squared differences, its mean over features.
    """

    def __init__(self, choices: Choices, tones_per_step: int) -> None:
        self.choices, self.tones_per_step = choices, tones_per_step
        self.most = max(len(values) for values in choices)
        self.width = self.luck = tones_per_step * len(FEATURES) * self.most
        self.values = np.zeros((len(FEATURES), self.most), np.float32)
        self.barred = np.full((len(FEATURES), self.most), NEVER, np.float32)
        for feature, values in enumerate(choices):
            self.values[feature, : len(values)] = values
            self.barred[feature, : len(values)] = 0

    def make(self, sums: Any, luck: Any = None) -> tuple[Any, Any]:
        lots = sums if luck is None else sums + _gumbel(luck)
        apart = self.apart(lots) + self.barred
        chosen = tf.one_hot(tf.argmax(apart, -1), self.most)
        return self._flat(chosen), self._flat(tf.nn.softmax(apart))

    def slopes_back(self, slopes: Any, known: Any) -> Any:
        shares, slopes = self.apart(known), self.apart(slopes)
        return self._flat(shares * (slopes - tf.reduce_sum(shares * slopes, -1, keepdims=True)))

    def error(self, known: Any, real: Any) -> Any:
        return tf.reduce_mean((known - real) ** 2) * self.most

    def made_of(self, windows: Any) -> Any:
        """The nearest choices."""
        tones = tf.reshape(windows, (*_sizes(windows.shape[:-1]), self.tones_per_step, len(FEATURES), 1))
        away = tf.abs(tones - self.values) - self.barred
        return self._flat(tf.one_hot(tf.argmin(away, -1), self.most))

    def tones(self, made: Any) -> Any:
        values = tf.reduce_sum(self.apart(made) * self.values, -1)
        return tf.reshape(values, (*_sizes(made.shape[:-1]), self.tones_per_step * len(FEATURES)))

    def apart(self, flat: Any) -> Any:
        """(…, width) → (…, tones_per_step, 4, most)."""
        return tf.reshape(flat, (*_sizes(flat.shape[:-1]), self.tones_per_step, len(FEATURES), self.most))

    def _flat(self, apart: Any) -> Any:
        return tf.reshape(apart, (*_sizes(apart.shape[:-3]), self.width))


def passed_on(head: Head, sums: Any, luck: Any) -> Any:
    """What `head` makes of sums, with its slopes for TensorFlow's gradient. It has none by luck."""

    @tf.custom_gradient
    def made_of_sums(sums: Any) -> tuple[Any, Any]:
        made, known = head.make(sums, luck)
        return made, lambda slopes: head.slopes_back(slopes, known)

    return made_of_sums(sums)


def _gumbel(luck: Any) -> Any:
    """Standard normal numbers → standard Gumbel numbers, each at the same share of its distribution."""
    share = 0.5 * tf.math.erfc(-luck * np.float32(np.sqrt(0.5)))
    return -tf.math.log(-tf.math.log(tf.clip_by_value(share, LEAST_SHARE, 1 - LEAST_SHARE)))


def _sizes(shape: Any) -> list[int]:
    """A shape of which one size at most is not known yet, as `tf.reshape` takes it."""
    return [-1 if size is None else size for size in shape]
