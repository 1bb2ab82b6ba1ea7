"""What chosen tones say of harmony and rhythm, told to the discriminator. Ours, after MuseGAN's `streams`.

Numbers alone tell it late that two tones are a fifth apart, or that one begins on a beat: that hangs on all gaps before
it.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from counterpoint.encodings.scale import FEATURES, GAP, PITCH, Scale, whole_bars_ticks
from counterpoint.models.crnn_gan.heads import Chosen

SEMITONES = 12


class Streams:
    """(batch, steps, head.width), tones as `head` makes them → (batch, steps, numbers).

    Of each tone, one after another: its four scaled numbers; the one-hot choice of each feature that has several; its
    chroma (12); how many semitones, modulo the octave, it is above the tone before (12; the first tone: nothing); and
    its place in the bar (bar_steps). A bar is four quarter notes, or as many bars as the grid divides; the first tone's
    gap counts from where a bar begins, as `material` has it. All is linear in each tone's own choices, and slopes reach
    them; the place has none by the gaps before it, which are taken as they were chosen.
    """

    def __init__(self, head: Chosen, scale: Scale) -> None:
        self.head = head
        self.bar_steps = whole_bars_ticks(scale.grid_ticks) // scale.grid_ticks
        whole = scale.unscaled(head.values.T)  # what a feature has not is never chosen, whatever it says here
        self.gap_steps = whole[:, GAP].astype(np.int32) // scale.grid_ticks
        self.chroma_of_pitch = np.eye(SEMITONES, dtype=np.float32)[whole[:, PITCH] % SEMITONES]
        # In a melody a tone begins one step at least after the one before it (`vectors.decode`).
        self.least_steps = int(scale.texture == "melody")
        later_steps = np.maximum(self.gap_steps, self.least_steps)
        self.place_of_first, self.place_of_later = (
            np.eye(self.bar_steps, dtype=np.float32)[steps % self.bar_steps] for steps in (self.gap_steps, later_steps)
        )
        self.varied = [(place, len(of)) for place, of in enumerate(head.choices) if len(of) > 1]
        one_hot = sum(size for _, size in self.varied)
        self.numbers = head.tones_per_step * (len(FEATURES) + one_hot + 2 * SEMITONES + self.bar_steps)

    def __call__(self, made: Any) -> Any:
        steps = made.shape[1]
        tones = tf.reshape(made, (-1, steps * self.head.tones_per_step, len(FEATURES), self.head.most))
        chroma = tf.linalg.matmul(tones[:, :, PITCH], self.chroma_of_pitch)
        told = [
            tf.reduce_sum(tones * self.head.values, -1),
            *(tones[:, :, feature, :size] for feature, size in self.varied),
            chroma,
            _risen(chroma),
            self._places(tones[:, :, GAP]),
        ]
        return tf.reshape(tf.concat(told, -1), (-1, steps, self.numbers))

    def _places(self, gaps: Any) -> Any:
        """(batch, tones, most), choices of gaps → (batch, tones, bar_steps): one-hot places of the onsets."""
        chosen_steps = tf.gather(self.gap_steps, tf.argmax(gaps, -1))
        chosen_steps = tf.concat([chosen_steps[:, :1], tf.maximum(chosen_steps[:, 1:], self.least_steps)], 1)
        before = tf.cumsum(chosen_steps, axis=1, exclusive=True)
        turned = (tf.range(self.bar_steps) - before[..., None]) % self.bar_steps
        first = tf.linalg.matmul(gaps[:, :1], self.place_of_first)
        later = tf.linalg.matmul(gaps[:, 1:], self.place_of_later)
        return tf.gather(tf.concat([first, later], 1), turned, batch_dims=2)


def _risen(chroma: Any) -> Any:
    """(batch, tones, 12) → (batch, tones, 12): how many semitones each is above the one before, modulo the octave."""
    before = tf.concat([tf.zeros_like(chroma[:, :1]), chroma[:, :-1]], 1)
    above = (np.arange(SEMITONES) - np.arange(SEMITONES)[:, None]) % SEMITONES  # of column over row
    pairs = tf.reshape(before[..., :, None] * chroma[..., None, :], (-1, chroma.shape[1], SEMITONES**2))
    return tf.linalg.matmul(pairs, np.eye(SEMITONES, dtype=np.float32)[above.ravel()])
