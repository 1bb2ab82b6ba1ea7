import math

import pytest

from counterpoint.models.figures import FIGURES, finite, said, table

METRICS = {
    "test_joint_nll": 2.0638592,
    "test_joint_nll_low": 1.9286,
    "test_joint_nll_high": 2.2052,
    "ngram_best_joint_nll": 2.5486,
    "distance_to_real": 0.04125,
    "copied_share": 0.2104,
    "copied_share_low": 0.19,
    "human_copied_share": 0.174,
    "longest_run_notes": 19.0,
    "unheard_of": 3.0,
}


def test_rows_hold_value_interval_and_what_to_compare_with():
    lines = table(METRICS)
    assert lines[:2] == ["| measure | this model | 95 % interval | beside it |", "| --- | --- | --- | --- |"]
    assert lines[2:6] == [
        "| distance to held-out music (`distance_to_real`) | 0.041 |  |  |",
        "| likelihood of held-out music (`test_joint_nll`) | 2.064 nats an event | 1.929 to 2.205 "
        "| best n-gram: 2.549 |",
        # half an interval is none
        "| 8-note windows that stand in training (`copied_share`) | 21.0 % |  | held-out music: 17.4 % |",
        "| longest passage copied (`longest_run_notes`) | 19 notes |  |  |",
    ]
    assert lines[6] == ""
    assert "unheard_of" not in "".join(lines)


def test_only_what_is_there_is_explained():
    assert "nats an event are better" in table({"test_joint_nll": 2.5})[-1]
    assert "copying" not in table({"test_joint_nll": 2.5})[-1]


@pytest.mark.parametrize("metrics", [{}, {"unheard_of": 1.0}, {"distance_to_real": None, "diversity": math.nan}])
def test_nothing_known_is_no_table(metrics):
    assert table(metrics) == []


def test_undefined_figures_are_passed_over():
    assert finite({"a": 1.5, "b": None, "c": math.inf, "d": math.nan, "e": 0.0}) == {"a": 1.5, "e": 0.0}


def test_names_are_those_of_one_figure_each():
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.54776, "share", "54.8 %"),
        (19.02, "percent", "19.0 %"),
        (17.0, "notes", "17 notes"),
        (2.5486, "nats an event", "2.549 nats an event"),
        (-0.0024, "", "-0.002"),
    ],
)
def test_values_as_people_read_them(value, unit, text):
    assert said(value, unit) == text
