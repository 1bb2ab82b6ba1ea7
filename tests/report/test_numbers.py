import math

import pytest

from counterpoint.report.numbers import cell, difference, interval, number, percent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12345, "0.123"),
        (3.14159, "3.14"),
        (31.4159, "31.4"),
        (314.159, "314"),
        (12345.6, "12\u202f346"),
        (7, "7"),
        (0.0, "0"),
        (-0.5, "\u22120.500"),
        (0.000123, "0.000123"),
        (0.0000000123, "1.2e-08"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
        (True, "–"),
    ],
)
def test_numbers_have_three_significant_digits(value, text):
    assert number(value) == text


def test_signs_are_shown_where_asked():
    assert (number(0.5, signed=True), number(-2, signed=True), number(0, signed=True)) == ("+0.500", "\u22122", "0")


def test_shares_are_shown_in_per_cent():
    assert percent(0.125) == "12.5\u202f%"
    assert percent(-0.02, signed=True) == "\u22122.00\u202f%"
    assert percent(None) == "–"


def test_intervals_need_an_end():
    assert interval({"value": 1, "low": 0.12, "high": 0.156}) == "0.120 to 0.156"
    assert interval({"value": 1, "low": None, "high": 0.5}) == "– to 0.500"
    assert interval({"value": 1, "low": None, "high": None}) == interval({}) == interval(None) == ""


def test_differences_are_shares_of_the_held_out():
    assert difference(3.0, 4.0) == -0.25
    assert difference(-3.0, -4.0) == 0.25
    assert difference(3.0, 0.0) is difference(None, 4.0) is difference(3.0, math.nan) is None


def test_cells_hold_anything():
    assert [cell(value) for value in (None, 2.345, 3, "n-gram")] == ["–", "2.35", "3", "n-gram"]
