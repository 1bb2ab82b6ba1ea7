"""The words for what was found, on judgements made by hand."""

import re

import pytest

from counterpoint.cli.verdict import Beside, Verdict, lines


def estimate(value: float | None, low: float | None, high: float | None) -> dict:
    return {"value": value, "low": low, "high": high}


def judgement(distance: dict, **other: object) -> dict:
    measure = {"name": "range", "title": "Range", "unit": "semitones"}
    return {
        "texture": "chords",
        "generated": {"pieces": 12, "excerpts": 34, "notes": 5678},
        "real": {"pieces": 9, "excerpts": 21, "notes": 4321},
        "distance_to_real": distance,
        "measures": [measure | {"generated": estimate(15.0, 14.5, 16.25), "real": estimate(20.0, 19.0, 22.0)}],
        "originality": None,
        "diversity": {"relative": 0.75},
        "left_out": {},
    } | other


def text(of: dict, beside: tuple[Beside, ...] = (), **other: dict) -> str:
    given = {"reference_left_out": {}, "warnings": (), "files": {}} | other
    return "\n".join(lines(Verdict("theirs", "chorales", of, beside, **given)))


HALF = Beside("half", "half", judgement(estimate(0.01, -0.02, 0.03)))
SPOILT = Beside("spoilt", "half, spoilt", judgement(estimate(0.2, 0.15, 0.25)))
NOISE = Beside("noise", "noise", judgement(estimate(0.6, 0.5, 0.7)))


def test_sets_and_measures() -> None:
    said = text(judgement(estimate(0.1, 0.05, 0.12))).splitlines()
    assert said[:2] == [
        "theirs, as chords: 12 pieces, 34 excerpts, 5\u202f678 notes",
        "judged against chorales: 9 pieces, 21 excerpts, 4\u202f321 notes",
    ]
    (row,) = (line for line in said if "Range" in line)
    cells = ["Range", "15.0", "(14.5 to 16.2)", "20.0", "(19.0 to 22.0)", "−25.0\u202f%", "semitones"]
    assert re.split(" {2,}", row.strip()) == cells
    assert "its pieces differ from each other 0.750 times as much as the reference's (0: all are alike)" in said[-1]


@pytest.mark.parametrize(
    ("distance", "order", "words"),
    [
        ((0.1, 0.05, 0.12), "half|theirs|half, spoilt|noise", "than “half” and nearer than “half, spoilt”."),
        ((0.005, 0.0, 0.02), "theirs|half|half, spoilt|noise", "it is not told apart from “half”."),
        ((0.9, 0.8, 1.0), "half|half, spoilt|noise|theirs", "farther away than “noise”."),
        ((0.3, 0.2, 0.55), "half|half, spoilt|theirs|noise", "not told apart from 2 rows, “half, spoilt” to “noise”."),
    ],
)
def test_where_it_stands(distance: tuple[float, float, float], order: str, words: str) -> None:
    said = text(judgement(estimate(*distance)), (NOISE, HALF, SPOILT))
    table = said.split("music\n")[1].split("  0: nothing")[0].splitlines()
    assert [re.split(" {2,}", line)[-1] for line in table] == order.split("|")
    assert [line.startswith("  >") for line in table] == [name == "theirs" for name in order.split("|")]
    assert words in " ".join(said.split())


def test_what_is_unknown_is_a_dash() -> None:
    unknown = estimate(None, None, None)
    measure = {"name": "dp", "title": "Drums", "unit": "share", "generated": unknown, "real": unknown}
    said = text(judgement(unknown, measures=[measure], diversity={"relative": None}), (HALF,))
    assert "–" in next(line for line in said.splitlines() if "theirs" in line and line.startswith("  >"))
    assert said.count("–") == 4
    assert "stands" not in said and "None" not in said and "nan" not in said


def test_copying() -> None:
    of = {
        "copied_share": estimate(0.125, 0.1, 0.2), "human_copied_share": estimate(0.04, None, None),
        "longest_run_notes": 17, "longest_run_sample": "a1", "longest_run_piece": "bwv9", "human_longest_run_notes": 0,
        "human_longest_run_sample": "", "human_longest_run_piece": "",
    }  # fmt: skip
    said = " ".join(text(judgement(estimate(0.1, 0.0, 0.2), originality=of)).split())
    assert "12.5 % (10.0 % to 20.0 %) of its windows of eight notes stand in the training music; the longest" in said
    assert "the longest run, of 17 notes in a1, is from bwv9" in said
    assert "4.00 % of the reference's stand in the training music; no run of eight" in said


def test_long_lists_are_cut_and_told() -> None:
    files = {f"{name}.mid": "ok" if name == 3 else f"failed: reason {name}" for name in range(9)}
    said = text(
        judgement(estimate(0.1, 0.0, 0.2), left_out={"solo": "too few tracks"}),
        reference_left_out={"air": "no pitched note"},
        warnings=("the distance is too small",),
        files=files,
    )
    assert "Left out\n  theirs: solo: too few tracks\n  chorales: air: no pitched note\n" in said
    assert "Take care\n  the distance is too small\n" in said
    assert said.endswith("  5.mid: failed: reason 5\n  and 3 more, which --json lists")
    assert "3.mid" not in said
