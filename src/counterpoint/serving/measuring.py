"""`POST /evaluate`: the report's metrics of one file, beside those of the packaged model and of held-out music."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from counterpoint.evaluation.catalog import measure, metrics_of
from counterpoint.evaluation.music import music
from counterpoint.evaluation.textures import Texture, excerpt_lengths, excerpts, render

MOST_TRACKS = 64  # every two of them are compared
_DIGITS = 6


def measured(notes: pd.DataFrame, texture: Texture, figures: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """The rows of `described`, and in each the value of a file.

    It is brought to that texture and cut to excerpts of sixteen quarter notes, as all music of the report is; a
    value is the mean of those for which the metric is defined, None where there is none.

    Raises ValueError for music that cannot be brought to that texture.
    """
    rendered = render(notes, texture)
    if rendered.empty:
        wants = "four pitched tracks" if texture == "voices" else "a pitched note"
        raise ValueError(f"the file cannot be measured as {texture}: that takes {wants}")
    if (tracks := rendered["track"].nunique()) > MOST_TRACKS:
        raise ValueError(f"the file cannot be measured as {texture}: it has {tracks} tracks, allowed are {MOST_TRACKS}")
    means = measure(music(excerpts(rendered), lengths=excerpt_lengths(rendered)), texture).mean()
    return [row | {"value": _plain(means[row["name"]])} for row in described(texture, figures)]


def described(texture: str, figures: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """One row a metric of `texture`: name, title, unit, meaning; and model, held_out, from `figures`.

    figures: a model's by metric, where they are of that texture; held-out music's own end in `_real`.
    """
    return [
        {
            "name": metric.name,
            "title": metric.title,
            "unit": metric.unit,
            "meaning": metric.meaning,
            "model": figures.get(metric.name),
            "held_out": figures.get(f"{metric.name}_real"),
        }
        for metric in metrics_of(texture)
    ]


def _plain(value: float) -> float | None:
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
