"""Notes on a grid of steps, such as a piano roll's, and how much of the music that keeps."""

from typing import Any

import numpy as np
import pandas as pd

from counterpoint.encodings.layout import REST, Layout
from counterpoint.notes.table import SORT_KEYS, validate


def on_grid(notes: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """`notes`, whose tracks are numbered as `layout`'s, as a roll can hold them: those beyond its pitches dropped, the
    others `snapped` to its steps.
    """
    pitch = notes["pitch"].to_numpy(np.int64)
    inside = (pitch >= layout.lowest) & (pitch < layout.lowest + REST)
    return snapped(notes[inside], layout.step_ticks, monophonic=layout.monophonic)


def snapped(notes: pd.DataFrame, step_ticks: int, *, monophonic: bool) -> pd.DataFrame:
    """`notes` on a grid of `step_ticks`, with nothing that cannot sound at once.

    1. Onsets and releases go to the nearest step (the later of two as near); a note lasts one step at least. A drum
       note lasts one step, however long it was.
    2. What cannot sound at once is ended: in a track with one voice (`monophonic`) a note by the next of the track, in
       another by the next at its pitch. Of several of these that begin in one step, the highest stays, of equal ones
       the longest.

    Sorted as a note table is; the index says which rows of `notes` they are.
    """
    begins = _nearest(notes["onset"].to_numpy(np.int64), step_ticks)
    ends = _nearest((notes["onset"].astype(np.int64) + notes["duration"]).to_numpy(np.int64), step_ticks)
    ends = np.maximum(ends, begins + 1)
    ends = np.where(notes["is_drum"].to_numpy(bool), begins + 1, ends)
    piece, _ = pd.factorize(notes["piece"])
    track, pitch = notes["track"].to_numpy(np.int64), notes["pitch"].to_numpy(np.int64)
    line = np.zeros_like(pitch) if monophonic else pitch
    order = np.lexsort((-ends, -pitch, begins, line, track, piece))
    same_line = np.zeros(len(order), bool)
    same_line[1:] = np.all([x[order][1:] == x[order][:-1] for x in (line, track, piece)], axis=0)
    first = ~same_line
    first[1:] |= begins[order][1:] != begins[order][:-1]
    order, same_line = order[first], same_line[first]
    begins, ends = begins[order], ends[order]
    ends[:-1] = np.where(same_line[1:], np.minimum(ends[:-1], begins[1:]), ends[:-1])
    result = notes.iloc[order].assign(onset=begins * step_ticks, duration=(ends - begins) * step_ticks)
    return validate(result.sort_values(SORT_KEYS, kind="stable"))


def _nearest(ticks: np.ndarray, step_ticks: int) -> np.ndarray:
    return (2 * ticks + step_ticks) // (2 * step_ticks)


def kept_shares(notes: pd.DataFrame, kept: pd.DataFrame, step_ticks: int) -> dict[str, Any]:
    """How many `notes` there are, and what shares of them are

    exact: with onset and duration as they were (of a drum, its onset); moved: kept, at another onset or shortened or
    lengthened; onsets_on_grid: begin on a step. All 0 where there is no note.

    kept: what `snapped` made of them. The index of `notes` must be 0, 1, 2, …
    """
    kept = kept.sort_index()
    before = notes.loc[kept.index]
    same = (kept["onset"] == before["onset"]) & (before["is_drum"] | (kept["duration"] == before["duration"]))
    of = max(len(notes), 1)
    return {
        "notes": len(notes),
        "exact": int(same.sum()) / of,
        "moved": int((~same).sum()) / of,
        "onsets_on_grid": int((notes["onset"] % step_ticks == 0).sum()) / of,
    }


def coverage(notes: pd.DataFrame, layout: Layout) -> dict[str, Any]:
    """What becomes of `notes` on the grid of a piano roll: `kept_shares`, and the shares that are

    merged: dropped, as another began in the same step of the same voice; out_of_range: beyond the roll's pitches. With
    exact and moved these make 1.

    And, of each track by name, how many notes are out of range below and above (C1 and A7, as rolls are).
    """
    notes = notes.reset_index(drop=True)
    kept = on_grid(notes, layout)
    below, above = notes["pitch"] < layout.lowest, notes["pitch"] >= layout.lowest + REST
    inside = int((~below & ~above).sum())
    of, sides = max(len(notes), 1), {"below": below, "above": above}
    return kept_shares(notes, kept, layout.step_ticks) | {
        "merged": (inside - len(kept)) / of,
        "out_of_range": (len(notes) - inside) / of,
        "out_of_range_notes": {
            track.name: {side: int(where[notes["track"] == number].sum()) for side, where in sides.items()}
            for number, track in enumerate(layout.tracks)
        },
    }
