"""The parts of a judgement, each as rows to be tabled or drawn: measures, distributions, histograms, originality."""

import math
from typing import Any

import numpy as np
import pandas as pd

from counterpoint.evaluation import catalog, distribution, originality
from counterpoint.evaluation.bootstrap import drawn, interval
from counterpoint.evaluation.counts import ratio
from counterpoint.evaluation.histograms import Histogram
from counterpoint.evaluation.music import Music, music
from counterpoint.evaluation.originality import Index, Originality
from counterpoint.evaluation.textures import Texture, piece_of

BOOTSTRAP_DRAWS = 1000
CURVE_POINTS = 96  # of a density, in a judgement
Rows = list[dict[str, Any]]


def measures(cut: Music, real_cut: Music, texture: Texture, seed: int) -> Rows:
    """Every metric of the texture: means over excerpts, intervals by drawing pieces."""
    sides = {side: _means(catalog.measure(of, texture), seed) for side, of in (("generated", cut), ("real", real_cut))}
    return [
        {
            "name": metric.name,
            "title": metric.title,
            "family": metric.family,
            "unit": metric.unit,
            "meaning": metric.meaning,
            "generated": sides["generated"][metric.name],
            "real": sides["real"][metric.name],
        }
        for metric in catalog.metrics_of(texture)
    ]


def _means(table: pd.DataFrame, seed: int) -> dict[str, dict[str, float]]:
    """Column → its mean over all rows (excerpts) where it is defined, and 95 % of the means of drawn pieces."""
    owners = pd.Index([piece_of(str(name)) or str(name) for name in table.index])
    sums = table.groupby(owners).sum(min_count=0).to_numpy(float)
    counts = table.notna().groupby(owners).sum().to_numpy(float)
    pieces = len(sums)
    if not pieces:
        return {str(name): {"value": math.nan, "low": math.nan, "high": math.nan} for name in table}
    draws = np.vstack([np.ones(pieces), drawn(pieces, BOOTSTRAP_DRAWS, seed)])
    means = ratio(draws @ sums, draws @ counts)
    result = {}
    for name, column in zip(table.columns, means.T, strict=True):
        low, high = interval(column[1:])
        result[str(name)] = {"value": float(column[0]), "low": low, "high": high}
    return result


def distributions(cut: Music, real_cut: Music) -> Rows:
    """Every feature's distances (`distribution.compare`), and their densities at `CURVE_POINTS` places."""
    rows = []
    for feature, found in distribution.each_distances(cut, real_cut):  # one at a time: they are as many as pairs
        (row,) = distribution.compare({feature: found}).to_dict("records")
        curves = distribution.densities(found)
        grid = np.linspace(curves.grid[0], curves.grid[-1], CURVE_POINTS) if curves.grid.size else curves.grid
        rows.append(
            {str(key): value for key, value in row.items()}
            | {
                "grid": grid,
                "intra_density": np.interp(grid, curves.grid, curves.intra_real) if grid.size else grid,
                "inter_density": np.interp(grid, curves.grid, curves.inter) if grid.size else grid,
            }
        )
    return rows


def histogram(found: Histogram) -> dict[str, Any]:
    """One histogram of both sets."""
    return {
        "name": found.name,
        "title": found.title,
        "unit": found.unit,
        "labels": list(found.labels),
        "generated": found.generated,
        "real": found.real,
        "overlap": found.overlap,
    }


def copied(
    rendered: pd.DataFrame, training: Index | None, human: Originality | None, seed: int
) -> dict[str, Any] | None:
    """What of `rendered` stands in the training music, and what of held-out music (`human`) does; None if unknown."""
    if training is None or human is None:
        return None
    ours = originality.summary(originality.originality(music(rendered), training), seed=seed)
    theirs = originality.summary(human, seed=seed)
    return {
        f"{who}{key}": value
        for who, of in (("", ours), ("human_", theirs))
        for key, value in {
            "copied_share": {
                "value": of.copied_share,
                "low": of.copied_share_low,
                "high": of.copied_share_high,
            },
            "longest_run_notes": of.longest_run_notes,
            "longest_run_piece": of.longest_run_piece,
            "longest_run_sample": of.longest_run_sample,
        }.items()
    }
