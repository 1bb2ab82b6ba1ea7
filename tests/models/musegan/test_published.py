"""With the same weights, ours and the published layer stack are the same functions."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from benchmarks import _published_musegan as published

from counterpoint.models.musegan import layers
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.critics import gradient_penalty
from counterpoint.models.musegan.wgan import networks
from tests.models.musegan.games import noise, phrases, spread

CASES = [(2, 16), (4, 8)]


def sizes(bars: int, steps: int) -> Architecture:
    return Architecture(tracks=3, bars=bars, steps=steps, voices=False, noise=5, width=0.06, track_widths={1: 0.09})


def players(shape: Architecture, precision: str) -> tuple:
    """Our players and the published ones, of the same weights; moving averages from some calls in training."""
    with layers.precision(precision):
        (generator, (critic,)), (theirs, (their_critic,)) = networks(shape), published.networks(shape)
    spread(generator, seed=3)
    spread(critic, seed=4)
    for seed in (5, 6):
        generator(noise(shape, 11, seed=seed), training=True)
    published.load(generator, theirs)
    published.load(critic, their_critic)
    return shape, generator, critic, theirs, their_critic


def named(case: tuple) -> str:
    return "{} bars of {} steps".format(*case)


@pytest.fixture(scope="module", params=CASES, ids=named)
def both(request):
    return players(sizes(*request.param), "float32")


@pytest.fixture(scope="module", params=CASES, ids=named)
def exactly(request):
    """In float64: float32 puts a sum near 0 on the one or the other side of a ReLU's bend."""
    return players(sizes(*request.param), "float64")


def test_every_weight_has_its_place_in_the_published_stack(both):
    _, generator, critic, theirs, their_critic = both
    for ours, other in ((generator, theirs), (critic, their_critic)):
        pairs = published.paired(ours, other)
        assert len(pairs) == len(ours.variables) == len(other.variables)
        assert ours.count_params() == other.count_params()
        assert all(mine.trainable == them.trainable for mine, them in pairs)


def test_generators_write_the_same(both):
    shape, generator, _, theirs, _ = both
    drawn = noise(shape, 7, seed=8)
    ours = generator(drawn).numpy()
    assert ours.std() > 0.2
    np.testing.assert_allclose(ours, theirs(drawn), atol=1e-5)


def test_a_generator_learns_the_same(exactly):
    shape, generator, _, theirs, _ = exactly
    drawn, wanted = noise(shape, 7, seed=8), phrases(shape, 7, seed=12)
    slopes = []
    for writer in (generator, theirs):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(wanted * tf.cast(writer(drawn, training=False), tf.float32))
        slopes.append(dict(zip(_keys(writer), tape.gradient(loss, writer.trainable_variables), strict=True)))
    _equal_slopes(published.paired(generator, theirs), *slopes)


def test_critics_give_the_same_scores(both):
    shape, _, critic, _, their_critic = both
    rolls = phrases(shape, 9, seed=9)
    ours = critic(rolls).numpy()
    assert ours.std() > 0.05
    np.testing.assert_allclose(ours, their_critic(rolls), atol=1e-5)


def test_penalties_are_equal_at_the_same_points(both):
    shape, generator, critic, _, their_critic = both
    real, fake = phrases(shape, 6, seed=10), generator(noise(shape, 6, seed=11))
    mix = tf.linspace(0.05, 0.9, 6)
    ours, theirs = (float(gradient_penalty(judge, real, fake, mix)) for judge in (critic, their_critic))
    assert ours > 1e-3
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_a_critic_learns_the_same_from_scores_and_penalty(exactly):
    shape, generator, critic, _, their_critic = exactly
    real, fake = (tf.cast(x, tf.float64) for x in (phrases(shape, 6, seed=10), generator(noise(shape, 6, seed=11))))
    mix = tf.linspace(tf.constant(0.05, tf.float64), 0.9, 6)
    slopes = []
    for judge in (critic, their_critic):
        with tf.GradientTape() as tape:
            distance = tf.reduce_mean(judge(real)) - tf.reduce_mean(judge(fake))
            loss = 10.0 * gradient_penalty(judge, real, fake, mix) - tf.cast(distance, tf.float64)
        # The last bias moves no difference of scores.
        found = tape.gradient(loss, judge.trainable_variables, unconnected_gradients="zero")
        slopes.append(dict(zip(_keys(judge), found, strict=True)))
    _equal_slopes(published.paired(critic, their_critic), *slopes)


def test_the_published_widths_are_the_table_s():
    """Weights counted by hand from the published table: four tracks, two bars, z of 32."""
    shape = Architecture(tracks=4, bars=2, steps=16, voices=False)
    temporal = (2 * 32 * 512 + 512) + (512 * 32 + 32) + 4 * (512 + 32)
    dense = 128 * 1024 + 1024 + 4 * 1024
    doubling = sum(2 * a * b + b + 4 * b for a, b in ((512, 512), (512, 256), (256, 256)))
    octaves = 7 * 256 * 256 + 256 + 4 * 256 + 12 * 256 + 1
    pitches = sum(n * a * b + b for n, a, b in ((2, 4, 128), (1, 128, 64), (12, 64, 64), (7, 64, 64)))
    steps = sum(n * a * b + b for n, a, b in ((2, 64, 64), (2, 64, 64), (4, 64, 128), (3, 128, 256)))
    generator, (critic,) = networks(shape)
    assert generator.count_params() == 5 * temporal + 4 * (dense + doubling + octaves)
    assert critic.count_params() == pitches + steps + 256 * 512 + 512 + 513


def _keys(model: keras.Model) -> list[int]:
    return [id(weight) for weight in model.trainable_variables]


def _equal_slopes(pairs: list, ours: dict, theirs: dict) -> None:
    for mine, them in pairs:
        if mine.trainable:
            one, other = published.as_published(ours[id(mine)], them), np.asarray(theirs[id(them)])
            np.testing.assert_allclose(one, other, atol=1e-4 * max(np.abs(other).max(), 1e-3), err_msg=mine.path)
