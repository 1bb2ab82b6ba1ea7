"""Note tables as flat arrays: what every metric of this room takes.

A metric is a pure function `Music -> float64 array`, one value a piece, NaN where it is not defined for that piece.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from counterpoint.notes.table import TICKS_PER_QUARTER

BAR_TICKS = 4 * TICKS_PER_QUARTER  # of a piece whose metre nobody gave: four quarters
STEP_TICKS = TICKS_PER_QUARTER // 4  # a sixteenth


@dataclass(frozen=True, eq=False)
class Music:
    """Pieces of music as arrays, one entry a note, sorted by piece, track, onset, pitch, release.

    A piece without a note is a piece all the same. Ticks are the note table's, 24 to a quarter note.
    """

    pieces: tuple[str, ...]  # alphabetical
    bar_ticks: np.ndarray  # int64 (pieces,)
    lengths: np.ndarray  # int64 (pieces,): ticks, at least to the last release
    piece: np.ndarray  # int64 (notes,): index into `pieces`
    track: np.ndarray  # int64 (notes,)
    is_drum: np.ndarray  # bool (notes,)
    onset: np.ndarray  # int64 (notes,): ticks
    release: np.ndarray  # int64 (notes,): ticks, after onset
    pitch: np.ndarray  # int64 (notes,): MIDI number
    velocity: np.ndarray  # int64 (notes,)

    @cached_property
    def bars(self) -> np.ndarray:
        """How many bars each piece has, the last one rounded up; int64 (pieces,)."""
        return -(-self.lengths // self.bar_ticks)

    @cached_property
    def tracks(self) -> np.ndarray:
        """The track numbers that occur anywhere, ascending."""
        return np.unique(self.track)

    def where(self, kept: np.ndarray) -> "Music":
        """The same pieces, bars and lengths with only the notes of the boolean mask `kept`."""
        names = ("piece", "track", "is_drum", "onset", "release", "pitch", "velocity")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})

    @cached_property
    def pitched(self) -> "Music":
        """Without drums, whose key numbers are no pitches."""
        return self.where(~self.is_drum)

    def of_track(self, track: int) -> "Music":
        """One track alone."""
        return self.where(self.track == track)


def music(
    notes: pd.DataFrame,
    *,
    pieces: Sequence[str] | None = None,
    bar_ticks: int | Mapping[str, int] = BAR_TICKS,
    lengths: int | Mapping[str, int] | None = None,
) -> Music:
    """The arrays of a note table.

    pieces: all there are, for those that have no note; default: those with notes. bar_ticks: of every piece, or piece →
    ticks. lengths: ticks a piece lasts, if longer than to its last release (a generator of two bars that leaves the
    second empty wrote two). Raises ValueError for a piece that `pieces`, `bar_ticks` or `lengths` lacks, and for a bar
    shorter than a tick.
    """
    names = tuple(sorted(set(notes["piece"]) if pieces is None else set(pieces)))
    place = pd.Index(names, dtype=object).get_indexer(notes["piece"])
    if (place < 0).any():
        raise ValueError(f"the note table has the piece {notes['piece'].iloc[int((place < 0).argmax())]!r} too")
    columns = {name: notes[name].to_numpy(np.int64) for name in ("track", "onset", "duration", "pitch", "velocity")}
    release = columns["onset"] + columns.pop("duration")
    order = np.lexsort((release, columns["pitch"], columns["onset"], columns["track"], place))
    ends = np.zeros(len(names), np.int64)
    np.maximum.at(ends, place, release)
    bars = _by_piece(names, bar_ticks, "bar_ticks")
    if (bars < 1).any():
        raise ValueError(f"bar_ticks of {names[int((bars < 1).argmax())]!r} is {bars.min()}, expected at least 1")
    return Music(
        pieces=names,
        bar_ticks=bars,
        lengths=ends if lengths is None else np.maximum(ends, _by_piece(names, lengths, "lengths")),
        piece=place[order].astype(np.int64),
        is_drum=notes["is_drum"].to_numpy(bool)[order],
        release=release[order],
        **{name: values[order] for name, values in columns.items()},
    )


def _by_piece(names: tuple[str, ...], given: int | Mapping[str, int], what: str) -> np.ndarray:
    if not isinstance(given, Mapping):
        return np.full(len(names), given, np.int64)
    missing = [name for name in names if name not in given]
    if missing:
        raise ValueError(f"{what} says nothing of piece {missing[0]!r}")
    return np.array([given[name] for name in names], np.int64)
