"""Pre-training: what it is measured by, that it learns, and by windows of which length."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.crnn_gan.next_tone import NextTone, pretrain
from counterpoint.training import averaging
from tests.models.crnn_gan.small import choices, made, sizes, windows

BATCH, UPDATES = 4, 24


def learner(seed: int = 9, average: float = 0.9, **changes: object) -> NextTone:
    keras.utils.set_random_seed(2)
    generator = made("lstm", **changes)
    one = NextTone(generator, averaging.copies(generator.variables), average=average, weight_decay=0.0, seed=seed)
    one.compile(learning_rate=0.02, beta_1=0.5, beta_2=0.9)
    return one


def scale(stage: int) -> tf.data.Dataset:
    """Windows that go up step by step, from different heights: what comes next is certain."""
    random = np.random.default_rng(stage)
    begin = random.uniform(-0.8, 0.2, (UPDATES, BATCH, 1, 1))
    windows = begin + 0.15 * np.arange(sizes().steps)[:, None] * np.ones(4)
    return tf.data.Dataset.from_tensor_slices(windows.astype(np.float32))


def test_its_error_is_of_the_next_step_by_the_real_ones_before_it():
    one = learner()
    windows = next(iter(scale(0)))
    noise = tf.random.stateless_normal((BATCH, 5, 3), [9, -1])
    expected = tf.reduce_mean((one.generator.predict_next(noise, windows) - windows) ** 2)
    assert float(one.train_step(windows)["next_tone_error"]) == pytest.approx(float(expected), rel=1e-5)
    assert int(one.adam.iterations) == 1


def test_of_choices_it_is_brier_s_score_and_falls():
    one, real = learner(choices=choices()), windows(sizes(), BATCH, seed=3)
    head = one.generator.head
    noise = tf.random.stateless_normal((BATCH, 5, 3), [9, -1])
    chosen = head.made_of(real)
    shares = one.generator.predict_next(noise, chosen)
    each = tf.reduce_sum(head.apart((shares - chosen) ** 2), -1)
    errors = [float(one.train_step(real)["next_tone_error"])]
    assert errors[0] == pytest.approx(float(tf.reduce_mean(each)), rel=1e-5)
    for _ in range(40):
        one.reset_metrics()
        errors.append(float(one.train_step(real)["next_tone_error"]))
    assert errors[-1] < 0.75 * errors[0]


def test_it_learns_and_ends_where_it_ended_before():
    ends = []
    for _ in range(2):
        one = learner()
        first = float(one.train_step(next(iter(scale(1))))["next_tone_error"])
        assert pretrain(one, scale, (5,)) < 0.75 * first
        ends.append([weight.numpy() for weight in one.generator.trainable_variables])
    for a, b in zip(*ends, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("average", "kept"), [(0.15, [0.1, 0.15, 0.15]), (0.9, [0.1, 2 / 11, 0.25]), (0.0, [0, 0, 0])])
def test_the_running_mean_follows_every_update(average: float, kept: list[float]):
    one, real = learner(average=average), next(iter(scale(2)))
    means = [weight.numpy() for weight in one.averaged]
    for share in kept:
        one.train_step(real)
        weights = [weight.numpy() for weight in one.generator.variables]
        means = [share * mean + (1 - share) * weight for mean, weight in zip(means, weights, strict=True)]
    for mean, expected in zip(one.averaged, means, strict=True):
        np.testing.assert_allclose(mean.numpy(), expected, rtol=1e-5, atol=1e-7)


def test_it_grows_from_short_windows_to_long():
    one, heard = learner(), []
    teach = one._compiled
    one._compiled = lambda windows: heard.append(tuple(windows.shape)) or teach(windows)
    pretrain(one, scale, (2, 5))
    assert heard == [(BATCH, 2, 4), (BATCH, 5, 4)]  # each traced once
    assert int(one.adam.iterations) == 2 * UPDATES
