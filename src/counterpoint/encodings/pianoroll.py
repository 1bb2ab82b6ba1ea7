"""Music as bars of a piano roll: tracks × steps × 84 rows, of nothing but 0 and 1.

| row | what it says of a step |
|---|---|
| 0 to 81 | the pitch `LOWEST` + row (C1 to A7) sounds |
| `REST`, 82 | nothing sounds |
| `AGAIN`, 83 | what sounds, and sounded in the step before, is struck again |

A note begins in a step where its pitch is on and was not in the step before, or where AGAIN is on; it lasts as long as
the pitch stays on and AGAIN off. The same rule reads data and samples. On the grid it is exact for a track with one
note at a time. Of several, AGAIN strikes all that were held: a pitch held under one that is repeated is struck too.

A phrase stands by itself: a note held into it begins in its first step, where AGAIN is always off.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.notes.table import empty_notes, note_table

PITCHES = 84  # rows, of which two are no pitches
LOWEST = 24  # MIDI number of row 0
REST, AGAIN = 82, 83


@dataclass(frozen=True, eq=False)
class Bars:
    """Pieces as bars of a roll, one piece's after another's."""

    pieces: tuple[str, ...]
    offsets: np.ndarray  # int64 (pieces + 1,): where each piece's bars begin
    rolls: np.ndarray  # bool (bars, tracks, steps, PITCHES)


def encode(notes: pd.DataFrame, *, tracks: int, bar_ticks: int, steps: int) -> Bars:
    """`notes`, whose tracks are numbered 0 to `tracks` - 1, each bar of `bar_ticks` ticks in `steps` steps.

    Onsets go to the nearest step, and a note lasts one step at least. Pitches outside the rows are left out.
    """
    names = tuple(sorted(notes["piece"].unique()))
    piece = pd.Index(names, dtype=object).get_indexer(notes["piece"])
    track, pitch = notes["track"].to_numpy(np.int64), notes["pitch"].to_numpy(np.int64) - LOWEST
    onset, release = notes["onset"].to_numpy(np.int64), (notes["onset"] + notes["duration"]).to_numpy(np.int64)
    begins = (onset * steps * 2 + bar_ticks) // (2 * bar_ticks)
    ends = np.maximum((release * steps * 2 + bar_ticks) // (2 * bar_ticks), begins + 1)
    last = np.zeros(len(names), np.int64)
    np.maximum.at(last, piece, ends)
    offsets = np.concatenate([[0], np.cumsum(-(-last // steps))])
    inside = (pitch >= 0) & (pitch < REST)
    piece, track, pitch, begins, ends = (x[inside] for x in (piece, track, pitch, begins, ends))
    on = np.zeros((tracks, int(offsets[-1]) * steps, PITCHES), bool)
    at = offsets[piece] * steps
    lasting = ends - begins
    note = np.repeat(np.arange(len(begins)), lasting)
    step = np.arange(len(note)) - np.repeat(np.cumsum(lasting) - lasting, lasting) + (at + begins)[note]
    on[track[note], step, pitch[note]] = True
    # Struck again: a note begins where its pitch is on just before, in the same piece.
    later = begins > 0
    before = on[track[later], (at + begins)[later] - 1, pitch[later]]
    on[track[later][before], (at + begins)[later][before], AGAIN] = True
    on[:, :, REST] = ~on[:, :, :REST].any(axis=2)
    return Bars(names, offsets, on.reshape(tracks, -1, steps, PITCHES).transpose(1, 0, 2, 3))


def phrase_starts(bars: Bars, length: int) -> np.ndarray:
    """Where in `bars.rolls` a phrase of `length` whole bars of one piece can begin; int64."""
    starts = [np.arange(a, b - length + 1) for a, b in zip(bars.offsets[:-1], bars.offsets[1:], strict=True)]
    return np.concatenate([np.zeros(0, np.int64), *starts])


def phrases(bars: Bars, starts: np.ndarray, length: int) -> np.ndarray:
    """bool (phrases, tracks, length, steps, PITCHES) from these starts."""
    taken = bars.rolls[starts[:, None] + np.arange(length)].transpose(0, 2, 1, 3, 4).copy()
    taken[:, :, 0, 0, AGAIN] = False
    return taken


def decode(rolls: np.ndarray, names: list[str], *, bar_ticks: int, drums: tuple[int, ...] = (), programs: tuple[int, ...] = ()) -> pd.DataFrame:
    """A note table from bool (pieces, tracks, bars, steps, PITCHES), the pieces named in turn."""
    pieces, tracks, bars, steps, _ = rolls.shape
    flat = rolls.reshape(pieces, tracks, bars * steps, PITCHES)
    on = flat[..., :REST]
    held = np.zeros_like(on)
    held[:, :, 1:] = on[:, :, :-1] & on[:, :, 1:] & ~flat[:, :, 1:, AGAIN, None]
    begins = np.argwhere((on & ~held).transpose(0, 1, 3, 2))  # piece, track, row, step
    if not len(begins):
        return empty_notes()
    ended = np.ones((pieces, tracks, REST, bars * steps), bool)
    ended[..., :-1] = ~held.transpose(0, 1, 3, 2)[..., 1:]
    ends = np.argwhere(on.transpose(0, 1, 3, 2) & ended)
    piece, track, row, step = begins.T
    step_ticks = bar_ticks // steps
    return note_table(
        piece=np.array(names, object)[piece],
        track=track,
        program=np.array(programs or (0,) * tracks)[track],
        is_drum=np.isin(track, drums),
        onset=step * step_ticks,
        duration=(ends[:, 3] - step + 1) * step_ticks,
        pitch=row + LOWEST,
    )
