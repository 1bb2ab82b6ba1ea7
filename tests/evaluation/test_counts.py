"""Counting by hand, and the union of spans against sets."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.evaluation import counts
from tests.evaluation.small import one, small


def test_covered_by_hand():
    group = np.array([7, 7, 2, 7, 7])
    start = np.array([4, 0, 1, 2, 5])
    stop = np.array([6, 3, 9, 4, 7])
    # group 7: 0-2, then 3, then 4-5, then 6; group 2 is far above them and hides nothing
    assert counts.covered(group, start, stop).tolist() == [2, 3, 8, 1, 1]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(1, 30))))
def test_covered_is_the_size_of_a_union(spans):
    group, start, length = np.array(spans, np.int64).reshape(-1, 3).T
    found = counts.covered(group, start, start + length)
    for which in range(4):
        union = {tick for number, first, ticks in spans if number == which for tick in range(first, first + ticks)}
        assert found[group == which].sum() == len(union)


def test_a_release_on_the_bar_line_sounds_only_before_it():
    music = one([(0, 0, 96, 60), (0, 50, 47, 62), (0, 95, 1, 64), (0, 96, 200, 65)])
    first, stop = counts.bars_of(music)
    assert first.tolist() == [0, 0, 0, 1]
    assert stop.tolist() == [1, 2, 1, 4]


def test_sums_and_ratios():
    music = small()
    notes = counts.by_piece(music)
    assert notes.tolist() == [2, 12, 0, 0, 9]
    np.testing.assert_array_equal(counts.ratio(np.arange(5.0), notes), [0, 1 / 12, np.nan, np.nan, 4 / 9])
    assert len(np.unique(counts.part_keys(music))) == 1 + 3 + 2


def test_a_piece_without_a_value_has_no_mean():
    means = counts.mean_by_piece(np.array([1.0, 4.0, 9.0]), np.array([2, 0, 2]), 4)
    np.testing.assert_array_equal(means, [4.0, np.nan, 5.0, np.nan])


def test_shares_of_a_piece_sum_to_one_and_an_empty_one_has_none():
    piece, cells = np.array([2, 0, 2, 2]), np.array([1, 0, 1, 2])
    found = counts.shares_by_piece(piece, cells, 3, 4)
    none = [np.nan] * 3
    np.testing.assert_allclose(found, [[1, 0, 0], none, [0, 2 / 3, 1 / 3], none])
    weighted = counts.shares_by_piece(piece, cells, 3, 4, np.array([1.0, 5.0, 4.0, 15.0]))
    np.testing.assert_allclose(weighted[2], [0, 5 / 20, 15 / 20])
