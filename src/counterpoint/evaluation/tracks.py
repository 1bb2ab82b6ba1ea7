"""Generated beside real music, track by track and pair of tracks by pair: the table of Dong et al. 2018, "MuseGAN".

Their section "Objective Metrics for Evaluation" compares a generator with its data by empty bars, used pitch classes,
qualified notes and drum patterns of each track, and by the tonal distance of each pair.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from counterpoint.evaluation import catalog
from counterpoint.evaluation.harmony import tonal_distances
from counterpoint.evaluation.music import Music

TRACKED = ("voices", "band")  # the textures whose tracks mean the same in every piece
Rows = list[dict[str, Any]]


def by_track(cut: Music, real_cut: Music, texture: str) -> Rows:
    """`{track, measure, generated, real}`: means over excerpts; none where the texture has one track."""
    if texture not in TRACKED:
        return []
    ours, theirs = (catalog.measure_tracks(of, texture).melt("track", var_name="measure") for of in (cut, real_cut))
    both = theirs.merge(ours, on=["track", "measure"], how="outer", suffixes=("_real", "_generated"))
    both = both.rename(columns={"value_real": "real", "value_generated": "generated"})
    columns = ["track", "measure", "generated", "real"]
    return [{str(key): value for key, value in row.items()} for row in both[columns].to_dict("records")]


def by_pair(cut: Music, real_cut: Music, texture: str) -> Rows:
    """`{tracks: [lower, higher], generated, real}`: tonal distances, means over excerpts where both tracks sound."""
    if texture not in TRACKED:
        return []
    ours, theirs = (
        {pair: pd.Series(of_pair).mean() for pair, of_pair in tonal_distances(of).items()} for of in (cut, real_cut)
    )
    return [
        {"tracks": list(pair), "generated": ours.get(pair, np.nan), "real": theirs.get(pair, np.nan)}
        for pair in sorted({*ours, *theirs})
    ]


def differences(tracks: Sequence[Mapping[str, Any]], pairs: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """How far the generated music is from the real, one number a metric, from the rows above (None: undefined).

    - used_pitch_classes_difference, tonal_distance_difference: the mean over tracks (pairs) of |generated / real - 1|,
      a share. A track (pair) that only the real music has counts as 1;
    - empty_bars_difference: the mean over tracks of |generated - real|, in points, of which 100 are all bars.

    Empty without rows.
    """
    if not tracks:
        return {}
    by_measure = {
        measure: [row for row in tracks if row["measure"] == measure]
        for measure in ("used_pitch_classes", "empty_bars")
    }
    points = [100 * abs(_or(row["generated"], 1.0) - row["real"]) for row in by_measure["empty_bars"] if _known(row)]
    return {
        "used_pitch_classes_difference": _mean(_relative(by_measure["used_pitch_classes"])),
        "tonal_distance_difference": _mean(_relative(pairs)),
        "empty_bars_difference": _mean(points),
    }


def _relative(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    return [abs(_or(row["generated"], 0.0) / row["real"] - 1) for row in rows if _known(row) and row["real"]]


def _known(row: Mapping[str, Any]) -> bool:
    return row["real"] is not None


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _mean(values: Sequence[float]) -> float | None:
    return float(f"{np.mean(values):.6g}") if values else None
