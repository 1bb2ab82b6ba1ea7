"""Pieces of four voices, numbered alike."""

import numpy as np
import pandas as pd

from counterpoint.notes.table import SORT_KEYS, validate

VOICES = 4
VOICE_NAMES = ("soprano", "alto", "tenor", "bass")


def four_voices(notes: pd.DataFrame, *, numbered: bool = False) -> pd.DataFrame:
    """Every piece of exactly four pitched tracks, these numbered 0, the highest by mean pitch, to 3, the lowest.

    Drums are dropped, other pieces are not in the result. Of equal means the lower track number comes first. A track
    need not be one voice: what sounds at once in it is left.

    numbered: the tracks are in the voices' order already, and stay in it, whichever lies higher.
    """
    pitched = notes.loc[~notes["is_drum"].to_numpy(bool)]
    means = pitched.groupby(["piece", "track"])["pitch"].mean().reset_index()
    four = means.groupby("piece")["track"].transform("size") == VOICES
    means["rank"] = means["track"] if numbered else -means["pitch"]
    ranked = means[four].sort_values(["piece", "rank", "track"], kind="stable")
    number = pd.Series(
        np.tile(np.arange(VOICES), len(ranked) // VOICES),
        pd.MultiIndex.from_frame(ranked[["piece", "track"]]),
        dtype=np.int64,
    )
    kept = pitched[pitched["piece"].isin(ranked["piece"])]
    tracks = number.reindex(pd.MultiIndex.from_frame(kept[["piece", "track"]])).to_numpy()
    return validate(kept.assign(track=tracks).sort_values(SORT_KEYS, kind="stable", ignore_index=True))
