import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.evaluation.spans import spread


def test_each_row_counts_up_from_its_first():
    row, number = spread(np.array([7, 3, 20]), np.array([2, 0, 3]))
    assert row.tolist() == [0, 0, 2, 2, 2]
    assert number.tolist() == [7, 8, 20, 21, 22]


def test_nothing_spreads_to_nothing():
    row, number = spread(np.array([], np.int64), np.array([], np.int64))
    assert len(row) == len(number) == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(-3, 6))))
def test_agrees_with_a_loop(rows):
    expected = [(place, first + step) for place, (first, count) in enumerate(rows) for step in range(count)]
    first, count = np.array(rows, np.int64).reshape(-1, 2).T
    assert list(zip(*(part.tolist() for part in spread(first, count)), strict=True)) == expected
