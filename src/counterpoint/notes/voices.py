"""Pieces of four voices, numbered alike."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from counterpoint.notes.table import SORT_KEYS, validate

VOICES = 4
VOICE_NAMES = ("soprano", "alto", "tenor", "bass")


def four_voices(
    notes: pd.DataFrame, *, numbered: bool = False, track_names: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Every piece of exactly four pitched tracks, these numbered 0, the highest by mean pitch, to 3, the lowest.

    Drums are dropped, other pieces are not in the result. Of equal means the lower track number comes first. A track
    need not be one voice: what sounds at once in it is left.

    numbered: the tracks are in the voices' order already, and stay in it, whichever lies higher.
    track_names: piece → the names of its tracks, in their order. A piece whose four are called soprano, alto, tenor and
    bass has its voices by these names, whichever lies higher. Letter case and surrounding blanks do not count.
    """
    pitched = notes.loc[~notes["is_drum"].to_numpy(bool)]
    means = pitched.groupby(["piece", "track"])["pitch"].mean().reset_index()
    four = means.groupby("piece")["track"].transform("size") == VOICES
    means["rank"] = means["track"] if numbered else -means["pitch"]
    if track_names:
        called = _called(means, track_names)
        all_are = called.groupby(means["piece"]).transform("nunique") == VOICES
        means["rank"] = means["rank"].where(~(four & all_are), called)
    ranked = means[four].sort_values(["piece", "rank", "track"], kind="stable")
    number = pd.Series(
        np.tile(np.arange(VOICES), len(ranked) // VOICES),
        pd.MultiIndex.from_frame(ranked[["piece", "track"]]),
        dtype=np.int64,
    )
    kept = pitched[pitched["piece"].isin(ranked["piece"])]
    tracks = number.reindex(pd.MultiIndex.from_frame(kept[["piece", "track"]])).to_numpy()
    return validate(kept.assign(track=tracks).sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def _called(tracks: pd.DataFrame, track_names: Mapping[str, Sequence[str]]) -> pd.Series:
    """The number of the voice that each of `tracks` (columns piece, track) is called after; NaN if after none."""
    numbers = {name: number for number, name in enumerate(VOICE_NAMES)}
    names = [
        track_names[piece][track].strip().lower() if piece in track_names else ""
        for piece, track in zip(tracks["piece"], tracks["track"], strict=True)
    ]
    return pd.Series(names, tracks.index, dtype=object).map(numbers)
