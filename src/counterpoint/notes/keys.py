"""Which key a piece is in, and music moved into another.

Krumhansl and Schmuckler's algorithm (Krumhansl, "Cognitive Foundations of Musical Pitch", 1990, chapter 4): the
durations of the twelve pitch classes are correlated with the probe-tone profiles of Krumhansl and Kessler ("Tracing the
Dynamic Changes in Perceived Tonal Organization", Psychological Review 89, 1982, experiment 1), turned to every tonic.
"""

import numpy as np
import pandas as pd

from counterpoint.notes.table import SORT_KEYS, validate

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_A = 9


def find_keys(notes: pd.DataFrame) -> pd.DataFrame:
    """The likeliest key of every piece: columns piece, tonic (0 C to 11 B), minor, correlation (-1 to 1).

    One row a piece, sorted by piece. Drums have no pitch and do not count. A piece that prefers no pitch class (none at
    all, or all twelve alike) is called C major, at correlation 0. Of equal correlations major comes first, then the
    lower tonic.
    """
    codes, pieces = pd.factorize(notes["piece"], sort=True)
    weights = notes["duration"].to_numpy(float) * ~notes["is_drum"].to_numpy(bool)
    cells = codes * 12 + notes["pitch"].to_numpy(np.int64) % 12
    histograms = np.bincount(cells, weights, minlength=12 * len(pieces)).reshape(-1, 12)
    correlations = _standardised(histograms) @ _standardised(_profiles()).T / 12
    best = correlations.argmax(axis=1)
    return pd.DataFrame(
        {
            "piece": np.asarray(pieces, object),
            "tonic": best % 12,
            "minor": best >= 12,
            "correlation": np.take_along_axis(correlations, best[:, None], axis=1)[:, 0],
        }
    )


def _profiles() -> np.ndarray:
    """24 × 12: the profile of C major to B major, then of C minor to B minor."""
    return np.array([np.roll(mode, tonic) for mode in (_MAJOR, _MINOR) for tonic in range(12)])


def _standardised(rows: np.ndarray) -> np.ndarray:
    """Rows of mean 0 and deviation 1; a constant row becomes 0."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    deviation = centred.std(axis=1, keepdims=True)
    return np.divide(
        centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-12 * np.abs(rows).max(initial=1)
    )


def transpose(notes: pd.DataFrame, semitones: "int | pd.Series[int]") -> pd.DataFrame:
    """`notes` moved up by `semitones`, drums left as they are.

    semitones: one number for all, or a Series of them indexed by piece.
    Raises ValueError if a pitch leaves 0 to 127, or a piece has no entry in the Series.
    """
    if isinstance(semitones, pd.Series):
        shifts = notes["piece"].map(semitones)
        if shifts.isna().any():
            raise ValueError(f"piece {notes['piece'][shifts.isna()].iloc[0]!r} is given no transposition")
        steps = shifts.to_numpy(np.int64)
    else:
        steps = np.full(len(notes), semitones, np.int64)
    pitches = notes["pitch"].to_numpy(np.int64) + np.where(notes["is_drum"].to_numpy(bool), 0, steps)
    outside = np.flatnonzero((pitches < 0) | (pitches > 127))
    if outside.size:
        first = notes.iloc[outside[0]]
        raise ValueError(
            f"piece {first['piece']!r}: pitch {first['pitch']} moved by {steps[outside[0]]} semitones leaves 0 to 127"
        )
    return validate(notes.assign(pitch=pitches).sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def semitones_to_common(keys: pd.DataFrame) -> "pd.Series[int]":
    """The semitones, -5 to 6, that bring each of `keys`, rows as of `find_keys`, to C major or A minor; its index.

    F sharp, a tritone off either way, goes up.
    """
    return (np.where(keys["minor"], _A, 0) - keys["tonic"] + 5) % 12 - 5


def to_common_key(notes: pd.DataFrame) -> pd.DataFrame:
    """`notes`, every piece moved by the semitones that bring its key to the common one (`semitones_to_common`).

    Where that would leave MIDI's 0 to 127, it is moved into the octave beside; if that leaves it too, it stays.
    """
    steps = semitones_to_common(find_keys(notes).set_index("piece"))
    pitches = notes.loc[~notes["is_drum"].to_numpy(bool)].groupby("piece")["pitch"]
    lowest = pitches.min().astype(np.int64).reindex(steps.index, fill_value=60)  # drums alone are not moved
    highest = pitches.max().astype(np.int64).reindex(steps.index, fill_value=60)
    steps = steps + 12 * (lowest + steps < 0) - 12 * (highest + steps > 127)
    return transpose(notes, steps.where((lowest + steps >= 0) & (highest + steps <= 127), 0))
