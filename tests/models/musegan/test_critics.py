"""The critic's shape and hearing; the gradient penalty by hand."""

import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.critics import critic, gradient_penalty
from counterpoint.models.musegan.streams import Streams
from tests.models.musegan.games import phrases, spread

SHAPE = (2, 3, 4, 5)  # tracks, bars, steps, pitches: all different


def pair(batch: int = 6) -> tuple[tf.Tensor, tf.Tensor]:
    random = np.random.default_rng(31)
    return tuple(tf.constant(random.normal(size=(batch, *SHAPE)), tf.float32) for _ in range(2))


def test_a_linear_judge_s_penalty_is_of_the_norm_over_tracks_bars_steps_and_pitches():
    weights = np.random.default_rng(32).normal(size=SHAPE).astype(np.float32)
    judge = lambda x: tf.reduce_sum(x * weights, [1, 2, 3, 4])  # noqa: E731
    real, fake = pair()
    found = float(gradient_penalty(judge, real, fake, tf.linspace(0.0, 1.0, 6)))
    assert found == pytest.approx((np.sqrt((weights**2).sum()) - 1) ** 2, rel=1e-5)
    # An axis left out of the norm would be another number, by far.
    for axis in range(4):
        norms = np.sqrt((weights**2).sum(axis=tuple({0, 1, 2, 3} - {axis})))
        assert abs(((norms - 1) ** 2).mean() / found - 1) > 0.2


def test_slopes_of_one_third_a_place_by_hand():
    """Two tracks of 3 · 4 · 5 places, each slope a third: a norm of √(120 / 9), not √(60 / 9) of one track."""
    real, fake = pair()
    judge = lambda x: tf.reduce_sum(x, [1, 2, 3, 4]) / 3  # noqa: E731
    assert float(gradient_penalty(judge, real, fake, tf.fill((6,), 0.5))) == pytest.approx(
        (np.sqrt(120 / 9) - 1) ** 2, rel=1e-5
    )


def test_a_quadratic_judge_s_penalty_is_at_the_point_a_quarter_of_the_way():
    """judge x²/2 over 120 places has the slope x itself: at 1/4 · 2 + 3/4 · (-1) = -1/4 the norm is √120 / 4."""
    shape = (1, *SHAPE)
    judge = lambda x: tf.reduce_sum(x**2, [1, 2, 3, 4]) / 2  # noqa: E731
    found = float(gradient_penalty(judge, tf.fill(shape, 2.0), tf.fill(shape, -1.0), tf.constant([0.25])))
    assert found == pytest.approx((np.sqrt(120) / 4 - 1) ** 2, rel=1e-5)


def test_each_phrase_has_its_own_weight_and_the_penalty_is_their_mean():
    """At weights 0 and 1 the points are the fake phrase -1 and the real one 2; norms √120 and 2 √120."""
    shape = (2, *SHAPE)
    judge = lambda x: tf.reduce_sum(x**2, [1, 2, 3, 4]) / 2  # noqa: E731
    found = float(gradient_penalty(judge, tf.fill(shape, 2.0), tf.fill(shape, -1.0), tf.constant([0.0, 1.0])))
    assert found == pytest.approx(((np.sqrt(120) - 1) ** 2 + (2 * np.sqrt(120) - 1) ** 2) / 2, rel=1e-5)


def test_a_judge_without_slope_is_fined_one_and_can_learn():
    scale = tf.Variable(0.0)
    real, fake = pair()
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda x: scale * tf.reduce_sum(x, [1, 2, 3, 4]), real, fake, tf.fill((6,), 0.5))
    assert float(penalty) == pytest.approx(1, abs=1e-5)
    assert np.isfinite(float(tape.gradient(penalty, scale)))


@pytest.mark.parametrize("bars", [2, 3, 4])
def test_a_critic_hears_every_bar_track_step_and_pitch(bars):
    sizes = Architecture(tracks=3, bars=bars, steps=8, voices=False, width=0.05)
    judge = critic(sizes, (0, 1, 2))
    spread(judge, seed=33)
    rolls = phrases(sizes, 4, seed=34)
    with tf.GradientTape() as tape:
        tape.watch(rolls)
        scores = judge(rolls)
    assert scores.shape == (4, 1)
    slopes = np.abs(tape.gradient(scores, rolls)).max(axis=0)
    assert (slopes > 0).mean() > 0.9
    for axis in range(4):
        others = tuple({0, 1, 2, 3} - {axis})
        assert (slopes.max(axis=others) > 0).all()


def test_in_half_precision_scores_are_near_and_float32():
    from counterpoint.models.musegan.layers import precision

    sizes = Architecture(tracks=2, bars=2, steps=8, voices=False, width=0.05)
    exact = critic(sizes, (0, 1))
    with precision("mixed_bfloat16"):
        half = critic(sizes, (0, 1))
    spread(exact, seed=35)
    half.set_weights(exact.get_weights())
    rolls = phrases(sizes, 5, seed=36)
    assert half(rolls).dtype == tf.float32
    apart = np.abs(exact(rolls) - half(rolls)).max()
    assert 0 < apart < 0.2 * np.abs(exact(rolls)).max()


def test_a_critic_of_drums_hears_no_interval_of_theirs():
    def inputs(heard: tuple[int, ...]) -> int:
        sizes = Architecture(tracks=4, bars=2, steps=8, voices=False, width=0.05, streams=True, drums=(2,))
        return next(layer for layer in critic(sizes, heard).layers if isinstance(layer, Streams)).output.shape[-1]

    assert [inputs(heard) for heard in ((0, 1, 2, 3), (0, 1, 3), (2, 0), (3, 0))] == [
        4 * 16 + 3 * 12,
        3 * 16 + 3 * 12,
        2 * 16,
        2 * 16 + 12,
    ]
