import numpy as np
import pytest

from counterpoint.evaluation.bootstrap import drawn, interval


def test_every_draw_is_of_as_many_pieces_as_there_are():
    counts = drawn(7, 500, seed=3)
    assert counts.shape == (500, 7)
    assert (counts.sum(axis=1) == 7).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(7), abs=0.15)
    assert (counts == 0).mean() == pytest.approx((6 / 7) ** 7, abs=0.03)  # with replacement
    assert np.array_equal(counts, drawn(7, 500, seed=3))
    assert not np.array_equal(counts, drawn(7, 500, seed=4))


def test_no_piece_can_be_drawn_of_none():
    assert drawn(0, 5, seed=1).shape == (5, 0)


def test_an_interval_holds_the_middle_and_passes_over_what_is_undefined():
    assert interval(np.append(np.arange(1001.0), [np.nan] * 30)) == pytest.approx((25, 975))
    assert np.isnan(interval(np.array([np.nan]))).all() and np.isnan(interval(np.empty(0))).all()


def test_the_spread_of_a_mean_is_that_of_theory():
    values = np.random.default_rng(5).normal(10, 2, 400)
    low, high = interval(drawn(400, 4000, seed=6) @ values / 400)
    assert (high - low) / (2 * 1.96) == pytest.approx(2 / np.sqrt(400), rel=0.1)
