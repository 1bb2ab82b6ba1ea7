"""MuseGAN as it is published, hybrid, in Keras's own convolutions: what `counterpoint.models.musegan` has to equal.

Networks of the sizes of an `Architecture`, and the same inputs and outputs as ours; a polyphonic generator's (tanh).
Layers in the published order, so that weights of ours can be copied in: `paired`, `as_published`.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.layers import (
    BatchNormalization,
    Conv2DTranspose,
    Conv3D,
    Dense,
    Flatten,
    LeakyReLU,
    Permute,
    ReLU,
    Reshape,
)

from counterpoint.encodings.pianoroll import PITCHES
from counterpoint.models.musegan.architecture import BAR, CRITIC, TEMPORAL, Architecture
from counterpoint.models.musegan.generators import Noise


def draws() -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(0.0, 0.02)


def stacked(x: Any, layers: list[keras.layers.Layer]) -> Any:
    for layer in layers:
        x = layer(x)
    return x


def transposed(filters: int, kernel: tuple[int, int], strides: tuple[int, int]) -> Conv2DTranspose:
    return Conv2DTranspose(filters, kernel, strides, "valid", kernel_initializer=draws())


def normed() -> list[keras.layers.Layer]:
    return [BatchNormalization(momentum=0.9), ReLU()]


def temporal_network(sizes: Architecture, name: str) -> keras.Model:
    z = keras.Input((sizes.noise,))
    layers = [
        Reshape((1, 1, sizes.noise)),
        transposed(sizes.units(TEMPORAL), (2, 1), (1, 1)),
        *normed(),
        transposed(sizes.noise, (sizes.bars - 1, 1), (1, 1)),
        *normed(),
        Reshape((sizes.bars, sizes.noise)),
    ]
    return keras.Model(z, stacked(z, layers), name=name)


def bar_generator(sizes: Architecture, track: int) -> keras.Model:
    first, *doubling, octaves = (sizes.units(units, track) for units in BAR)
    z = keras.Input((4 * sizes.noise,))
    start = sizes.steps // 8
    layers = [Dense(start * (first // 2), kernel_initializer=draws()), *normed(), Reshape((start, 1, first // 2))]
    for filters in doubling:
        layers += [transposed(filters, (2, 1), (2, 1)), *normed()]
    layers += [transposed(octaves, (1, 7), (1, 7)), *normed(), transposed(1, (1, 12), (1, 12))]
    return keras.Model(z, keras.ops.tanh(stacked(z, layers)), name=f"bar_{track}")


class PublishedGenerator(keras.Model):
    """Calls a track's network once for each bar, as published: in training, a batch norm sees one bar at a time."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__(name="generator")
        self.sizes = sizes
        self.temporal_shared = [temporal_network(sizes, "temporal_shared")]
        self.temporal_own = [temporal_network(sizes, f"temporal_{track}") for track in range(sizes.tracks)]
        self.bars = [bar_generator(sizes, track) for track in range(sizes.tracks)]

    def call(self, noise: Noise, training: bool = False) -> Any:
        shared_varying, shared_fixed, own_varying, own_fixed = noise
        chords = self.temporal_shared[0](shared_varying[:, 0], training=training)
        tracks = []
        for track, network in enumerate(self.bars):
            melody = self.temporal_own[track](own_varying[:, track], training=training)
            held = shared_fixed[:, 0], own_fixed[:, track]
            inputs = [
                tf.concat([chords[:, bar], held[0], melody[:, bar], held[1]], -1) for bar in range(self.sizes.bars)
            ]
            tracks.append(tf.stack([network(each, training=training) for each in inputs], 1))
        return tf.transpose(tf.concat(tracks, -1), (0, 4, 1, 2, 3))


def critic(sizes: Architecture) -> keras.Model:
    pairs, all_bars, octave, octaves, third, fourth, four, three, last = (sizes.units(units) for units in CRITIC)
    convolutions = (
        (pairs, (2, 1, 1), (1, 1, 1), "valid"),
        (all_bars, (sizes.bars - 1, 1, 1), (1, 1, 1), "valid"),
        (octave, (1, 1, 12), (1, 1, 12), "same"),
        (octaves, (1, 1, 7), (1, 1, 7), "same"),
        (third, (1, 2, 1), (1, 2, 1), "same"),
        (fourth, (1, 2, 1), (1, 2, 1), "same"),
        (four, (1, 4, 1), (1, 2, 1), "same"),
        (three, (1, 3, 1), (1, 2, 1), "same"),
    )
    roll = keras.Input((sizes.tracks, sizes.bars, sizes.steps, PITCHES))
    layers: list[keras.layers.Layer] = [Permute((2, 3, 4, 1))]
    for filters, kernel, strides, padding in convolutions:
        layers += [Conv3D(filters, kernel, strides, padding, kernel_initializer=draws()), LeakyReLU()]
    layers += [Flatten(), Dense(last, kernel_initializer=draws()), LeakyReLU(), Dense(1, kernel_initializer=draws())]
    return keras.Model(roll, stacked(roll, layers), name="critic")


def networks(sizes: Architecture) -> tuple[PublishedGenerator, list[keras.Model]]:
    """The published players, for `WassersteinGAN`."""
    generator = PublishedGenerator(sizes)
    streams = (1, 1, sizes.tracks, sizes.tracks)
    generator(Noise(*(tf.zeros((1, count, sizes.noise)) for count in streams)))
    return generator, [critic(sizes)]


def paired(ours: keras.Model, published: keras.Model) -> list[tuple[Any, Any]]:
    """Variables of the same meaning, ours first. Of generators or of critics."""
    return [
        pair
        for mine, theirs in zip(_layers(ours), _layers(published), strict=True)
        for pair in zip(mine.variables, theirs.variables, strict=True)
    ]


def _layers(model: keras.Model) -> list[keras.layers.Layer]:
    parts = [*model.temporal_shared, *model.temporal_own, *model.bars] if hasattr(model, "bars") else [model]
    return [layer for part in parts for layer in part.layers if layer.variables]


def as_published(values: Any, published: Any) -> np.ndarray:
    """`values` of a variable of ours, or of its gradient, in the axes of the published variable.

    A transposed convolution's kernel is (window, filters, channels), ours (channels, window · filters). All others
    differ in axes of one place only.
    """
    values, shape = np.asarray(values), tuple(published.shape)
    if len(shape) == 4 and values.ndim == 2:
        values = values.reshape(shape[3], -1, shape[2]).transpose(1, 2, 0)
    return values.reshape(shape)


def load(ours: keras.Model, published: keras.Model) -> None:
    """Gives the published network the weights of ours."""
    for mine, theirs in paired(ours, published):
        theirs.assign(as_published(mine, theirs))
