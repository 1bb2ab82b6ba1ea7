"""Everything this room can say of a set of music, as one plain, JSON-ready judgement. Undefined numbers are None.

`counterpoint.report.contents` tables its keys.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from counterpoint.evaluation import histograms, originality, parts, recurrence, tracks
from counterpoint.evaluation.distance import distance_to_real
from counterpoint.evaluation.music import Music, music
from counterpoint.evaluation.originality import Index, Originality
from counterpoint.evaluation.sameness import sameness
from counterpoint.evaluation.textures import Texture, excerpt_lengths, excerpts, render

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


def prepare(
    real: pd.DataFrame, training: pd.DataFrame | None, texture: Texture, *, seed: int, numbered: bool = False
) -> Bench:
    """real, training: note tables as they are; both are rendered to `texture`.

    numbered: as `textures.render` has it. Raises JudgeError where no piece of `real` can be.
    """
    rendered = render(real, texture, numbered=numbered)
    if rendered.empty:
        raise JudgeError(
            f"none of the {real['piece'].nunique()} reference pieces can be rendered as {texture}: "
            + ("that takes four pitched tracks; try melody" if texture == "voices" else "they hold no pitched notes")
        )
    known = None if training is None else originality.index(music(render(training, texture, numbered=numbered)))
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
            "measures": parts.measures(cut, real_cut, bench.texture, bench.seed),
            "tracks": tracks.by_track(cut, real_cut, bench.texture),
            "pairs": tracks.by_pair(cut, real_cut, bench.texture),
            "distributions": parts.distributions(cut, real_cut),
            "histograms": [parts.histogram(found) for found in histograms.histograms(cut, real_cut)],
            "repetitions": {
                "labels": list(recurrence.LENGTHS),
                "generated": recurrence.by_length(cut),
                "real": recurrence.by_length(real_cut),
            },
            "originality": parts.copied(rendered, bench.training, bench.human, bench.seed),
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


def _plain(value: Any) -> Any:
    """JSON's own types, six significant digits, None for what is not a finite number."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
