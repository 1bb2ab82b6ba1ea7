"""The running average by hand; that a game's generator is followed is tests/models/musegan/test_wgan.py's."""

import keras
import numpy as np

from counterpoint.training import averaging


def test_it_begins_short_and_then_keeps_its_share():
    weight = keras.Variable(np.array([2.0, -1.0]), dtype="float32")
    (mean,) = averaging.copies([weight])
    expected = np.array([2.0, -1.0])
    for updates, keep in ((0, 1 / 10), (1, 2 / 11), (20, 0.5)):  # (1 + n) / (10 + n), at most a half
        weight.assign(weight + 3.0)
        averaging.follow([mean], [weight], 0.5, updates)
        expected = keep * expected + (1 - keep) * weight.numpy()
        np.testing.assert_allclose(mean, expected, rtol=1e-6)


def test_without_a_share_it_is_the_weight():
    weight = keras.Variable(np.array([2.0]), dtype="float32")
    (mean,) = averaging.copies([weight])
    weight.assign([5.0])
    averaging.follow([mean], [weight], 0.0, 7)
    np.testing.assert_array_equal(mean, [5.0])
