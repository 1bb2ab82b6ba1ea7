"""From noise to a phrase: temporal networks, bar generators, and three ways to compose them.

Dong et al. 2018, section "Proposed model". Layers as in the published code's tutorial form: see docs/architecture.md.
"""

from itertools import chain
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings.layout import AGAIN, PITCHES, REST
from counterpoint.models.musegan.architecture import (
    BAR,
    DOUBLINGS,
    OCTAVES,
    SEMITONES,
    TEMPORAL,
    UPSAMPLED,
    Architecture,
)
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

    What the conductor and the encoder tell of the bar are further inputs, joined to what is as fine in time.
    """
    first, *doubling, by_octave = (sizes.units(units, track) for units in BAR)
    z = keras.Input((inputs,))
    told = _told_inputs(sizes, (sizes.given is not None) + sizes.conductor)
    x = _first_places(sizes, first // 2, z)
    for filters, finer in zip(doubling, told[:-1], strict=True):
        x = _norm(Unfold(filters, 2)(_beside(x, finer)))
    x = _beside(x, told[-1])[:, :, None, :]  # (batch, steps, 1, filters)
    x = _norm(Unfold(by_octave, OCTAVES)(x))
    return keras.Model([z, *chain(*told)], Unfold(channels, SEMITONES)(x), name=name)


def told_shapes(sizes: Architecture) -> list[tuple[int, int]]:
    """(places in time, numbers) of what conductor or encoder tells of a bar, from the coarsest to one place a step."""
    numbers = sizes.units(BAR[3])
    return [(sizes.steps // UPSAMPLED * 2**doubled, numbers) for doubled in range(DOUBLINGS + 1)]


def _told_inputs(sizes: Architecture, tellers: int) -> list[list[Any]]:
    """For every fineness of `told_shapes` an input from each teller."""
    return [[keras.Input(shape) for _ in range(tellers)] for shape in told_shapes(sizes)]


def _beside(x: Any, told: list[Any]) -> Any:
    return keras.layers.Concatenate()([x, *told]) if told else x


def _first_places(sizes: Architecture, numbers: int, z: Any) -> Any:
    """(batch, inputs) → (batch, an eighth of a bar's steps, numbers)."""
    places = sizes.steps // UPSAMPLED
    x = _norm(keras.layers.Dense(places * numbers, kernel_initializer=normal())(z))
    return keras.layers.Reshape((places, numbers))(x)


def conductor(sizes: Architecture, inputs: int) -> keras.Model:
    """(batch, inputs), the noise that all share, → `told_shapes`: what every bar generator hears of it, step by step.

    Ours. The paper's bar generators each make what they will of the shared noise, and must learn to agree; these hear
    one plan of the bar. It hears what the encoder tells, too, but for the finest: that is told to them beside the plan.
    """
    z = keras.Input((inputs,))
    heard = _told_inputs(sizes, int(sizes.given is not None))[:-1]
    (_, numbers), *_ = told_shapes(sizes)
    told = [_first_places(sizes, numbers, z)]
    for finer in heard:
        told.append(_norm(Unfold(numbers, 2)(_beside(told[-1], finer))))
    return keras.Model([z, *chain(*heard)], told, name="conductor")


def encoder(sizes: Architecture) -> keras.Model:
    """(batch, steps, PITCHES), a bar of the given track → (batch, embedding), then `told_shapes`: the bar generator's
    mirror.

    The embedding tells a bar as a whole, which bar generators can learn to pass over. So each of the mirror's layers
    is told to the bar generator's as fine one, as in the paper's code, and in MidiNet before it (Yang et al. 2017,
    section 3.3): a step of what is written hears the same step of what is given.
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
        embedding = 0 if sizes.given is None else sizes.embedding
        inputs += embedding
        self.conductor = conductor(sizes, 2 * sizes.noise + embedding) if sizes.conductor else None
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
        whole: list[Any] = []
        told: list[list[Any]] = [[] for _ in told_shapes(sizes)]  # for every fineness, by encoder and conductor
        if self.encoder is not None:
            first, *finer = self.encoder(tf.reshape(given, (-1, sizes.steps, PITCHES)), training=training)
            whole, told = [first], [[of] for of in finer]
        if self.conductor is not None:
            plan = self.conductor([_by_bar(shared, whole), *chain(*told[:-1])], training=training)
            told = [[*others, of] for others, of in zip(told, plan, strict=True)]
        rolls = []
        for i, net in enumerate(self.bars):
            own = []
            if self.temporal_own:
                own = [self.temporal_own[i](noise.own_varying[:, i], training=training)]
                own += [_held(noise.own_fixed[:, i], sizes.bars)]
            drawn = shared + own
            joined = [tf.add_n(drawn)] if sizes.join == "sum" else drawn
            bars = net([_by_bar(joined, whole), *chain(*told)], training=training)
            rolls.append(tf.reshape(bars, (-1, sizes.bars, *bars.shape[1:])))
        logits = tf.cast(tf.concat(rolls, -1), tf.float32)  # (batch, bars, steps, PITCHES, tracks)
        return scaled(tf.transpose(logits, (0, 4, 1, 2, 3)) + beyond_ranges(sizes), sizes.voices)


def beyond_ranges(sizes: Architecture) -> np.ndarray:
    """float32 (generated tracks, 1, 1, PITCHES): `NEVER` for pitches beyond a track's range, 0 for all else."""
    beyond = np.zeros((sizes.tracks, 1, 1, PITCHES), np.float32)
    for track, (lowest, highest) in enumerate(sizes.ranges):
        beyond[track, ..., :lowest] = beyond[track, ..., highest + 1 : REST] = NEVER
    return beyond[list(sizes.generated)]


def _by_bar(vectors: list[Any], of_bars: list[Any]) -> Any:
    """(batch, bars, size) each, and (batch · bars, size) each → (batch · bars, sum of sizes)."""
    return tf.concat([*(tf.reshape(of, (-1, of.shape[-1])) for of in vectors), *of_bars], -1)


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
