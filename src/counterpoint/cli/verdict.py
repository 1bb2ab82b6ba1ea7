"""What `counterpoint evaluate` found, as text for a terminal."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counterpoint.report.numbers import difference, interval, known, number, percent

_COLUMNS = 120
_SHOWN = 5  # of a list of files or pieces
_Row = tuple[str, str, Mapping[str, Any]]  # mark, title, distance


@dataclass(frozen=True)
class Beside:
    """A set of music that shows what a distance means."""

    name: str
    title: str
    judgement: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """All that is to be said of a folder."""

    name: str
    reference: str
    judgement: Mapping[str, Any]
    beside: tuple[Beside, ...]
    reference_left_out: Mapping[str, str]  # piece → why
    warnings: tuple[str, ...]
    files: Mapping[str, str]  # file → "ok", or what is the matter


def lines(of: Verdict) -> list[str]:
    """The whole text: sets, distance among its rows, measures, originality, diversity, and what was left out."""
    judgement = of.judgement
    return [
        f"{of.name}, as {judgement['texture']}: {_counts(judgement['generated'])}",
        f"judged against {of.reference}: {_counts(judgement['real'])}",
        *_headed("Distance to the reference", _distances(of)),
        *_headed("Measures: means over excerpts, with 95 % intervals", _measures(judgement["measures"])),
        *_headed("Originality", _originality(judgement["originality"])),
        *_headed("Diversity", _diversity(judgement["diversity"]["relative"])),
        *_headed("Take care", [line for said in of.warnings for line in _wrapped(said)]),
        *_headed("Left out", _left_out(of)),
        *_headed("Files not taken", _unread(of.files)),
    ]


def _headed(heading: str, body: Sequence[str]) -> list[str]:
    return ["", heading, *(f"  {line}".rstrip() for line in body)] if body else []


def _counts(of: Mapping[str, int]) -> str:
    return f"{number(of['pieces'])} pieces, {number(of['excerpts'])} excerpts, {number(of['notes'])} notes"


def _distances(of: Verdict) -> list[str]:
    own: _Row = (">", of.name, of.judgement["distance_to_real"])
    rows: list[_Row] = [own, *(("", row.title, row.judgement["distance_to_real"]) for row in of.beside)]
    rows.sort(key=lambda row: (not known(row[2]["value"]), row[2]["value"] or 0))
    table = [["", "distance_to_real", "95 % interval", "music"]]
    table += [[mark, number(found["value"]), interval(found), title] for mark, title, found in rows]
    return [*_table(table, right={1}), *_wrapped(_meaning(of, [row for row in rows if known(row[2]["value"])], own))]


def _meaning(of: Verdict, rows: list[_Row], own: _Row) -> str:
    said = "0: nothing tells two sets apart; about 1: they have nothing in common."
    if not of.beside or own not in rows:
        return said
    said += (
        " Half of the reference is judged against its other half, so these rows are not those of a project's report, "
        "which have the validation split against the test split."
    )
    place = rows.index(own)
    between = [f"farther away than {_quoted(rows[place - 1])}"] if place else []
    between += [f"nearer than {_quoted(rows[place + 1])}"] if place + 1 < len(rows) else []
    said += f" {of.name} stands {' and '.join(between)}"
    alike = [_quoted(row) for row in rows if row is not own and _overlap(row[2], own[2])]
    if not alike:
        return f"{said}."
    rows_alike = alike[0] if len(alike) == 1 else f"{len(alike)} rows, {alike[0]} to {alike[-1]}"
    return f"{said}; by their intervals it is not told apart from {rows_alike}."


def _quoted(row: _Row) -> str:
    return f"“{row[1]}”"


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    ends = [of[end] for of in (one, other) for end in ("low", "high")]
    return all(map(known, ends)) and ends[0] <= ends[3] and ends[2] <= ends[1]


def _measures(measures: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [["measure", "judged", "", "reference", "", "difference", "unit"]]
    for measure in measures:
        ours, real = measure["generated"], measure["real"]
        apart = difference(ours["value"], real["value"])
        rows.append(
            [
                measure["title"],
                *(text for of in (ours, real) for text in (number(of["value"]), _bracketed(of))),
                percent(apart, signed=True),
                measure["unit"].replace("chord changes", "changes"),  # a line has 120 columns at most
            ]
        )
    return _table(rows, right={1, 3, 5})


def _bracketed(of: Mapping[str, Any]) -> str:
    ends = interval(of)
    return f"({ends})" if ends else ""


def _originality(of: Mapping[str, Any] | None) -> list[str]:
    if of is None:
        return ["nothing can be said of copying without --training, the music that it may be copied from"]
    said = []
    for who, name in (("", "of its windows of eight notes"), ("human_", "of the reference's")):
        share = of[f"{who}copied_share"]
        ends = f" ({percent(share['low'])} to {percent(share['high'])})" if known(share["low"]) else ""
        run, sample, piece = (of[f"{who}longest_run_{what}"] for what in ("notes", "sample", "piece"))
        longest = f"; the longest run, of {run} notes in {sample}, is from {piece}" if run else "; no run of eight"
        said.append(f"{percent(share['value'])}{ends} {name} stand in the training music{longest}")
    return [line for sentence in said for line in _wrapped(sentence)]


def _diversity(relative: float | None) -> list[str]:
    if not known(relative):
        return ["not defined: the reference's pieces do not differ"]
    return [f"its pieces differ from each other {number(relative)} times as much as the reference's (0: all are alike)"]


def _left_out(of: Verdict) -> list[str]:
    return [*_listed(of.judgement["left_out"], of.name), *_listed(of.reference_left_out, of.reference)]


def _unread(files: Mapping[str, str]) -> list[str]:
    return _listed({file: status for file, status in files.items() if status != "ok"}, "")


def _listed(reasons: Mapping[str, str], whose: str) -> list[str]:
    prefix = f"{whose}: " if whose else ""
    rows = [f"{prefix}{name}: {reason}" for name, reason in reasons.items()]
    more = [f"{prefix}and {len(rows) - _SHOWN} more, which --json lists"] if len(rows) > _SHOWN else []
    return [line for row in [*rows[:_SHOWN], *more] for line in _wrapped(row)]


def _table(rows: list[list[str]], right: set[int]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _COLUMNS - 2, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
