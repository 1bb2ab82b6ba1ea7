"""What a phrase says of harmony and rhythm at every step, told to the critic beside the roll.

After Dong and Yang 2018, "Convolutional Generative Adversarial Networks with Binary Neurons for Polyphonic Music
Generation" (ISMIR), whose critic has an onset/offset stream and a chroma stream for what a convolution over pitches
finds late. The intervals are ours: consonance is of pairs of notes, whatever their key. None of it is in MuseGAN's
paper.
"""

from itertools import combinations
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings.layout import AGAIN, PITCHES, REST
from counterpoint.models.musegan.architecture import OCTAVES, SEMITONES


class Streams(keras.layers.Layer):
    """(batch, tracks, bars, steps, PITCHES), -1 to 1 → (batch, bars · steps, numbers).

    At each step, of each track: its chroma (how much of each pitch class sounds), how much of it begins or ends there,
    how high it is, how much rests and is struck again; and of each pair of tracks but `drums` the intervals between
    them, modulo the octave.
    """

    def __init__(self, drums: tuple[int, ...] = (), **options: Any) -> None:
        super().__init__(**options)
        self.drums = drums

    def call(self, rolls: Any) -> Any:
        _, tracks, bars, steps, _ = rolls.shape
        on = (tf.reshape(rolls, (-1, tracks, bars * steps, PITCHES)) + 1) / 2
        pitches = tf.pad(on[..., :REST], [[0, 0]] * 3 + [[0, PITCHES - REST]])
        chroma = tf.reduce_sum(tf.reshape(pitches, (-1, tracks, bars * steps, OCTAVES, SEMITONES)), axis=3)
        before = tf.concat([pitches[:, :, :1], pitches[:, :, :-1]], axis=2)
        moved = tf.reduce_sum(tf.abs(pitches - before), axis=3, keepdims=True) / 2
        rows = tf.range(PITCHES, dtype=on.dtype) / PITCHES
        height = tf.reduce_sum(pitches * rows, axis=3, keepdims=True)
        of_track = tf.concat([chroma, moved, height, on[..., REST : AGAIN + 1]], axis=3)
        told = [of_track[:, track] for track in range(tracks)]
        pairs = [*combinations((track for track in range(tracks) if track not in self.drums), 2)]
        if pairs:
            lower, upper = (tf.gather(chroma, [pair[end] for pair in pairs], axis=1) for end in (1, 0))
            between = _intervals(lower, upper)
            told += [between[:, pair] for pair in range(len(pairs))]
        return tf.concat(told, axis=2)


def _intervals(one: Any, other: Any) -> Any:
    """(…, SEMITONES) twice, chroma → (…, SEMITONES): how much of `other` is so many semitones above `one`."""
    above = (np.arange(SEMITONES) - np.arange(SEMITONES)[:, None]) % SEMITONES  # of column over row
    sums = np.eye(SEMITONES, dtype=np.float32)[above.ravel()]
    products = one[..., :, None] * other[..., None, :]
    flat = tf.reshape(products, (*_known(products.shape[:-2]), SEMITONES**2))
    return tf.linalg.matmul(flat, tf.cast(tf.constant(sums), flat.dtype))


def _known(shape: Any) -> list[int]:
    return [-1 if size is None else size for size in shape]
