"""One voice out of many: the highest line of a piece, or of the track that bears a name."""

import numpy as np
import pandas as pd

from counterpoint.notes.table import SORT_KEYS, empty_notes, validate


def highest_line(notes: pd.DataFrame) -> pd.DataFrame:
    """The skyline of every piece made monophonic: a note table with one voice a piece, on track 0.

    The skyline is that of Uitdenbogerd and Zobel, "Manipulation of Music for Melody Matching" (ACM Multimedia 1998),
    algorithm 1 (the highest of the notes that begin together), with one departure: a held note counts too. The rule:

    1. Drums are left out.
    2. A note is in the line if, at its own onset, no note sounds that is higher: neither one that begins with it nor
       one held over from before. So a held high note is not interrupted by what begins beneath it. A note struck at a
       pitch that another track still holds is in the line.
    3. Of several at one onset and pitch, the longest is taken, then the one of the lowest track.
    4. A note of the line is cut at the line's next onset and never lengthened. A note cut by a higher one that ends
       first does not come back; the line rests until its next onset.

    Onsets are strictly increasing in each piece. Program and velocity are the original note's.
    """
    voiced = notes.loc[~notes["is_drum"].to_numpy(bool)]
    if voiced.empty:
        return empty_notes()
    codes, _ = pd.factorize(voiced["piece"], sort=True)
    order = np.lexsort((voiced["track"], -voiced["duration"], -voiced["pitch"], voiced["onset"], codes))
    voiced, codes = voiced.iloc[order], codes[order]
    onsets, pitches = voiced["onset"].to_numpy(np.int64), voiced["pitch"].to_numpy()
    releases = onsets + voiced["duration"].to_numpy(np.int64)

    # Pieces laid end to end on one clock: then nothing below needs to know where a piece begins.
    spans = np.zeros(codes.max() + 1, np.int64)
    np.maximum.at(spans, codes, releases)
    clock = (np.cumsum(spans) - spans)[codes]
    begins, ends = onsets + clock, releases + clock

    highest = np.flatnonzero(np.diff(begins, prepend=-1) > 0)
    line = highest[~_beneath_a_held_note(begins, ends, pitches, highest)]
    next_begins = np.append(begins[line][1:], np.iinfo(np.int64).max)
    result = voiced.iloc[line].assign(track=0, duration=np.minimum(ends[line], next_begins) - begins[line])
    return validate(result.sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def _beneath_a_held_note(begins: np.ndarray, ends: np.ndarray, pitches: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Whether, when note `at[i]` begins, a higher one that began before still sounds; notes are sorted by `begins`.

    Pitch by pitch instead of note by note: at most 128 rounds, whatever the number of notes.
    """
    held = np.zeros(len(at), bool)
    for pitch in np.unique(pitches):
        these = np.flatnonzero(pitches == pitch)
        latest_end = np.maximum.accumulate(ends[these])
        lower = np.flatnonzero(pitches[at] < pitch)
        before = np.searchsorted(begins[these], begins[at[lower]], side="left")
        sounding = (before > 0) & (latest_end[before - 1] > begins[at[lower]])
        held[lower[sounding]] = True
    return held


def named_line(notes: pd.DataFrame, pieces: pd.DataFrame, name: str) -> pd.DataFrame:
    """`highest_line` of the tracks called `name` in each piece; a piece that has none, or only drums there, is absent.

    pieces: a piece table, of which `piece` and `track_names` are read. Letter case and surrounding blanks do not count.
    Several tracks of that name (a part spread over channels) are one part.
    """
    wanted = name.strip().casefold()
    found = {
        (piece, track)
        for piece, names in zip(pieces["piece"], pieces["track_names"], strict=True)
        for track, given in enumerate(names)
        if given.strip().casefold() == wanted
    }
    parts = notes.groupby(["piece", "track"], sort=False).indices
    rows = [rows for part, rows in parts.items() if part in found]
    return highest_line(notes.iloc[np.concatenate(rows)] if rows else empty_notes())
