"""Pieces written in the common key, C major or A minor, moved to a real one.

A model that was trained in the common key writes nothing else. Real music is in many keys, and each voice in a range of
its own: a piece goes where a real one of the same height came from, so that ranges stay those of real music.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.encodings.layout import REST, Layout
from counterpoint.encodings.pianoroll import Bars, transposed
from counterpoint.notes.keys import find_keys, semitones_to_common

NEAREST = 16  # real pieces among which one is drawn


@dataclass(frozen=True, eq=False)
class Keys:
    """Of real pieces: the semitones that bring each to the common key, and its mean pitch there (MIDI numbers)."""

    shift: np.ndarray  # int64 (pieces,)
    mean_pitch: np.ndarray  # float64 (pieces,)

    def to_json(self) -> str:
        return json.dumps({"shift": self.shift.tolist(), "mean_pitch": self.mean_pitch.tolist()}) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Keys":
        """Raises ValueError or KeyError if `text` is not what `to_json` writes."""
        content = json.loads(text)
        shift, mean_pitch = np.array(content["shift"], np.int64), np.array(content["mean_pitch"], np.float64)
        if shift.ndim != 1 or shift.shape != mean_pitch.shape or not len(shift):
            raise ValueError(f"keys.json has {len(shift)} shifts and {len(mean_pitch)} mean pitches: one a piece each")
        return cls(shift, mean_pitch)


def keys_of(bars: Bars, shift: np.ndarray, layout: Layout) -> Keys:
    """The keys of `bars`' pieces, which are in the common key already, each by its `shift` (pieces,).

    A piece without a pitched note, drums alone, is left out.
    """
    summed, steps = (np.concatenate([[0], np.cumsum(part)])[bars.offsets] for part in _heights(bars.rolls, layout))
    pitched = np.diff(steps) > 0
    means = np.diff(summed)[pitched] / np.diff(steps)[pitched]
    return Keys(shift.astype(np.int64)[pitched], means)


def real_shift(keys: Keys, rolls: np.ndarray, layout: Layout, random: np.random.Generator) -> int:
    """The semitones that bring one piece from the common key to a real one. rolls: bool (bars, tracks, steps, PITCHES).

    Of the `NEAREST` real pieces whose mean pitch is nearest, one's shift is undone. A piece without a pitched note
    stays.
    """
    summed, steps = (part.sum() for part in _heights(rolls, layout))
    if not steps:
        return 0
    nearest = np.argsort(np.abs(keys.mean_pitch - summed / steps), kind="stable")[:NEAREST]
    return -int(keys.shift[random.choice(nearest)])


def shift_to_common(notes: pd.DataFrame) -> int:
    """The semitones that bring one piece to the common key by its own estimate; drums alone stay."""
    return int(semitones_to_common(find_keys(notes)).iloc[0])


def moved(roll: np.ndarray, semitones: int, track: int, layout: Layout) -> np.ndarray:
    """bool (bars, steps, PITCHES), the layout's track `track`, moved up; drums stay."""
    whole = np.zeros((len(roll), len(layout.tracks), *roll.shape[1:]), bool)
    whole[:, track] = roll
    return transposed(whole, np.full(len(roll), semitones), layout)[:, track]


def _heights(rolls: np.ndarray, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Of each bar of bool (bars, tracks, steps, PITCHES), drums aside: its pitches summed over steps, and how many."""
    pitched = [track for track, of in enumerate(layout.tracks) if not of.is_drum]
    counts = rolls[:, pitched, :, :REST].sum(axis=(1, 2), dtype=np.int64)
    return counts @ (np.arange(REST) + layout.lowest), counts.sum(axis=1)
