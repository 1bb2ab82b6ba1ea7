"""The table of Dong et al. 2018, "MuseGAN", section "Objective Metrics for Evaluation", out of judgements.

Its rows are sets of music: the real one, what to compare with, and the generators. Its columns are measures of each
track and of each pair of tracks, and beyond the paper's own note lengths, diversity and distance.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counterpoint.report.contents import Row, Texture

REFERENCES = ("training", "held_out", "half", "shuffled")  # the rows to compare with that the table shows
OF_TRACKS = (  # measure, heading, unit, factor to that unit
    ("empty_bars", "EB: empty bars", "%", 100),
    ("used_pitch_classes", "UPC: used pitch classes", "a bar", 1),
    ("qualified_notes", "QN: qualified notes", "%", 100),
    ("drum_pattern", "DP: drum pattern", "%", 100),
)


@dataclass(frozen=True)
class Group:
    """Neighbouring columns of one measure, a heading each."""

    title: str
    unit: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One set of music; a cell a column, None where nothing is known."""

    title: str
    kind: str  # real | reference | generator
    cells: tuple[float | None, ...]


@dataclass(frozen=True)
class Part:
    """One table, to be laid out: its lines have as many cells as its groups have columns."""

    title: str
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]


def parts(texture: Texture) -> tuple[Part, ...]:
    """The table in two parts, of tracks and of pairs and wholes; none for a texture whose tracks have no names."""
    rows = [row for row in texture.rows if row.kind == "generator" or row.name in REFERENCES]
    if not texture.tracks or not rows:
        return ()
    shown = [of for of in OF_TRACKS if any(_of_tracks(row, of[0], "real") for row in rows)]
    heard = {name: [t for row in rows for t in _of_tracks(row, name, "real")] for name, *_ in shown}
    columns = {name: sorted(set(tracks)) for name, tracks in heard.items()}
    groups = [
        Group(title, unit, tuple(texture.tracks[track] for track in columns[name])) for name, title, unit, _ in shown
    ]

    def track_cells(row: Row, side: str) -> list[float | None]:
        return [
            _scaled(_of_tracks(row, name, side).get(track), factor)
            for name, *_, factor in shown
            for track in columns[name]
        ]

    pairs = sorted({pair for row in rows for pair in _of_pairs(row, "real")})
    between = [
        Group(
            "TD: tonal distance", "", tuple(f"{texture.tracks[one]}, {texture.tracks[other]}" for one, other in pairs)
        ),
        Group("all tracks", "", ("note lengths in common, %", "diversity", "distance to real")),
    ]

    def whole_cells(row: Row, side: str) -> list[float | None]:
        of_pairs = [_of_pairs(row, side).get(pair) for pair in pairs]
        return of_pairs + ([None] * 3 if side == "real" else _whole(row.judgement))

    return (
        Part("Tracks", tuple(groups), _lines(texture.real_title, rows, track_cells)),
        Part("Between tracks, and as a whole", tuple(between), _lines(texture.real_title, rows, whole_cells)),
    )


def _lines(title: str, rows: Sequence[Row], cells: Callable[[Row, str], list[float | None]]) -> tuple[Line, ...]:
    # A row to compare with may have been judged against half of the real music, a generator is against all.
    whole = next((row for row in rows if row.kind == "generator"), rows[0])
    real = Line(title, "real", tuple(cells(whole, "real")))
    return (real, *(Line(row.title, row.kind, tuple(cells(row, "generated"))) for row in rows))


def _of_tracks(row: Row, measure: str, side: str) -> Mapping[int, float]:
    """Track → value, where it is known."""
    found = row.judgement.get("tracks") or []
    return {of["track"]: of[side] for of in found if of["measure"] == measure and of[side] is not None}


def _of_pairs(row: Row, side: str) -> Mapping[tuple[int, int], float]:
    found = row.judgement.get("pairs") or []
    return {(of["tracks"][0], of["tracks"][1]): of[side] for of in found if of[side] is not None}


def _whole(judgement: Mapping[str, Any]) -> list[float | None]:
    lengths = {of["name"]: of["overlap"] for of in judgement.get("histograms") or []}
    return [
        _scaled(lengths.get("note_length"), 100),
        (judgement.get("diversity") or {}).get("relative"),
        (judgement.get("distance_to_real") or {}).get("value"),
    ]


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
