"""The bands of tests/data/bands, on their five tracks."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from counterpoint.encodings.band import as_band
from counterpoint.notes.midi import read_midi

FOLDER = Path(__file__).parents[1] / "data" / "bands"


@cache
def bands() -> pd.DataFrame:
    """The note table of all eleven."""
    read = [
        read_midi(path.read_bytes(), path.stem, max_notes=5_000, max_beats=500)[0]
        for path in sorted(FOLDER.glob("*.mid"))
    ]
    return as_band(pd.concat(read, ignore_index=True))


def halves(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six of them, and the other five, as the seed has it."""
    names = np.random.default_rng(seed).permutation(sorted(bands()["piece"].unique()))
    one, other = (bands()[bands()["piece"].isin(half)].reset_index(drop=True) for half in np.array_split(names, 2))
    return one, other
