"""Whether an accompaniment hears what it accompanies: with its own given track it should agree better than with others.

A generator that passes over its condition writes music that goes with any given track equally well.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.evaluation.harmony import tonal_distances
from counterpoint.evaluation.music import music
from counterpoint.notes.table import SORT_KEYS

SHUFFLES = 8


@dataclass(frozen=True)
class Pairing:
    """Tonal distances between a given track and the others; NaN where nothing sounds together."""

    paired: float  # of the music as it is
    shuffled: float  # of each piece's given track beside the other tracks of another piece


def pairing(notes: pd.DataFrame, given: int, *, shuffles: int = SHUFFLES) -> Pairing:
    """How near the others are to the track `given`, in the right pairing and in wrong ones.

    The tonal distance (`harmony.tonal_distances`) of the given track to each other, mean over a piece's pairs and then
    over pieces. Wrong pairings turn the pieces, by name in order, against each other: by 1, by 2, … at most `shuffles`
    times, as far as there are pieces; their distance is the mean over the turns. In each turn the given tracks and the
    others are the same, and only who meets whom differs.

    Raises ValueError for a track that no piece has.
    """
    if not (notes["track"] == given).any():
        raise ValueError(f"no piece has a track {given}; there are {sorted(notes['track'].unique().tolist())}")
    names = sorted(notes["piece"].unique())
    turns = range(1, min(shuffles, len(names) - 1) + 1)
    wrong = [_distance(_turned(notes, given, names, turn), given) for turn in turns]
    return Pairing(_distance(notes, given), float(np.mean(wrong)) if wrong else float("nan"))


def _turned(notes: pd.DataFrame, given: int, names: list[str], turn: int) -> pd.DataFrame:
    """Each piece with the given track of the one `turn` places before it."""
    meets = dict(zip(names, np.roll(names, -turn), strict=True))
    piece = notes["piece"].where(notes["track"] != given, notes["piece"].map(meets))
    return notes.assign(piece=piece).sort_values(SORT_KEYS, kind="stable", ignore_index=True)


def _distance(notes: pd.DataFrame, given: int) -> float:
    with_given = [of for pair, of in tonal_distances(music(notes)).items() if given in pair]
    of_pairs = pd.DataFrame(dict(enumerate(with_given)), dtype=float)
    return float(of_pairs.mean(axis=1).mean())
