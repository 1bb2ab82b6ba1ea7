"""The reshaped convolutions, by hand and against Keras's own; the initial weights; precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.musegan.layers import Fold, Unfold, leaky, normal, precision


def test_unfold_by_hand():
    layer = Unfold(2, 3)
    layer.build((None, 2, 1))
    layer.set_weights([np.array([[1, 2, 3, 4, 5, 6]], np.float32), np.array([0.5, -0.25], np.float32)])
    expected = [[1.5, 1.75], [3.5, 3.75], [5.5, 5.75], [10.5, 19.75], [30.5, 39.75], [50.5, 59.75]]
    np.testing.assert_array_equal(layer(np.array([[[1.0], [10.0]]], np.float32))[0], expected)


def test_fold_by_hand():
    layer = Fold(2, 3)
    layer.build((None, 6, 1))
    layer.set_weights([np.array([[1, 0], [10, 0.5], [100, 2]], np.float32), np.array([0.5, -0.25], np.float32)])
    rows = np.array([1, 2, 3, 4, 5, 6], np.float32).reshape(1, 6, 1)
    np.testing.assert_array_equal(layer(rows)[0], [[321.5, 6.75], [654.5, 14.25]])


@pytest.mark.parametrize(("places", "factor", "channels", "filters"), [(4, 3, 5, 2), (2, 7, 1, 6), (3, 1, 4, 5)])
def test_unfold_and_fold_are_keras_s_convolutions(places, factor, channels, filters):
    random = np.random.default_rng(2)
    kernel, bias = random.normal(size=(channels, factor * filters)), random.normal(size=filters)
    x = random.normal(size=(3, places, channels)).astype(np.float32)
    ours, theirs = Unfold(filters, factor), keras.layers.Conv1DTranspose(filters, factor, factor)
    ours(x), theirs(x)
    ours.set_weights([kernel, bias])
    theirs.set_weights([kernel.reshape(channels, factor, filters).transpose(1, 2, 0), bias])
    np.testing.assert_allclose(ours(x), theirs(x), atol=1e-5)
    y = random.normal(size=(3, places * factor, channels)).astype(np.float32)
    kernel = random.normal(size=(factor * channels, filters))
    ours, theirs = Fold(filters, factor), keras.layers.Conv1D(filters, factor, factor)
    ours(y), theirs(y)
    ours.set_weights([kernel, bias])
    theirs.set_weights([kernel.reshape(factor, channels, filters), bias])
    np.testing.assert_allclose(ours(y), theirs(y), atol=1e-5)


def test_axes_before_the_folded_one_stay():
    x = np.zeros((2, 3, 8, 5), np.float32)
    assert Fold(7, 4)(x).shape == (2, 3, 2, 7)
    assert Unfold(7, 4)(x).shape == (2, 3, 32, 7)


def test_windows_that_do_not_fill_the_axis_are_refused():
    with pytest.raises(ValueError, match="the axis has 9 places, windows of 4 do not fill it"):
        Fold(2, 4)(np.zeros((1, 9, 3), np.float32))


def test_a_fold_s_activation_is_of_every_number():
    layer, plain = Fold(4, 2, leaky), Fold(4, 2)
    x = np.random.default_rng(4).normal(size=(3, 6, 2)).astype(np.float32)
    layer(x), plain(x)
    plain.set_weights([w * 100 for w in plain.get_weights()])
    layer.set_weights(plain.get_weights())
    there = plain(x).numpy()
    np.testing.assert_allclose(layer(x), np.where(there > 0, there, 0.3 * there), rtol=1e-6)


def test_leaky_and_its_slopes_of_both_orders():
    x = tf.constant([-2.0, -0.5, 0.25, 3.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(leaky(x) ** 2)
        slopes = inner.gradient(y, x)
        total = tf.reduce_sum(slopes * tf.constant([1.0, 2.0, 3.0, 5.0]))
    np.testing.assert_allclose(leaky(x), [-0.6, -0.15, 0.25, 3.0], rtol=1e-6)
    np.testing.assert_allclose(slopes, [2 * 0.09 * -2, 2 * 0.09 * -0.5, 0.5, 6.0], rtol=1e-6)
    np.testing.assert_allclose(outer.gradient(total, x), [0.18, 0.36, 6.0, 10.0], rtol=1e-6)


@pytest.mark.parametrize("layer", [lambda: Unfold(300, 2), lambda: Fold(300, 2)])
def test_weights_begin_as_normal_numbers_of_deviation_002(layer):
    keras.utils.set_random_seed(5)
    made = layer()
    made(np.zeros((1, 2, 200), np.float32))
    kernel, bias = made.get_weights()
    assert abs(kernel.mean()) < 4 * 0.02 / kernel.size**0.5
    assert abs(kernel.std() / 0.02 - 1) < 4 / (2 * kernel.size) ** 0.5
    # Not truncated: of normal numbers 4.55 % are beyond two deviations.
    assert 0.040 < (np.abs(kernel) > 0.04).mean() < 0.051
    assert not bias.any()


def test_two_initialisers_draw_other_numbers():
    assert not np.array_equal(normal()((9,)), normal()((9,)))


def test_precision_is_of_the_layers_made_inside():
    before = keras.config.dtype_policy().name
    with pytest.raises(RuntimeError, match="an end"), precision("mixed_bfloat16"):
        inside = Fold(2, 2)
        raise RuntimeError("an end")
    assert keras.config.dtype_policy().name == before
    assert inside.compute_dtype == "bfloat16"
    assert Fold(2, 2).compute_dtype == "float32"
