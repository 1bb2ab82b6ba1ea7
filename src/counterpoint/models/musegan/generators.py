"""From noise to a phrase: temporal networks, bar generators, and three ways to compose them.

Dong et al. 2018, section "Proposed model". Layers as in the published code's tutorial form: see docs/architecture.md.
"""

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from counterpoint.encodings.pianoroll import AGAIN, PITCHES
from counterpoint.models.musegan.architecture import BAR, OCTAVES, SEMITONES, TEMPORAL, UPSAMPLED, Architecture
from counterpoint.models.musegan.layers import Fold, Unfold, normal

MOMENTUM = 0.9  # of the batch norms' running mean


class Noise(NamedTuple):
    """Standard normal numbers, (batch, streams, size): `shared` has one stream or none, `own` one a track or none.

    The paper's inter-track and intra-track random vectors; of each a part that varies from bar to bar, by a temporal
    network, and a part that is drawn once and held.
    """

    shared_varying: Any
    shared_fixed: Any
    own_varying: Any
    own_fixed: Any


def noise_shapes(sizes: Architecture) -> Noise:
    """(streams, size) of each part of a phrase's noise. Behind each generator stand `total_noise` numbers."""
    made, n = len(sizes.generated), sizes.noise
    match sizes.composition:
        case "hybrid":
            return Noise((1, n), (1, n), (made, n), (made, n))
        case "composer":
            return Noise((1, 2 * n), (1, 2 * n), (0, n), (0, n))
        case "jamming":
            return Noise((0, n), (0, n), (made, 2 * n), (made, 2 * n))


def _norm(x: Any) -> Any:
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=MOMENTUM)(x))


def temporal_network(sizes: Architecture, size: int, name: str) -> keras.Model:
    """(batch, size) → (batch, bars, size): transposed convolutions along the bars, (2) and (bars - 1), valid."""
    z = keras.Input((size,))
    x = _norm(Unfold(sizes.units(TEMPORAL), 2)(z[:, None, :]))
    # The second one's windows overlap where there are more than two bars, by strides of 1.
    x = keras.layers.Conv1DTranspose(size, sizes.bars - 1, kernel_initializer=normal())(x)
    return keras.Model(z, _norm(x), name=name)


def bar_generator(sizes: Architecture, inputs: int, channels: int, track: int | None, name: str) -> keras.Model:
    """(batch, inputs) → (batch, steps, PITCHES, channels), before the output's nonlinearity."""
    first, *doubling, by_octave = (sizes.units(units, track) for units in BAR)
    z = keras.Input((inputs,))
    start = sizes.steps // UPSAMPLED
    x = keras.layers.Dense(start * (first // 2), kernel_initializer=normal())(z)
    x = keras.layers.Reshape((start, first // 2))(_norm(x))
    for filters in doubling:
        x = _norm(Unfold(filters, 2)(x))
    x = x[:, :, None, :]  # (batch, steps, 1, filters)
    x = _norm(Unfold(by_octave, OCTAVES)(x))
    return keras.Model(z, Unfold(channels, SEMITONES)(x), name=name)


def encoder(sizes: Architecture) -> keras.Model:
    """(batch, steps, PITCHES), a bar of the given track → (batch, embedding): the bar generator's mirror."""
    *_, halving, by_octave = (sizes.units(units) for units in BAR)
    bar = keras.Input((sizes.steps, PITCHES))
    x = _norm(Fold(by_octave, SEMITONES)(bar[..., None]))
    x = _norm(Fold(halving, OCTAVES)(x)[:, :, 0, :])
    x = _norm(Fold(halving, 2)(x))
    x = keras.layers.Flatten()(x)
    return keras.Model(bar, _norm(keras.layers.Dense(sizes.embedding, kernel_initializer=normal())(x)), name="encoder")


class Generator(keras.Model):
    """Noise, and the given track if there is one, to rolls (batch, generated tracks, bars, steps, PITCHES), -1 to 1."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__(name="generator")
        self.sizes = sizes
        shapes, made = noise_shapes(sizes), len(sizes.generated)
        self.temporal_shared = [
            temporal_network(sizes, shapes.shared_varying[1], f"temporal_shared_{i}")
            for i in range(shapes.shared_varying[0])
        ]
        self.temporal_own = [
            temporal_network(sizes, shapes.own_varying[1], f"temporal_{i}") for i in range(shapes.own_varying[0])
        ]
        inputs = sizes.total_noise
        if sizes.join == "sum":
            inputs = max(shape[1] for shape in shapes if shape[0])
        self.encoder = None if sizes.given is None else encoder(sizes)
        inputs += 0 if sizes.given is None else sizes.embedding
        if sizes.composition == "composer":
            self.bars = [bar_generator(sizes, inputs, made, None, "bar_all")]
        else:
            self.bars = [bar_generator(sizes, inputs, 1, track, f"bar_{track}") for track in sizes.generated]

    def make(self) -> None:
        """Calls it once, on zeros: from then on it can be saved and loaded."""
        sizes = self.sizes
        noise = Noise(*(tf.zeros((1, *shape)) for shape in noise_shapes(sizes)))
        self(noise, given=None if sizes.given is None else tf.zeros((1, sizes.bars, sizes.steps, PITCHES)))

    def call(self, noise: Noise, given: Any = None, training: bool = False) -> Any:
        """given: (batch, bars, steps, PITCHES), -1 to 1, of the track `sizes.given`."""
        sizes, noise = self.sizes, Noise(*noise)
        shared = [net(noise.shared_varying[:, i], training=training) for i, net in enumerate(self.temporal_shared)]
        shared += [_held(noise.shared_fixed[:, i], sizes.bars) for i in range(noise.shared_fixed.shape[1])]
        told = [] if self.encoder is None else [self._told(given, training)]
        rolls = []
        for i, net in enumerate(self.bars):
            own = []
            if self.temporal_own:
                own = [self.temporal_own[i](noise.own_varying[:, i], training=training)]
                own += [_held(noise.own_fixed[:, i], sizes.bars)]
            drawn = shared + own
            joined = tf.add_n(drawn) if sizes.join == "sum" else tf.concat(drawn, -1)
            z = tf.concat([joined, *told], -1)  # (batch, bars, inputs)
            bars = net(tf.reshape(z, (-1, z.shape[-1])), training=training)
            rolls.append(tf.reshape(bars, (-1, sizes.bars, *bars.shape[1:])))
        logits = tf.cast(tf.concat(rolls, -1), tf.float32)  # (batch, bars, steps, PITCHES, tracks)
        return scaled(tf.transpose(logits, (0, 4, 1, 2, 3)), sizes.voices)

    def _told(self, given: Any, training: bool) -> Any:
        sizes = self.sizes
        assert self.encoder is not None, "only a generator that is given a track is told of it"
        bars = self.encoder(tf.reshape(given, (-1, sizes.steps, PITCHES)), training=training)
        return tf.reshape(bars, (-1, sizes.bars, sizes.embedding))


def _held(fixed: Any, bars: int) -> Any:
    """(batch, size) → (batch, bars, size): the same in every bar."""
    return tf.repeat(fixed[:, None, :], bars, axis=1)


def scaled(logits: Any, voices: bool) -> Any:
    """Logits (…, PITCHES) → -1 to 1: of a voice the pitches and the rest share one softmax, all else is a tanh.

    The softmax is a departure (the paper has sigmoids, its code a tanh): a voice has one pitch at a time, and Gulrajani
    et al. 2017, section 5.5, train critics on softmax outputs as they are.
    """
    if not voices:
        return tf.tanh(logits)
    one_of = 2 * tf.nn.softmax(logits[..., :AGAIN]) - 1
    return tf.concat([one_of, tf.tanh(logits[..., AGAIN:])], -1)
