"""Both kinds of players: their shapes, their layers, and what their discriminators hear."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.crnn_gan.networks import networks
from tests.models.crnn_gan.small import choices, normal, sizes, spread, windows

BATCH = 3


@pytest.mark.parametrize("of", [(), choices()], ids=["continuous", "chosen"])
@pytest.mark.parametrize("kind", ["dense", "lstm"])
def test_a_window_is_made_of_noise_and_judged(kind, of):
    shape = sizes(kind, choices=of)
    generator, discriminator = networks(shape, shape.head.width)
    window = generator(normal(BATCH, *shape.noise_shape, seed=1))
    assert window.shape == (BATCH, shape.steps, shape.head.width) and np.abs(window).max() <= 1
    logits, features = discriminator(window)
    tones, _ = generator.go_on(normal(BATCH, *shape.noise_shape, seed=1), generator.begin(BATCH))
    assert tones.shape == (BATCH, shape.steps, shape.numbers)
    *_, last = shape.discriminator_units
    if kind == "dense":
        assert logits.shape == (BATCH, 1) and features.shape == (BATCH, last)
    else:
        assert logits.shape == (BATCH, shape.steps) and features.shape == (BATCH, shape.steps, 2 * last)
    np.testing.assert_allclose(discriminator.head(features)[..., 0], logits if kind == "lstm" else logits[:, 0])


def test_the_dense_players_are_the_published_layers():
    shape = sizes("dense", generator_width=1.0, discriminator_width=1.0, steps=100, noise=1000)
    generator, discriminator = networks(shape, shape.head.width)
    kinds = [type(layer).__name__ for layer in generator.inner.layers]
    assert kinds == [*["Dense", "LeakyReLU", "BatchNormalization"] * 3, "Dense", "Reshape"]
    assert [layer.units for layer in generator.inner.layers if hasattr(layer, "units")] == [256, 512, 1024, 400]
    assert [layer.momentum for layer in generator.inner.layers if hasattr(layer, "momentum")] == [0.8] * 3
    # LSTM: 4 (inputs + units + 1) units; of both directions twice.
    lstm, both = 4 * (4 + 512 + 1) * 512, 2 * 4 * (512 + 512 + 1) * 512
    assert discriminator.count_params() == lstm + both + (1024 + 1) * 512 + (512 + 1) * 256 + 257


def test_the_paper_s_players_are_two_layers_of_350():
    shape = sizes("lstm", generator_width=1.0, discriminator_width=1.0, noise=4)
    generator, discriminator = networks(shape, shape.head.width)
    lowest, upper = 4 * (8 + 350 + 1) * 350, 4 * (350 + 350 + 1) * 350
    assert generator.count_params() == lowest + upper + (350 + 1) * 4
    assert discriminator.count_params() == 2 * (4 * (4 + 350 + 1) * 350 + upper) + 701


def _keras_lstm(ours, inputs: int, **options: object) -> keras.layers.Layer:
    layer = keras.layers.LSTM(ours.units, go_backwards=ours.backwards, **options)
    layer.build((None, None, inputs))
    for theirs, mine in zip(layer.trainable_variables, ours.variables, strict=True):
        theirs.assign(mine)
    return layer


def test_the_simple_discriminator_s_directions_meet_when_each_has_heard_all():
    shape = sizes("dense")
    _, ours = networks(shape, shape.head.width)
    spread(ours, seed=4, deviation=0.4)
    heard = windows(shape, BATCH, seed=5)
    x = _keras_lstm(ours.first, 4, return_sequences=True)(heard)
    x = tf.concat([_keras_lstm(one, ours.first.units)(x) for one in (ours.ahead, ours.back)], -1)
    for layer in ours.dense:
        x = tf.nn.leaky_relu(layer(x), 0.2)
    logits, features = ours(heard)
    np.testing.assert_allclose(features, x, atol=1e-5)
    np.testing.assert_allclose(logits, ours.head(x), atol=1e-5)


def test_the_paper_s_discriminator_hears_both_ways_at_every_step():
    shape = sizes("lstm")
    _, ours = networks(shape, shape.head.width)
    spread(ours, seed=4)
    heard = windows(shape, BATCH, seed=5)
    changed = heard.numpy()
    changed[:, 2] += 1
    units = shape.discriminator_units[-1]
    differs = np.abs(ours(tf.constant(changed))[1] - ours(heard)[1])
    assert (differs[..., :units].max(axis=(0, 2)) > 1e-6).tolist() == [False, False, True, True, True]
    assert (differs[..., units:].max(axis=(0, 2)) > 1e-6).tolist() == [True, True, True, False, False]


def test_a_dense_window_hangs_on_its_noise_alone():
    generator, _ = networks(sizes("dense"), 4)
    spread(generator, seed=4)
    noise = normal(BATCH, 3, seed=6)
    window, state = generator.go_on(noise, generator.begin(BATCH))
    again, _ = generator.go_on(noise, state)
    np.testing.assert_array_equal(window, again)


def test_a_dense_window_s_choices_have_the_softmax_s_slopes():
    shape = sizes("dense", choices=choices())
    generator, _ = networks(shape, 1)
    spread(generator, seed=4)
    noise, wanted = normal(BATCH, *shape.noise_shape, seed=6), normal(BATCH, shape.steps, shape.head.width, seed=7)
    luck = tf.reshape(noise[:, shape.noise :], (BATCH, shape.steps, shape.head.luck))
    found = []
    for straight in (True, False):
        with tf.GradientTape() as tape:
            if straight:
                window = generator(noise)
            else:
                hard, soft = shape.head.make(generator.inner(noise[:, : shape.noise]), luck)
                window = soft + tf.stop_gradient(hard - soft)
            loss = tf.reduce_sum(window * wanted)
        found.append([window, *tape.gradient(loss, generator.trainable_variables)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert set(np.unique(found[0][0])) == {0.0, 1.0}
