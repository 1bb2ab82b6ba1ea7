"""Music as bars of a piano roll: tracks × steps × 84 rows, of nothing but 0 and 1.

| row | what it says of a step |
|---|---|
| 0 to 81 | the pitch `LOWEST` + row (C1 to A7) sounds |
| `REST`, 82 | nothing sounds |
| `AGAIN`, 83 | what sounds, and sounded in the step before, is struck again |

A note begins in a step where its pitch is on and was not in the step before, or where AGAIN is on; it lasts as long as
the pitch stays on and AGAIN off. The same rule reads data and samples. On the grid (`encodings.grid`) it is exact for a
track with one note at a time, and for several where no pitch is repeated under a held one. There one bit must speak for
all: AGAIN is on if at least half of the pitches that go on are struck again, so that the fewer are read wrongly (of 59
band pieces' 103,798 pitched notes 6 % are heard as held on, and 7 % more are struck; with AGAIN wherever one is struck
none is lost, and 26 % more are struck). A drum note is one step long, in data and when read, whatever its roll says.

A phrase stands by itself: a note held into it begins in its first step, where AGAIN is always off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.encodings.grid import on_grid
from counterpoint.encodings.layout import AGAIN, LOWEST, PITCHES, REST, Layout
from counterpoint.notes.table import empty_notes, note_table

__all__ = ["AGAIN", "LOWEST", "PITCHES", "REST", "Bars", "decode", "encode", "phrase_starts", "phrases", "transposed"]


@dataclass(frozen=True, eq=False)
class Bars:
    """Pieces as bars of a roll, one piece's after another's."""

    pieces: tuple[str, ...]
    offsets: np.ndarray  # int64 (pieces + 1,): where each piece's bars begin
    rolls: np.ndarray  # bool (bars, tracks, steps, PITCHES)


def encode(notes: pd.DataFrame, layout: Layout) -> Bars:
    """`on_grid(notes, layout)` as rolls, pieces in alphabetical order, each with as many bars as its notes reach.

    Raises ValueError if a track's number is not in the layout.
    """
    tracks, steps = len(layout.tracks), layout.steps
    if int(notes["track"].max() if len(notes) else 0) >= tracks:
        raise ValueError(f"track {notes['track'].max()} is not in the layout, whose tracks are 0 to {tracks - 1}")
    names = tuple(sorted(notes["piece"].unique()))
    kept = on_grid(notes, layout)
    piece = pd.Index(names, dtype=object).get_indexer(kept["piece"])
    track, row = kept["track"].to_numpy(np.int64), kept["pitch"].to_numpy(np.int64) - layout.lowest
    begins = kept["onset"].to_numpy(np.int64) // layout.step_ticks
    lasting = kept["duration"].to_numpy(np.int64) // layout.step_ticks
    last = np.zeros(len(names), np.int64)
    np.maximum.at(last, piece, begins + lasting)
    offsets = np.concatenate([[0], np.cumsum(-(-last // steps))]).astype(np.int64)
    rolls = np.zeros((int(offsets[-1]), tracks, steps, PITCHES), bool)
    first = offsets[piece] * steps + begins  # on one clock of steps, pieces end to end
    note = np.repeat(np.arange(len(kept)), lasting)
    step = np.arange(len(note)) - np.repeat(np.cumsum(lasting) - lasting, lasting) + first[note]
    rolls[step // steps, track[note], step % steps, row[note]] = True
    again = begins > 0
    again[again] = rolls[(first[again] - 1) // steps, track[again], (first[again] - 1) % steps, row[again]]
    (at, by), struck = np.unique([first[again], track[again]], axis=1, return_counts=True)
    goes_on = rolls[at // steps, by, at % steps, :REST] & rolls[(at - 1) // steps, by, (at - 1) % steps, :REST]
    most = 2 * struck >= goes_on.sum(axis=-1)
    rolls[at[most] // steps, by[most], at[most] % steps, AGAIN] = True
    rolls[..., REST] = ~rolls[..., :REST].any(axis=-1)
    return Bars(names, offsets, rolls)


def phrase_starts(bars: Bars, length: int, least_tracks: int) -> np.ndarray:
    """Where in `bars.rolls` a phrase of `length` bars begins; int64.

    A phrase lies within one piece, and at least `least_tracks` tracks sound in it, each in half of its bars or more.
    Phrases may overlap: one can begin in every bar.
    """
    count = len(bars.rolls) - length + 1
    if count < 1:
        return np.zeros(0, np.int64)
    piece = np.repeat(np.arange(len(bars.pieces)), np.diff(bars.offsets))
    within = piece[:count] == piece[length - 1 :]
    sounds = bars.rolls[..., :REST].any(axis=(2, 3))
    before = np.concatenate([np.zeros((1, sounds.shape[1]), np.int64), np.cumsum(sounds, axis=0)])
    often = 2 * (before[length:] - before[:count]) >= length
    return np.flatnonzero(within & (often.sum(axis=1) >= least_tracks))


def phrases(bars: Bars, starts: np.ndarray, length: int) -> np.ndarray:
    """bool (phrases, tracks, length, steps, PITCHES) from these starts."""
    taken = bars.rolls[starts[:, None] + np.arange(length)].transpose(0, 2, 1, 3, 4).copy()
    taken[:, :, 0, 0, AGAIN] = False
    return taken


def transposed(rolls: np.ndarray, semitones: np.ndarray, layout: Layout) -> np.ndarray:
    """rolls: bool (many, tracks, …, PITCHES), moved up by semitones: integers (many,), -12 to 12. Drums, REST and
    AGAIN stay.

    A pitch that would leave the roll is put an octave back in.
    """
    moved = rolls.copy()
    drums = np.array([track.is_drum for track in layout.tracks])
    for by in np.unique(semitones[semitones != 0]).tolist():
        these = rolls[semitones == by]
        to = np.arange(REST) + by
        to = np.where(to < 0, to % 12, np.where(to >= REST, REST - 12 + (to - REST) % 12, to))
        result = these.copy()
        result[..., :REST] = False
        for octaves in (to == np.arange(REST) + by, to != np.arange(REST) + by):  # one has no target twice
            result[..., to[octaves]] |= these[..., np.flatnonzero(octaves)]
        result[:, drums] = these[:, drums]
        moved[semitones == by] = result
    return moved


def decode(rolls: np.ndarray, names: Sequence[str], layout: Layout) -> pd.DataFrame:
    """A note table from bool (pieces, tracks, bars, steps, PITCHES), the pieces named in turn.

    Inverse of `encode` up to what the rule above says of several notes at once. Rests leave no trace, nor does a piece
    of rests alone.
    """
    pieces, tracks, bars, steps, _ = rolls.shape
    flat = rolls.reshape(pieces, tracks, bars * steps, PITCHES)
    on = np.ascontiguousarray(flat[..., :REST].swapaxes(2, 3))  # (pieces, tracks, rows, steps)
    held = np.zeros_like(on)
    held[..., 1:] = on[..., :-1] & on[..., 1:] & ~flat[:, :, None, 1:, AGAIN]
    begins = np.argwhere(on & ~held)
    if not len(begins):
        return empty_notes()
    ended = on.copy()
    ended[..., :-1] &= ~held[..., 1:]
    # A row's notes do not overlap, so the first end belongs to the first beginning, and so on.
    piece, track, row, step = begins.T
    drums = np.array([of.is_drum for of in layout.tracks])[track]
    lasting = np.where(drums, 1, np.argwhere(ended)[:, 3] - step + 1)
    return note_table(
        piece=np.array(names, object)[piece],
        track=track,
        program=np.array([of.program for of in layout.tracks])[track],
        is_drum=drums,
        onset=step * layout.step_ticks,
        duration=lasting * layout.step_ticks,
        pitch=row + layout.lowest,
    )
