"""Everything this room can say of a set of music, as one plain, JSON-ready judgement. Undefined numbers are None.

`counterpoint.report.contents` tables its keys.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from counterpoint.evaluation import catalog, distribution, histograms, originality, recurrence, tracks
from counterpoint.evaluation.bootstrap import drawn, interval
from counterpoint.evaluation.counts import ratio
from counterpoint.evaluation.distance import distance_to_real
from counterpoint.evaluation.music import Music, music
from counterpoint.evaluation.originality import Index, Originality
from counterpoint.evaluation.sameness import sameness
from counterpoint.evaluation.textures import Texture, excerpt_lengths, excerpts, piece_of, render

BOOTSTRAP_DRAWS = 1000
CURVE_POINTS = 96  # of a density, in a judgement
Judgement = dict[str, Any]


class JudgeError(ValueError):
    """Music that cannot be judged; the message says which, and why."""


@dataclass(frozen=True, eq=False)
class Bench:
    """What sets of music are judged against, in one texture: prepared once, for any number of them."""

    texture: Texture
    real: pd.DataFrame  # the held-out pieces, rendered
    training: Index | None  # None: nothing can be said of copying
    human: Originality | None  # the held-out pieces' own
    seed: int


def prepare(real: pd.DataFrame, training: pd.DataFrame | None, texture: Texture, *, seed: int) -> Bench:
    """real, training: note tables as they are; both are rendered to `texture`.

    Raises JudgeError where no piece of `real` can be.
    """
    rendered = render(real, texture)
    if rendered.empty:
        raise JudgeError(
            f"none of the {real['piece'].nunique()} reference pieces can be rendered as {texture}: "
            + ("that takes four pitched tracks; try melody" if texture == "voices" else "they hold no pitched notes")
        )
    known = None if training is None else originality.index(music(render(training, texture)))
    human = None if known is None else originality.originality(music(rendered), known)
    return Bench(texture, rendered, known, human, seed)


def judge(notes: pd.DataFrame, bench: Bench, *, numbered: bool = False) -> Judgement:
    """Judge a note table as it is. A set without notes is judged too: nothing can be said of it.

    numbered: as `textures.render` has it.
    """
    rendered = render(notes, bench.texture, numbered=numbered)
    cut, real_cut = (music(excerpts(table), lengths=excerpt_lengths(table)) for table in (rendered, bench.real))
    distance = distance_to_real(rendered, bench.real, bench.texture, seed=bench.seed)
    same = sameness(music(rendered))
    missing = sorted(set(notes["piece"]) - set(rendered["piece"]))
    return _plain(
        {
            "texture": bench.texture,
            "generated": _counts(rendered, cut),
            "real": _counts(bench.real, real_cut),
            "distance_to_real": {
                "value": distance.value,
                "low": distance.low,
                "high": distance.high,
                "families": distance.families,
            },
            "measures": _measures(cut, real_cut, bench),
            "tracks": tracks.by_track(cut, real_cut, bench.texture),
            "pairs": tracks.by_pair(cut, real_cut, bench.texture),
            "distributions": _distributions(cut, real_cut),
            "histograms": [_histogram(found) for found in histograms.histograms(cut, real_cut)],
            "repetitions": {
                "labels": list(recurrence.LENGTHS),
                "generated": recurrence.by_length(cut),
                "real": recurrence.by_length(real_cut),
            },
            "originality": _originality(rendered, bench),
            "diversity": {"relative": distance.diversity, "distinct": same.distinct, "most_shared": same.most_shared},
            "left_out": {piece: why_left_out(bench.texture) for piece in missing},
        }
    )


def figures(judgement: Judgement) -> dict[str, float | None]:
    """The judgement's numbers, flat, for metrics.json: what DVC shows and MLflow compares.

    A measure's name is followed by `_real` for the held-out pieces' own; families are `distance_NAME`, the features of
    `evaluation.distribution` `overlap_area_NAME` and `kl_divergence_NAME`, histograms `overlap_NAME`. Music of several
    tracks has what `evaluation.tracks.differences` gives too.
    """
    distance = judgement["distance_to_real"]
    found = {
        "distance_to_real" + end: distance[key] for end, key in (("", "value"), ("_low", "low"), ("_high", "high"))
    }
    found["diversity"] = judgement["diversity"]["relative"]
    found["distinct_pieces"] = judgement["diversity"]["distinct"]
    found["most_shared_tones"] = judgement["diversity"]["most_shared"]
    if judgement["originality"]:
        for who in ("", "human_"):
            found[f"{who}copied_share"] = judgement["originality"][f"{who}copied_share"]["value"]
            found[f"{who}longest_run_notes"] = judgement["originality"][f"{who}longest_run_notes"]
    for measure in judgement["measures"]:
        found[measure["name"]] = measure["generated"]["value"]
        found[f"{measure['name']}_real"] = measure["real"]["value"]
    found |= {f"overlap_{of['name']}": of["overlap"] for of in judgement["histograms"]}
    for of in judgement["distributions"]:
        found |= {f"{what}_{of['feature']}": of[what] for what in ("overlap_area", "kl_divergence")}
    found |= {f"distance_{name}": value for name, value in distance["families"].items()}
    return found | tracks.differences(judgement["tracks"], judgement["pairs"])


def distance_table(judgements: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Rows music, distance_to_real, low, high, for a table or a plot; the music is what a judgement goes by."""
    keys = ("value", "low", "high")
    rows = [[name, *(of["distance_to_real"][key] for key in keys)] for name, of in judgements.items()]
    return pd.DataFrame(rows, columns=["music", "distance_to_real", "low", "high"])


def failed_guards(
    notes: pd.DataFrame,
    judgement: Judgement,
    bench: Bench,
    *,
    asked: int,
    copying_margin: float,
    least_diversity: float,
) -> dict[str, str]:
    """Guard → why it failed; empty if all is well.

    - silent: fewer than two pieces can be judged, or fewer than half of those that the model was `asked` for: a piece
      without notes is in no note table, and the model would be judged by the others alone;
    - collapsed: the pieces differ from each other less than `least_diversity` times as much as real ones do,
      of which nothing can be said where fewer than two real pieces differ;
    - copying: `originality.copying`, with `copying_margin`.
    """
    count = judgement["generated"]["pieces"]
    if count < max(2, asked / 2):
        return {"silent": f"{count} of its {asked} pieces hold notes that can be judged as {bench.texture}"}
    failed = {}
    diversity = judgement["diversity"]["relative"]
    if diversity is not None and diversity < least_diversity:
        failed["collapsed"] = (
            f"its pieces differ {diversity:.2f} times as much as real ones do, {least_diversity:.2f} is the least"
        )
    if bench.training is not None and bench.human is not None:
        found = originality.originality(music(render(notes, bench.texture)), bench.training)
        reason = originality.copying(found, bench.human, copying_margin)
        if reason:
            failed["copying"] = reason
    return failed


def _counts(notes: pd.DataFrame, cut: Music) -> dict[str, int]:
    return {"pieces": int(notes["piece"].nunique()), "excerpts": len(cut.pieces), "notes": len(notes)}


def why_left_out(texture: Texture) -> str:
    """Why a piece cannot be rendered in `texture`."""
    return "not four pitched tracks" if texture == "voices" else "no pitched note"


def _measures(cut: Music, real_cut: Music, bench: Bench) -> list[dict[str, Any]]:
    """Every metric of the texture: means over excerpts, intervals by drawing pieces."""
    sides = {
        side: _means(catalog.measure(of, bench.texture), bench.seed)
        for side, of in (("generated", cut), ("real", real_cut))
    }
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
        for metric in catalog.metrics_of(bench.texture)
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


def _distributions(cut: Music, real_cut: Music) -> list[dict[str, Any]]:
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


def _histogram(found: histograms.Histogram) -> dict[str, Any]:
    return {
        "name": found.name,
        "title": found.title,
        "unit": found.unit,
        "labels": list(found.labels),
        "generated": found.generated,
        "real": found.real,
        "overlap": found.overlap,
    }


def _originality(rendered: pd.DataFrame, bench: Bench) -> dict[str, Any] | None:
    if bench.training is None or bench.human is None:
        return None
    ours = originality.summary(originality.originality(music(rendered), bench.training), seed=bench.seed)
    human = originality.summary(bench.human, seed=bench.seed)
    return {
        f"{who}{key}": value
        for who, of in (("", ours), ("human_", human))
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


def _plain(value: Any) -> Any:
    """JSON's own types, six significant digits, None for what is not a finite number."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
