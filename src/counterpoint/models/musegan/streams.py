"""What a phrase says of harmony and rhythm at every step, told to the critic beside the roll.

After Dong and Yang 2018, "Convolutional Generative Adversarial Networks with Binary Neurons for Polyphonic Music
Generation" (ISMIR), whose critic has an onset/offset stream and a chroma stream for what a convolution over pitches
finds late. Not in MuseGAN's paper. Every number is piecewise linear in the roll, so its slope is there for the penalty.
"""

from typing import Any

import keras
import tensorflow as tf

from counterpoint.encodings.layout import AGAIN, PITCHES, REST
from counterpoint.models.musegan.architecture import OCTAVES, SEMITONES

OF_TRACK = SEMITONES + 4  # numbers that tell a step of a track


class Streams(keras.layers.Layer):
    """(batch, tracks, bars, steps, PITCHES), -1 to 1 → (batch, bars · steps, tracks · OF_TRACK).

    Of each track and step: its chroma (how much of each pitch class sounds), how much of it begins or ends there, how
    much is struck again or rests, and how high it is.
    """

    def call(self, rolls: Any) -> Any:
        _, tracks, bars, steps, _ = rolls.shape
        on = (tf.reshape(rolls, (-1, tracks, bars * steps, PITCHES)) + 1) / 2
        pitches = tf.pad(on[..., :REST], [[0, 0]] * 3 + [[0, PITCHES - REST]])
        chroma = tf.reduce_sum(tf.reshape(pitches, (-1, tracks, bars * steps, OCTAVES, SEMITONES)), axis=3)
        before = tf.concat([pitches[:, :, :1], pitches[:, :, :-1]], axis=2)
        moved = tf.reduce_sum(tf.abs(pitches - before), axis=3, keepdims=True) / 2
        rows = tf.range(PITCHES, dtype=on.dtype) / PITCHES
        height = tf.reduce_sum(pitches * rows, axis=3, keepdims=True)
        told = tf.concat([chroma, moved, height, on[..., REST : AGAIN + 1]], axis=3)  # (batch, tracks, N, OF_TRACK)
        return tf.reshape(tf.transpose(told, (0, 2, 1, 3)), (-1, bars * steps, tracks * OF_TRACK))
