"""From noise to a phrase: temporal networks, bar generators, and three ways to compose them.

Dong et al. 2018, section "Proposed model". Layers as in the published code's tutorial form: see docs/architecture.md.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings.layout import AGAIN, PITCHES, REST
from counterpoint.models.musegan.architecture import BAR, OCTAVES, SEMITONES, TEMPORAL, UPSAMPLED, Architecture
from counterpoint.models.musegan.layers import Fold, Unfold, normal

MOMENTUM = 0.9  # of the batch norms' running mean
NEVER = -100.0  # a logit whose probability is 0


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
    """(batch, inputs) → (batch, steps, PITCHES, channels), before the output's nonlinearity.

    With a given track, what the encoder tells of its bar are further inputs, joined to what is as fine in time.
    """
    first, *doubling, by_octave = (sizes.units(units, track) for units in BAR)
    z = keras.Input((inputs,))
    start = sizes.steps // UPSAMPLED
    told = [] if sizes.given is None else [keras.Input(shape) for shape in told_shapes(sizes)]
    x = keras.layers.Dense(start * (first // 2), kernel_initializer=normal())(z)
    x = keras.layers.Reshape((start, first // 2))(_norm(x))
    for place, filters in enumerate(doubling):
        x = _norm(Unfold(filters, 2)(_beside(x, told[place : place + 1])))
    x = _beside(x, told[len(doubling) :])[:, :, None, :]  # (batch, steps, 1, filters)
    x = _norm(Unfold(by_octave, OCTAVES)(x))
    return keras.Model([z, *told], Unfold(channels, SEMITONES)(x), name=name)


def _beside(x: Any, told: list[Any]) -> Any:
    return keras.layers.Concatenate()([x, *told]) if told else x


def told_shapes(sizes: Architecture) -> list[tuple[int, int]]:
    """(places in time, numbers) of what the encoder tells of a bar, from the coarsest to one place a step."""
    *_, halving, _ = (sizes.units(units) for units in BAR)
    return [(sizes.steps // UPSAMPLED * 2**doubled, halving) for doubled in range(UPSAMPLED.bit_length())]


def encoder(sizes: Architecture) -> keras.Model:
    """(batch, steps, PITCHES), a bar of the given track → (batch, embedding), then `told_shapes`: the bar generator's
    mirror.

    The embedding alone tells a bar as a whole, and in training it was passed over. So each of the mirror's layers is
    told to the bar generator's as fine one, as the paper's code does, and MidiNet before it (Yang et al. 2017, section
    3.3): a step of what is written hears the same step of what is given.
    """
    *_, halving, by_octave = (sizes.units(units) for units in BAR)
    bar = keras.Input((sizes.steps, PITCHES))
    x = _norm(Fold(by_octave, SEMITONES)(bar[..., None]))
    told = [_norm(Fold(halving, OCTAVES)(x)[:, :, 0, :])]
    for _ in told_shapes(sizes)[1:]:
        told.insert(0, _norm(Fold(halving, 2)(told[0])))
    whole = _norm(keras.layers.Dense(sizes.embedding, kernel_initializer=normal())(keras.layers.Flatten()(told[0])))
    return keras.Model(bar, [whole, *told], name="encoder")


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
        told = []
        if self.encoder is not None:
            told = self.encoder(tf.reshape(given, (-1, sizes.steps, PITCHES)), training=training)
        rolls = []
        for i, net in enumerate(self.bars):
            own = []
            if self.temporal_own:
                own = [self.temporal_own[i](noise.own_varying[:, i], training=training)]
                own += [_held(noise.own_fixed[:, i], sizes.bars)]
            drawn = shared + own
            joined = tf.add_n(drawn) if sizes.join == "sum" else tf.concat(drawn, -1)
            z = tf.concat([tf.reshape(joined, (-1, joined.shape[-1])), *told[:1]], -1)  # (batch · bars, inputs)
            bars = net([z, *told[1:]], training=training)
            rolls.append(tf.reshape(bars, (-1, sizes.bars, *bars.shape[1:])))
        logits = tf.cast(tf.concat(rolls, -1), tf.float32)  # (batch, bars, steps, PITCHES, tracks)
        return scaled(tf.transpose(logits, (0, 4, 1, 2, 3)) + beyond_ranges(sizes), sizes.voices)


def beyond_ranges(sizes: Architecture) -> np.ndarray:
    """float32 (generated tracks, 1, 1, PITCHES): `NEVER` for pitches beyond a track's range, 0 for all else."""
    beyond = np.zeros((sizes.tracks, 1, 1, PITCHES), np.float32)
    for track, (lowest, highest) in enumerate(sizes.ranges):
        beyond[track, ..., :lowest] = beyond[track, ..., highest + 1 : REST] = NEVER
    return beyond[list(sizes.generated)]


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
