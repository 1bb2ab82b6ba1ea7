"""What each side wants, by hand."""

import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.crnn_gan import losses


def logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def logits(shares: list[list[float]]) -> tf.Tensor:
    return tf.constant([[logit(share) for share in of] for of in shares], tf.float32)


REAL = logits([[0.9, 0.5], [0.6, 0.8]])  # D: 0.7 and 0.7
MADE = logits([[0.2, 0.4], [0.8, 0.6]])  # D: 0.3 and 0.7


def test_the_steps_sigmoids_are_averaged():
    known, unknown = losses.log_shares(REAL)
    np.testing.assert_allclose(np.exp(known), [0.7, 0.7], rtol=1e-6)
    np.testing.assert_allclose(np.exp(unknown), [0.3, 0.3], rtol=1e-6)


def test_of_one_place_it_is_its_sigmoid():
    np.testing.assert_allclose(np.exp(losses.log_shares(logits([[0.25]]))), [[0.25], [0.75]], rtol=1e-6)


def test_what_is_sure_has_a_finite_loss():
    known, unknown = losses.log_shares(tf.constant([[90.0, 95.0], [-200.0, -200.0]]))
    np.testing.assert_allclose(known, [0, -200], atol=1e-4)
    np.testing.assert_allclose(unknown, [-90 + np.log((1 + np.exp(-5)) / 2), 0], rtol=1e-5, atol=1e-6)


def test_the_discriminator_loses_by_both_halves_and_the_generator_by_its_own():
    discriminator, generator = losses.losses(REAL, MADE)
    both = [-np.log(0.7), -np.log(0.7), -np.log(1 - 0.3), -np.log(1 - 0.7)]
    assert float(discriminator) == pytest.approx(np.mean(both), rel=1e-5)
    assert float(generator) == pytest.approx(-(np.log(0.3) + np.log(0.7)) / 2, rel=1e-5)


def test_where_nobody_is_ahead_both_losses_are_one_and_nobody_waits():
    even = logits([[0.5, 0.5]])
    discriminator, generator = losses.losses(even, even)
    assert float(discriminator) == pytest.approx(float(generator)) == pytest.approx(np.log(2))
    assert not losses.has_to_wait(discriminator, generator, 0.7)
    assert not losses.has_to_wait(generator, discriminator, 0.7)


@pytest.mark.parametrize(
    ("loss", "other", "freeze", "waits"),
    [(0.69, 1.0, 0.7, True), (0.71, 1.0, 0.7, False), (1.0, 0.69, 0.7, False), (0.0, 5.0, 0.0, False)],
)
def test_a_side_waits_below_the_share_of_the_others_loss(loss, other, freeze, waits):
    assert bool(losses.has_to_wait(tf.constant(loss), tf.constant(other), freeze)) is waits


def test_accuracies_are_shares_of_windows_that_are_known_for_what_they_are():
    real, made = losses.accuracies(REAL, MADE)
    assert (float(real), float(made)) == (1.0, 0.5)


REAL_FEATURES = tf.constant([[1.0, 5.0], [3.0, 1.0]])
MADE_FEATURES = tf.constant([[2.0, 1.0], [4.0, 4.0]])


def test_features_are_matched_one_by_one_as_the_paper_has_it():
    found = losses.feature_distance(REAL_FEATURES, MADE_FEATURES, "paired")
    assert float(found) == (1 + 16 + 1 + 9) / 4


def test_or_as_the_means_of_batches():
    found = losses.feature_distance(REAL_FEATURES, MADE_FEATURES, "means")
    assert float(found) == ((2 - 3) ** 2 + (3 - 2.5) ** 2) / 2


def test_features_of_every_step_are_matched_step_by_step():
    steps = tf.constant([[[1.0], [4.0]], [[3.0], [6.0]]])  # (batch, steps, 1): means 2 and 5
    assert float(losses.feature_distance(steps, tf.zeros_like(steps), "means")) == (4 + 25) / 2


def test_weights_decay_and_biases_do_not():
    slopes = [tf.constant([[1.0, 2.0]]), tf.constant([3.0])]
    weights = [tf.constant([[10.0, -20.0]]), tf.constant([40.0])]
    kernel, bias = losses.decayed(slopes, weights, 0.1)
    np.testing.assert_allclose(kernel, [[2.0, 0.0]])
    np.testing.assert_allclose(bias, [3.0])


def test_an_unsteady_discriminator_changes_its_mind():
    logits, shaken = tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[1.0, 4.0], [2.0, 4.0]])
    assert float(losses.unsteadiness(logits, shaken)) == (0 + 4 + 1 + 0) / 4
