"""Which music becomes tones, split by split, and what is lost of it; these splits on disk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from counterpoint.encodings.arrays import as_text, load_arrays, save_arrays
from counterpoint.encodings.events import TRANSPOSITIONS
from counterpoint.encodings.grid import kept_shares
from counterpoint.encodings.scale import FEATURES, GAP, PITCH, Scale, whole_bars_ticks
from counterpoint.encodings.splits import split_notes
from counterpoint.encodings.vectors import NO_TRANSPOSITION, Encoded, encode, features, on_grid, too_short, windows
from counterpoint.params import Params, Vectors

WINDOW_TONES = (32, 64, 128)  # lengths of the windows that are counted


def described(notes: pd.DataFrame, pieces: pd.DataFrame, settings: Params) -> tuple[str, pd.DataFrame, dict[str, Any]]:
    """The scale's JSON, the frequencies of the training split, and `covered` of each split."""
    tables = _tables(notes, pieces, settings)
    scale = fit_scale(tables["train"], settings.vectors)
    covers = {split: covered(table, scale) for split, table in tables.items()}
    return scale.to_json(), frequencies(tables["train"], scale), covers


def encoded_splits(notes: pd.DataFrame, pieces: pd.DataFrame, scale: Scale, settings: Params) -> dict[str, Encoded]:
    """The splits {"train", "validation", "test"} as tones; only training's pieces have transpositions."""
    tables = _tables(notes, pieces, settings)
    of_split = {"train": _transpositions(settings.vectors)}
    return {split: encode(table, scale, of_split.get(split, NO_TRANSPOSITION)) for split, table in tables.items()}


def fit_scale(training: pd.DataFrame, settings: Vectors) -> Scale:
    """The ranges of the tones of `training`, a note table without drums, its pitches also as training transposes them
    (within MIDI's 0 to 127). Gaps are 0 to a bar at least: music may begin at any place in it, and of a gap beyond the
    scale whole bars are left out. Their program is the one that most notes bear.
    """
    kept = on_grid(training, settings.grid_ticks, settings.texture)
    values = features(kept, settings.grid_ticks)[2]
    low, high = values.min(axis=0), values.max(axis=0)
    shifts = _transpositions(settings)
    low[PITCH], high[PITCH] = max(low[PITCH] + shifts[0], 0), min(high[PITCH] + shifts[-1], 127)
    low[GAP], high[GAP] = 0, max(high[GAP], whole_bars_ticks(settings.grid_ticks))
    return Scale(
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        grid_ticks=settings.grid_ticks,
        tones_per_step=settings.tones_per_step,
        times=settings.times,
        texture=settings.texture,
        program=int(kept["program"].mode()[0]),
    )


def covered(notes: pd.DataFrame, scale: Scale) -> dict[str, Any]:
    """How much of a split its tones say: `grid.kept_shares`, and

    merged: the share of notes that are no tone, as another begins with them at their pitch (in a melody: as a higher
    one does); tones: how many there are; clipped: of how many each feature is outside the scale; windows: of so many
    tones how many there are, and which pieces are too short for one.
    """
    notes = notes.reset_index(drop=True)
    kept = on_grid(notes, scale.grid_ticks, scale.texture)
    values = features(kept, scale.grid_ticks)[2]
    outside = ((values < scale.low) | (values > scale.high)).sum(axis=0)
    encoded = encode(notes, scale)
    return {
        "pieces": len(encoded.pieces),
        **kept_shares(notes, kept, scale.grid_ticks),
        "merged": (len(notes) - len(kept)) / max(len(notes), 1),
        "tones": len(kept),
        "clipped": dict(zip(FEATURES, outside.tolist(), strict=True)),
        "windows": {
            str(tones): {"windows": len(windows(encoded, tones, 1)), "too_short": list(too_short(encoded, tones, 1))}
            for tones in WINDOW_TONES
        },
    }


def frequencies(training: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """How often every value of every feature occurs: columns feature, value (ticks, MIDI number or velocity), scaled
    (to [-1, 1]), count, share (of the tones). Music is counted untransposed.
    """
    values = features(on_grid(training, scale.grid_ticks, scale.texture), scale.grid_ticks)[2]
    parts = []
    for place, feature in enumerate(FEATURES):
        found, counts = np.unique(values[:, place], return_counts=True)
        rows = np.tile(np.array(scale.low), (len(found), 1))
        rows[:, place] = found
        share = counts / counts.sum()
        scaled = scale.scaled(rows)[:, place]
        parts.append(
            pd.DataFrame({"feature": feature, "value": found, "scaled": scaled, "count": counts, "share": share})
        )
    return pd.concat(parts, ignore_index=True)


def save_splits(path: Path, splits: Mapping[str, Encoded]) -> None:
    """Write `splits` to `path` (.npz).

    Arrays are named "SPLIT/pieces" (text), "SPLIT/offsets", "SPLIT/values" and "SPLIT/shifts", as in Encoded.
    """
    save_arrays(
        path,
        {
            split: {
                "pieces": as_text(encoded.pieces),
                "offsets": encoded.offsets,
                "values": encoded.values,
                "shifts": encoded.shifts,
            }
            for split, encoded in splits.items()
        },
    )


def load_split(path: Path, split: str) -> Encoded:
    """One split of `path`. Raises ValueError, listing the splits there are, if it is not there."""
    stored = load_arrays(path, split)
    pieces = tuple(stored["pieces"].tolist())
    return Encoded(pieces, *(stored[name] for name in ("offsets", "values", "shifts")))


def _tables(notes: pd.DataFrame, pieces: pd.DataFrame, settings: Params) -> dict[str, pd.DataFrame]:
    chosen = settings.vectors
    return split_notes(chosen.texture, notes, pieces, settings, key=chosen.key)


def _transpositions(settings: Vectors) -> range:
    return TRANSPOSITIONS if settings.key == "augment" else NO_TRANSPOSITION
