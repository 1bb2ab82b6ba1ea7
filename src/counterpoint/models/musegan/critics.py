"""How much a phrase looks like music: the critic's number, high for real."""

from typing import Any

import keras
import tensorflow as tf

from counterpoint.encodings.pianoroll import PITCHES
from counterpoint.models.musegan.architecture import CRITIC, OCTAVES, SEMITONES, Architecture
from counterpoint.models.musegan.layers import Fold, leaky, normal
from counterpoint.models.musegan.streams import Streams

STREAMS = (256, 512, 512)  # widths of the layers over a step, a quarter of a bar and a bar, where there are streams
QUARTERS = 4  # of a bar


def critic(sizes: Architecture, heard: tuple[int, ...], name: str = "critic") -> keras.Model:
    """(batch, tracks, bars, steps, PITCHES), -1 to 1, the phrase's tracks `heard` → (batch, 1).

    The published convolutions, in order: over pairs of neighbouring bars, over those pairs, over an octave, over the
    octaves, over steps. The first four do not overlap but in bars, of which there are few: windows laid side by side.
    With `sizes.streams`, what `streams` tells of harmony and rhythm is heard beside them, before the last two layers.
    """
    pairs, all_bars, octave, octaves, *halving, four, three, last = (sizes.units(units) for units in CRITIC)
    tracks = len(heard)
    roll = keras.Input((tracks, sizes.bars, sizes.steps, PITCHES))
    # Bars and tracks go last, where a window over them is a slice: (batch, steps, PITCHES, bars · tracks)
    x = keras.layers.Permute((3, 4, 2, 1))(roll)
    x = keras.layers.Reshape((sizes.steps, PITCHES, sizes.bars * tracks))(x)
    windows = [x[..., bar * tracks : (bar + 2) * tracks] for bar in range(sizes.bars - 1)]
    x = keras.ops.stack(windows, axis=3)  # (…, bars - 1, 2 · tracks)
    x = Fold(pairs, 1, leaky)(x)
    x = Fold(all_bars, sizes.bars - 1, leaky)(x)[:, :, :, 0]  # (batch, steps, PITCHES, all_bars)
    x = Fold(octave, SEMITONES, leaky)(x)  # (batch, steps, OCTAVES, octave)
    x = Fold(octaves, OCTAVES, leaky)(x)[:, :, 0]  # (batch, steps, octaves)
    for filters in halving:
        x = Fold(filters, 2, leaky)(x)
    for filters, kernel in ((four, 4), (three, 3)):
        x = keras.layers.Conv1D(filters, kernel, 2, "same", activation=leaky, kernel_initializer=normal())(x)
    x = keras.layers.Flatten()(x)
    if sizes.streams:
        x = keras.layers.Concatenate()([x, _in_streams(roll, sizes, heard)])
        last = max(last, x.shape[-1])
    x = keras.layers.Dense(last, activation=leaky, kernel_initializer=normal())(x)
    # Float32 in every precision: the game is about differences of these numbers.
    score = keras.layers.Dense(1, kernel_initializer=normal(), dtype="float32")
    return keras.Model(roll, score(x), name=name)


def _in_streams(roll: Any, sizes: Architecture, heard: tuple[int, ...]) -> Any:
    """(batch, bars · numbers) from the streams of `roll`: over a step, a quarter of a bar, a bar."""
    by_step, by_quarter, by_bar = (sizes.units(units) for units in STREAMS)
    drums = tuple(place for place, track in enumerate(heard) if track in sizes.drums)
    x = Fold(by_step, 1, leaky)(Streams(drums)(roll))
    x = Fold(by_quarter, sizes.steps // QUARTERS, leaky)(x)
    return keras.layers.Flatten()(Fold(by_bar, QUARTERS, leaky)(x))


def gradient_penalty(judge: Any, real: Any, fake: Any, weights: Any) -> Any:
    """Mean of (‖∇ judge(x)‖₂ - 1)² at x = weights · real + (1 - weights) · fake (Gulrajani et al. 2017, section 4).

    real, fake: (batch, …). weights: (batch,), uniform in 0 to 1. The norm is over all axes but the batch's.
    """
    weights = tf.reshape(weights, (-1, *[1] * (len(real.shape) - 1)))
    between = weights * real + (1 - weights) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        judged = judge(between)
    slopes = tape.gradient(judged, between)
    lengths = tf.sqrt(tf.reduce_sum(slopes**2, axis=list(range(1, len(slopes.shape)))) + 1e-12)
    return tf.reduce_mean((lengths - 1) ** 2)
