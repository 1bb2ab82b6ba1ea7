"""What is made of sums: numbers, or choices as often as the softmax says, with its slopes."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoint.models.crnn_gan.heads import Chosen, Numbers, passed_on
from tests.models.crnn_gan.small import choices, normal

# Lengths, pitches, intensities, gaps; the most has three.
FEW = ((-1.0, 0.5), (-0.75, 0.0, 1.0), (0.25,), (-0.5, 0.75))
HEAD = Chosen(FEW, 1)


def one_hot(*chosen: int) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[list(chosen)].reshape(-1)


def test_numbers_are_a_tanh():
    head, sums = Numbers(4), tf.constant([[0.0, -0.5, 2.0, 100.0]])
    made, known = head.make(sums)
    np.testing.assert_allclose(made, np.tanh(sums), rtol=1e-6)
    assert head.tones(made) is made and head.made_of(made) is made and (head.width, head.luck) == (4, 0)
    with tf.GradientTape() as tape:
        tape.watch(sums)
        loss = tf.reduce_sum(tf.tanh(sums) * [1.0, 2.0, 3.0, 4.0])
    slopes = head.slopes_back(tf.constant([[1.0, 2.0, 3.0, 4.0]]), known)
    np.testing.assert_allclose(slopes, tape.gradient(loss, sums), atol=1e-6)
    assert float(head.error(tf.constant([[0.0, 0.5]]), tf.constant([[1.0, 0.0]]))) == pytest.approx((1 + 0.25) / 2)


@pytest.mark.parametrize("luck", [None, np.full((1, 12), 1.25, np.float32), np.zeros((1, 12), np.float32)])
def test_where_luck_is_equal_the_greatest_sum_wins(luck):
    sums = tf.constant([[1.0, 0.5, 9.0, 0.1, 0.3, 0.2, -4.0, 3.0, 2.0, -2.0, -1.0, 7.0]])  # 9, 3 and 7 are of no value
    made, known = HEAD.make(sums, luck)
    np.testing.assert_array_equal(made[0], one_hot(0, 1, 0, 1))
    np.testing.assert_allclose(HEAD.tones(made), [[-1.0, 0.0, 0.25, 0.75]])
    shares = np.exp([0.1, 0.3, 0.2]) / np.exp([0.1, 0.3, 0.2]).sum()
    expected = [*(np.exp([1, 0.5]) / np.exp([1, 0.5]).sum()), 0, *shares, 1, 0, 0, 1 / (1 + np.e), np.e / (1 + np.e), 0]
    np.testing.assert_allclose(known[0], expected, atol=1e-6)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.floats(-50, 50, width=32), min_size=12, max_size=12),
    st.lists(st.floats(-50, 50, width=32), min_size=12, max_size=12),
)
def test_whatever_the_luck_each_feature_is_one_of_its_values(sums, luck):
    made, known = HEAD.make(tf.constant([sums]), tf.constant([luck]))
    apart = made.numpy().reshape(4, 3)
    assert set(np.unique(apart)) == {0.0, 1.0} and (apart.sum(axis=1) == 1).all()
    assert not apart[[0, 2, 2, 3], [2, 1, 2, 2]].any()
    assert np.isfinite(known).all()
    for feature, value in enumerate(HEAD.tones(made).numpy()[0]):
        assert value in FEW[feature]


def test_choices_are_as_frequent_as_the_softmax_says():
    draws = 40_000
    sums = np.array([0, 0, 5, 0, 1, 2, 0, 5, 5, -1, 1, 5], np.float32)
    made, _ = HEAD.make(tf.constant(np.tile(sums, (draws, 1))), normal(draws, 12, seed=1))
    found = made.numpy().mean(axis=0).reshape(4, 3)
    several = np.exp([0, 1, 2]) / np.exp([0, 1, 2]).sum()
    rare = 1 / (1 + np.exp(2))
    np.testing.assert_allclose(found, [[0.5, 0.5, 0], several, [1, 0, 0], [rare, 1 - rare, 0]], atol=0.01)


def test_its_slopes_are_the_softmax_s():
    sums, luck, wanted = normal(5, 12, seed=2), normal(5, 12, seed=3), normal(5, 12, seed=4)
    hard, soft = HEAD.make(sums, luck)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(sums)
        _, shares = HEAD.make(sums, luck)
        by_softmax = tf.reduce_sum(shares * wanted)
        passed = passed_on(HEAD, sums, luck)
        by_choice = tf.reduce_sum(passed * wanted)
    expected = tape.gradient(by_softmax, sums)
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(HEAD.slopes_back(wanted, soft), expected, atol=1e-6)
    np.testing.assert_array_equal(passed, hard)
    np.testing.assert_allclose(tape.gradient(by_choice, sums), expected, atol=1e-6)


def test_brier_s_score_is_the_mean_over_features():
    known = tf.constant([[0.75, 0.25, 0, 0.5, 0.25, 0.25, 1, 0, 0, 0.5, 0.5, 0]])
    of_length, of_pitch, of_gap = 2 * 0.25**2, 0.5**2 + 0.75**2 + 0.25**2, 2 * 0.5**2
    error = HEAD.error(known, tf.constant(one_hot(0, 1, 0, 1)[None]))
    assert float(error) == pytest.approx((of_length + of_pitch + 0 + of_gap) / 4)


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_every_tone_of_choices_comes_back(data):
    head = Chosen(choices(), 2)
    tones = [data.draw(st.sampled_from(values)) for _ in range(6) for values in choices()]
    windows = np.array(tones, np.float32).reshape(1, 3, 8)
    made = head.made_of(tf.constant(windows))
    assert made.shape == (1, 3, 2 * 4 * 5)
    np.testing.assert_array_equal(head.tones(made), windows)
    np.testing.assert_array_equal(head.made_of(head.tones(made)), made)


def test_a_tone_that_is_none_of_them_is_the_nearest():
    made = HEAD.made_of(tf.constant([[[-0.3, 0.4, -1.0, 0.2]]]))
    np.testing.assert_array_equal(made[0, 0], one_hot(0, 1, 0, 1))
