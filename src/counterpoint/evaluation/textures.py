"""Music brought to one texture and one length, so that like is compared with like.

| texture | what a piece becomes |
|---|---|
| melody | its highest line (`notes.lines.highest_line`), one track |
| chords | all pitched notes on one track; what overlaps at one pitch is one note |
| voices | four tracks, 0 the highest by mean pitch (or by their numbers) to 3; pieces with more or fewer are left out |
| band | itself |
"""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from counterpoint.notes.lines import highest_line
from counterpoint.notes.table import SORT_KEYS, TICKS_PER_QUARTER, validate
from counterpoint.notes.voices import four_voices

Texture = Literal["melody", "chords", "voices", "band"]
TEXTURES: tuple[Texture, ...] = get_args(Texture)
EXCERPT_BEATS = 16  # quarter notes: four bars of 4/4, a phrase or two of a chorale


def render(notes: pd.DataFrame, texture: Texture, *, numbered: bool = False) -> pd.DataFrame:
    """`notes` in the given texture. Pieces that cannot be (no pitched note; not four voices) are not in the result.

    numbered: the tracks are in the texture's order already, as what a generator of voices wrote is: an alto that it put
    above its soprano is its alto.
    """
    if texture == "melody":
        return highest_line(notes)
    if texture == "band":
        return validate(notes.sort_values(SORT_KEYS, kind="stable", ignore_index=True))
    if texture == "voices":
        return four_voices(notes, numbered=numbered)
    return _merged(notes.loc[~notes["is_drum"].to_numpy(bool)].assign(track=0))


def _merged(notes: pd.DataFrame) -> pd.DataFrame:
    """Of the notes of a piece at one pitch: what sounds at once is joined, what is struck again begins anew."""
    ordered = notes.sort_values(["piece", "pitch", "onset", "duration"], kind="stable")
    same = (ordered["piece"].eq(ordered["piece"].shift()) & ordered["pitch"].eq(ordered["pitch"].shift())).to_numpy()
    onsets = ordered["onset"].to_numpy(np.int64)
    releases = onsets + ordered["duration"].to_numpy(np.int64)
    # On one clock, pitch after pitch, so that a running maximum never reaches from one to the next.
    span = int(releases.max(initial=0)) + 1
    clock = np.cumsum(~same) * span
    held_to = np.maximum.accumulate(releases + clock)
    begins = np.ones(len(ordered), bool)
    begins[1:] = onsets[1:] + clock[1:] >= held_to[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(ordered)) - 1 if len(first) else first
    joined = ordered.iloc[first].assign(duration=held_to[last] - clock[last] - onsets[first])
    return validate(joined.sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def excerpts(notes: pd.DataFrame, beats: int = EXCERPT_BEATS) -> pd.DataFrame:
    """Every piece cut into successive excerpts of `beats` quarter notes, named "PIECE#0000", "PIECE#0001", …

    A note that runs over a cut is cut there, and its rest is dropped. What is left at the end of a piece is an excerpt
    too if it is at least half as long, or all there is. An excerpt in which no note begins is not in the result.
    """
    ticks = beats * TICKS_PER_QUARTER
    names, onset, lasting = _excerpts_of(notes, ticks)
    kept = (lasting >= ticks / 2) | (notes["onset"].to_numpy(np.int64) < ticks)
    duration = np.minimum(notes["duration"].to_numpy(np.int64), ticks - onset)
    cut = notes.assign(piece=names, onset=onset, duration=duration)[kept]
    return validate(cut.sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def excerpt_lengths(notes: pd.DataFrame, beats: int = EXCERPT_BEATS) -> dict[str, int]:
    """How many ticks each of `excerpts` lasts: `beats` quarter notes, fewer where its piece ends sooner.

    Silence at an excerpt's end belongs to it if the piece goes on. notes: as given to `excerpts`, not its result.
    """
    ticks = beats * TICKS_PER_QUARTER
    names, _, lasting = _excerpts_of(notes, ticks)
    return dict(zip(names, np.minimum(lasting, ticks).tolist(), strict=True))


def _excerpts_of(notes: pd.DataFrame, ticks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of every note: the name of the excerpt it begins in, its onset there, and the piece's ticks from there on."""
    number, onset = np.divmod(notes["onset"].to_numpy(np.int64), ticks)
    lasts = (notes["onset"] + notes["duration"]).groupby(notes["piece"], sort=False).transform("max").to_numpy(np.int64)
    names = notes["piece"].astype(str).to_numpy(object) + np.char.mod("#%04d", number).astype(object)
    return names, onset, lasts - number * ticks


def piece_of(excerpt: str) -> str:
    """The piece that an excerpt's name says it is cut from."""
    return excerpt.rpartition("#")[0]
