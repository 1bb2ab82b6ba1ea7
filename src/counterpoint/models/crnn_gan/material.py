"""From encoded tones to windows to train on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from counterpoint.encodings.scale import FEATURES, GAP, PITCH, Scale
from counterpoint.encodings.splits import SPLITS
from counterpoint.encodings.tones import load_split
from counterpoint.encodings.vectors import Encoded, decode, gathered, too_short, window_shifts, windows
from counterpoint.models.crnn_gan.bars import places
from counterpoint.models.crnn_gan.heads import Choices


class NoWindowsError(ValueError):
    """A split holds no window of the length that is asked for; the message says what came and what to mend."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A split that is not trained on: where its windows begin, end to end in each piece, and `Material.places`."""

    encoded: Encoded
    starts: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class Material:
    """Tones and where windows of `steps` steps begin among them, in training at every tone.

    shifts: int8 (windows, 2): by how many semitones, fewest and most, training may move each of its windows. places:
    float32 (tones,), the gap that a tone has where a window begins with it, instead of that from a tone which the
    window does not hold: its onset's place in its bar of four quarter notes, scaled. So windows begin in the bar where
    they do in the piece, and a generator learns to. held_out: "validation", and "test" to show beside it.
    """

    scale: Scale
    steps: int
    train: Encoded
    starts: np.ndarray
    shifts: np.ndarray
    places: np.ndarray
    held_out: dict[str, HeldOut]

    def choices(self) -> Choices:
        """Of each feature, the scaled values that windows of training have: of pitch every semitone of the scale."""
        scale = self.scale
        known = [np.unique(column) for column in scale.unscaled(self.train.values).T]
        known[PITCH] = np.arange(scale.low[PITCH], scale.high[PITCH] + 1)
        scaled = [_scaled(scale, feature, values) for feature, values in enumerate(known)]
        scaled[GAP] = np.union1d(scaled[GAP], self.places)
        return tuple(tuple(values.tolist()) for values in scaled)

    def notes_of(self, split: str, most: int, random: np.random.Generator) -> pd.DataFrame:
        """At most so many windows of a split that is held out, drawn without replacement, as notes."""
        held_out = self.held_out[split]
        drawn = random.permutation(held_out.starts)[:most]
        values = gathered(held_out.encoded, drawn, self.steps, self.scale.tones_per_step)
        values[:, 0, GAP] = held_out.places[drawn]
        return decode(values, [f"{number:03d}" for number in range(len(drawn))], self.scale)


def gather(encoded: Path, scale: Scale, steps: int) -> Material:
    """The windows of `steps` steps. Raises NoWindowsError if training or validation has none."""
    splits = {name: load_split(encoded, name) for name in SPLITS}
    starts = {name: windows(split, steps, scale.tones_per_step) for name, split in splits.items()}
    for name in ("train", "validation"):
        if not len(starts[name]):
            raise _no_windows(name, splits[name], steps, scale)
    held_out = {name: _held_out(splits[name], starts[name], steps, scale) for name in ("validation", "test")}
    train = splits["train"]
    shifts = window_shifts(train, starts["train"])
    return Material(scale, steps, train, starts["train"], shifts, _places(train, scale), held_out)


def _held_out(encoded: Encoded, starts: np.ndarray, steps: int, scale: Scale) -> HeldOut:
    first = encoded.offsets[np.searchsorted(encoded.offsets, starts, side="right") - 1]
    apart = starts[(starts - first) % (steps * scale.tones_per_step) == 0]  # none tells a tone twice
    return HeldOut(encoded, apart, _places(encoded, scale))


def _places(encoded: Encoded, scale: Scale) -> np.ndarray:
    """float32 (tones,): `bars.places`, scaled as a gap is."""
    gaps = scale.unscaled(encoded.values)[:, GAP]
    return _scaled(scale, GAP, places(gaps, encoded.offsets, scale.grid_ticks))


def _scaled(scale: Scale, feature: int, values: np.ndarray) -> np.ndarray:
    """float32 (n,): whole numbers (n,) of one feature."""
    tones = np.tile(np.array(scale.low), (len(values), 1))
    tones[:, feature] = values
    return scale.scaled(tones)[:, feature]


def _no_windows(split: str, encoded: Encoded, steps: int, scale: Scale) -> NoWindowsError:
    tones = steps * scale.tones_per_step
    short = too_short(encoded, steps, scale.tones_per_step)
    return NoWindowsError(
        f"there is nothing to train on: no piece of the {split} split has {tones} tones ({len(short)} have fewer"
        f"{f', such as {short[0]}' if short else ''}). Add music, or shorten the model's steps ({steps} of "
        f"{scale.tones_per_step} tones) in params.yaml"
    )


def batches(material: Material, updates: int, batch_size: int, random: np.random.Generator) -> tf.data.Dataset:
    """So many batches of real windows, float32 (batch_size, steps, 4 · tones_per_step), drawn with replacement.

    Each is moved by a number of semitones drawn from those that its piece may be moved by, and keeps its place in the
    bar (`Material.places`).
    """
    drawn = random.integers(0, len(material.starts), (updates, batch_size))
    lowest, highest = np.moveaxis(material.shifts[drawn].astype(np.int64), -1, 0)
    semitones = random.integers(lowest, highest, endpoint=True)
    numbers = len(FEATURES)
    tones = tf.range(material.steps * material.scale.tones_per_step, dtype=tf.int64)
    values, first_gaps = tf.constant(material.train.values), tf.constant(material.places)
    first_gap = np.zeros((tones.shape[0], numbers), bool)
    first_gap[0, GAP] = True
    pitch = tf.one_hot(PITCH, numbers) * material.scale.semitone

    def window(starts: tf.Tensor, semitones: tf.Tensor) -> tf.Tensor:
        found = tf.gather(values, starts[:, None] + tones)
        found = tf.where(first_gap, tf.gather(first_gaps, starts)[:, None, None], found)
        moved = found + pitch * tf.cast(semitones, tf.float32)[:, None, None]
        return tf.reshape(moved, (batch_size, material.steps, material.scale.step_numbers))

    return tf.data.Dataset.from_tensor_slices((material.starts[drawn], semitones)).map(window).prefetch(2)
