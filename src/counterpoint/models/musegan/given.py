"""The track that is given: real passages of it, kept with a model, and one that a caller brings."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from counterpoint.encodings.layout import REST, Layout
from counterpoint.encodings.pianoroll import Bars, decode, encode
from counterpoint.models.generator import MOST_BARS
from counterpoint.models.musegan.keys import moved, shift_to_common


@dataclass(frozen=True, eq=False)
class Given:
    """Whole pieces' bars of one track, as the model was trained on; piece i is the slice offsets[i]:offsets[i + 1].

    shift: the semitones that brought each piece to the common key, if that is what the model was trained in.
    """

    pieces: tuple[str, ...]
    offsets: np.ndarray  # int64 (pieces + 1,)
    rolls: np.ndarray  # bool (bars, steps, PITCHES)
    shift: np.ndarray  # int8 (pieces,)

    @classmethod
    def of(cls, bars: Bars, shift: np.ndarray, track: int) -> "Given":
        """Track `track` of `bars`, which are in the model's key, brought there by `shift`."""
        return cls(bars.pieces, bars.offsets, bars.rolls[:, track], shift)

    def by_its_own_key(self, track: int, layout: Layout) -> "Given":
        """Brought to the common key by the key that the track alone seems to be in, as a caller's track is.

        The key of all voices is what an accompaniment would tell.
        """
        rolls, shift = self.rolls.copy(), self.shift.astype(np.int64)
        alone = replace(layout, tracks=(layout.tracks[track],))
        for piece, bars in enumerate(map(slice, self.offsets[:-1], self.offsets[1:])):
            notes = decode(self.rolls[None, None, bars], [self.pieces[piece]], alone)
            by = shift_to_common(notes) if len(notes) else 0
            rolls[bars] = moved(self.rolls[bars], by, track, layout)
            shift[piece] += by
        return Given(self.pieces, self.offsets, rolls, shift.astype(np.int8))

    def save(self, path: Path) -> None:
        """Write `path` (.npz): the same bars are the same bytes."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                allow_pickle=False,
                pieces=np.array(self.pieces, np.str_),
                offsets=self.offsets,
                shape=np.array(self.rolls.shape),
                rolls=np.packbits(self.rolls),
                shift=self.shift,
            )

    @classmethod
    def load(cls, path: Path) -> "Given":
        """Raises OSError, ValueError or KeyError if `path` is not what `save` writes."""
        with np.load(path, allow_pickle=False) as stored:
            shape = tuple(stored["shape"].tolist())
            rolls = np.unpackbits(stored["rolls"], count=int(np.prod(shape))).view(bool).reshape(shape)
            return cls(tuple(stored["pieces"].tolist()), stored["offsets"], rolls, stored["shift"])

    @property
    def longest(self) -> int:
        """Bars of the longest piece: a passage has no more."""
        return int(np.diff(self.offsets).max(initial=0))

    def passage(self, bars: int, random: np.random.Generator) -> tuple[np.ndarray, int]:
        """`bars` consecutive bars of one piece, and that piece's shift.

        Drawn of all in which at least half of the bars sound; of all, if there is none. Raises ValueError for more than
        `longest` bars.
        """
        if bars > self.longest:
            raise ValueError(
                f"bars is {bars}, and the longest of the {len(self.pieces)} pieces whose given track came with the "
                f"model has {self.longest}: ask for no more, or bring a track of your own to accompany"
            )
        starts = np.arange(len(self.rolls) - bars + 1)
        piece = np.searchsorted(self.offsets, starts, side="right") - 1
        sounds = np.concatenate([[0], np.cumsum(self.rolls[..., :REST].any(axis=(1, 2)))])
        within = starts + bars <= self.offsets[piece + 1]
        heard = within & (2 * (sounds[starts + bars] - sounds[starts]) >= bars)
        chosen = int(random.choice(starts[heard if heard.any() else within]))
        return self.rolls[chosen : chosen + bars], int(self.shift[piece[chosen]])


def read_track(notes: pd.DataFrame, layout: Layout, track: int) -> np.ndarray:
    """bool (bars, steps, PITCHES) of the note table of one piece, read as track `track` of `layout`.

    Its bars are the layout's, from tick 0. Raises ValueError, saying what came, for what such a track cannot be.
    """
    of, pieces = layout.tracks[track], notes["piece"].nunique()
    if pieces != 1:
        raise ValueError(
            f"the given track is {'empty' if not pieces else f'of {pieces} pieces'}: give one piece's notes"
        )
    if (notes["is_drum"].to_numpy(bool) != of.is_drum).any():
        wanted, came = ("drums", "pitched notes") if of.is_drum else ("pitched notes", "drums")
        raise ValueError(f"the given track has {came}, and the model accompanies {of.name}, which is {wanted}")
    highest = layout.lowest + REST - 1
    outside = notes.loc[~notes["pitch"].between(layout.lowest, highest)]
    if len(outside):
        first = outside.iloc[0]
        raise ValueError(
            f"the given track has pitch {first['pitch']} at tick {first['onset']}, allowed are {layout.lowest} to "
            f"{highest}: move it by octaves or leave it out"
        )
    ends = notes["onset"].to_numpy(np.int64) + notes["duration"].to_numpy(np.int64)
    bars = -(-int(ends.max()) // layout.bar_ticks)
    if bars > MOST_BARS:
        raise ValueError(f"the given track is {bars} bars long, allowed are {MOST_BARS}: give it in parts")
    if layout.monophonic:
        _refuse_overlaps(notes, ends)
    encoded = encode(notes.assign(track=track), layout)
    return encoded.rolls[:, track]


def in_phrases(roll: np.ndarray, length: int) -> np.ndarray:
    """bool (bars, steps, PITCHES) with bars of rests after it, up to whole phrases of `length` bars."""
    rests = np.zeros((-len(roll) % length, *roll.shape[1:]), bool)
    rests[..., REST] = True
    return np.concatenate([roll, rests])


def _refuse_overlaps(notes: pd.DataFrame, ends: np.ndarray) -> None:
    onsets = notes["onset"].to_numpy(np.int64)
    order = np.argsort(onsets, kind="stable")
    overlapping = np.flatnonzero(onsets[order][1:] < ends[order][:-1])
    if overlapping.size:
        first = overlapping[0]
        raise ValueError(
            f"the given track has two notes at once: that at tick {onsets[order][first + 1]} begins before the one "
            f"ahead of it ends (tick {ends[order][first]}); the model accompanies one voice, such as notes.lines makes"
        )
