"""A version's figures as rows for people: what was measured, its interval, and what it is to be compared with."""

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

Unit = Literal["", "nats an event", "share", "percent", "points", "notes"]


class Figure(NamedTuple):
    """One figure of metrics.json and how to read it; its 95 % interval is NAME_low and NAME_high."""

    name: str
    title: str
    unit: Unit
    beside: tuple[tuple[str, str], ...] = ()  # (name, title) of the figures it is compared with
    meaning: str = ""


FIGURES = (
    Figure(
        "distance_to_real",
        "distance to held-out music",
        "",
        meaning="The distance is to held-out music of the same texture: about 0 is as near as more such music would "
        "be, 1 is nothing in common.",
    ),
    Figure(
        "test_joint_nll",
        "likelihood of held-out music",
        "nats an event",
        (("ngram_best_joint_nll", "best n-gram"),),
        meaning="Fewer nats an event are better: held-out music surprises the model less.",
    ),
    Figure("improvement_percent", "fewer nats than the best n-gram", "percent"),
    Figure("test_note_nll", "of notes or chords alone", "nats an event"),
    Figure("test_duration_nll", "of durations alone", "nats an event"),
    Figure("test_note_accuracy", "likeliest note or chord is right", "share"),
    Figure("test_duration_accuracy", "likeliest duration is right", "share"),
    Figure(
        "used_pitch_classes_difference",
        "used pitch classes, off real music",
        "share",
        meaning="Off real music: mean difference from held-out music's, over tracks or pairs of them.",
    ),
    Figure("tonal_distance_difference", "tonal distance, off real music", "share"),
    Figure("empty_bars_difference", "empty bars, off real music", "points"),
    Figure("overlap_note_length", "note lengths shared with real music", "share"),
    Figure(
        "paired_tonal_distance",
        "tonal distance to its given track",
        "",
        (("shuffled_tonal_distance", "to another piece's"),),
        meaning="An accompaniment that hears its track is nearer to its own.",
    ),
    Figure(
        "copied_share",
        "8-note windows that stand in training",
        "share",
        (("human_copied_share", "held-out music"),),
        meaning="Music of one style has figures in common: copying is what goes beyond the share of held-out music.",
    ),
    Figure(
        "longest_run_notes",
        "longest passage copied",
        "notes",
        (("human_longest_run_notes", "held-out music"),),
    ),
    Figure(
        "diversity",
        "variety among its pieces",
        "",
        meaning="Variety is relative to real music: 1 is as various, 0 is always the same piece.",
    ),
)


def table(metrics: Mapping[str, float | None]) -> list[str]:
    """The figures that `metrics` has, as lines of a Markdown table and of what they mean; empty if it has none.

    Undefined ones (None, NaN) are passed over.
    """
    known = finite(metrics)
    shown = [figure for figure in FIGURES if figure.name in known]
    if not shown:
        return []
    lines = ["| measure | this model | 95 % interval | beside it |", "| --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(_row(figure, known))} |" for figure in shown]
    return [*lines, "", " ".join(figure.meaning for figure in shown if figure.meaning)]


def finite(metrics: Mapping[str, float | None]) -> dict[str, float]:
    """`metrics` without what is undefined."""
    return {name: value for name, value in metrics.items() if value is not None and math.isfinite(value)}


def _row(figure: Figure, known: Mapping[str, float]) -> tuple[str, ...]:
    low, high = (known.get(f"{figure.name}_{end}") for end in ("low", "high"))
    bare: Unit = "" if figure.unit == "nats an event" else figure.unit
    interval = "" if low is None or high is None else f"{said(low, bare)} to {said(high, bare)}"
    beside = [f"{title}: {said(known[name], bare)}" for name, title in figure.beside if name in known]
    value = said(known[figure.name], figure.unit)
    return f"{figure.title} (`{figure.name}`)", value, interval, ", ".join(beside)


def said(value: float, unit: Unit) -> str:
    """A value as people read it: shares in per cent, points to a tenth, notes whole, all else to three decimals."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "percent":
        return f"{value:.1f} %"
    if unit == "points":
        return f"{value:.1f} points"
    if unit == "notes":
        return f"{value:.0f} notes"
    return f"{value:.3f} {unit}".rstrip()
