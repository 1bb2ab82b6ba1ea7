"""The fast generator's loop against Keras cells, one step after another in Python."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.crnn_gan.free_running import run
from counterpoint.models.crnn_gan.heads import Chosen
from counterpoint.models.crnn_gan.lstm import LSTMGenerator
from tests.models.crnn_gan.small import choices, made, normal

BATCH = 3


@pytest.fixture(scope="module", params=["continuous", "chosen"])
def network(request) -> LSTMGenerator:
    return made("lstm", choices=choices() if request.param == "chosen" else ())


@pytest.fixture(scope="module")
def noise(network) -> tf.Tensor:
    return normal(BATCH, *network.sizes.noise_shape, seed=11)


class ByCells:
    """Mogren 2016, section 2, as it is said: random vector and last output side by side, cell upon cell."""

    def __init__(self, network: LSTMGenerator) -> None:
        self.network, self.cells = network, []
        heard = network.sizes.noise + network.head.width
        for layer in network.stacked:
            self.cells.append(keras.layers.LSTMCell(layer.units))
            self.cells[-1].build((None, heard))
            heard = layer.units
        for theirs, ours in zip(self.trainable_variables, network.trainable_variables, strict=True):
            theirs.assign(ours)

    @property
    def trainable_variables(self) -> list:
        return [weight for one in (*self.cells, self.network.last) for weight in one.trainable_variables]

    def __call__(self, noise: tf.Tensor) -> tf.Tensor:
        states = [[tf.zeros((BATCH, cell.units))] * 2 for cell in self.cells]
        last, steps = tf.zeros((BATCH, self.network.head.width)), []
        noise, luck = noise[..., : self.network.sizes.noise], tf.stop_gradient(noise[..., self.network.sizes.noise :])
        for step in range(self.network.sizes.steps):
            x = tf.concat([noise[:, step], last], -1)
            for place, cell in enumerate(self.cells):
                x, states[place] = cell(x, states[place])
            last = self.made(self.network.last(x), luck[:, step])
            steps.append(last)
        return tf.stack(steps, 1)

    def made(self, sums: tf.Tensor, luck: tf.Tensor) -> tf.Tensor:
        """Jang et al. 2017, section 2.2, straight-through, as TensorFlow differentiates it."""
        head = self.network.head
        if not isinstance(head, Chosen):
            return tf.tanh(sums)
        hard, soft = head.make(sums, luck)
        return soft + tf.stop_gradient(hard - soft)


def outputs_and_slopes(write: LSTMGenerator | ByCells, noise: tf.Tensor) -> list:
    with tf.GradientTape() as tape:
        tape.watch(noise)
        window = write(noise)
        loss = tf.reduce_sum(window * normal(*window.shape, seed=12))
    return [window, *tape.gradient(loss, [noise, *write.trainable_variables])]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_it_is_cells_one_step_after_another_and_so_are_its_slopes(network, noise, jit_compile):
    ours = tf.function(outputs_and_slopes, autograph=False, jit_compile=jit_compile)(network, noise)
    plain = tf.function(outputs_and_slopes, autograph=False)(ByCells(network), noise)
    assert len(ours) == 2 + 3 * 2 + 2
    for mine, theirs in zip(ours, plain, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_windows_that_go_on_are_one_long_window(network, noise):
    again = normal(BATCH, *network.sizes.noise_shape, seed=13)
    first, state = network.go_on(noise, network.begin(BATCH))
    second, _ = network.go_on(again, state)
    np.testing.assert_array_equal(first, network.head.tones(network(noise)))
    whole = network.head.tones(network(tf.concat([noise, again], 1)))
    np.testing.assert_allclose(tf.concat([first, second], 1), whole, atol=1e-6)


def test_each_step_hears_its_own_noise_and_what_was_before(network, noise):
    changed = noise.numpy()
    changed[:, 2] *= -1  # who was lucky is unlucky
    found = []
    for each in (tf.constant(changed), noise):  # as the head knows it: a choice may be the same for other reasons
        _, kept = run(*network._sums(each), network._weights(), network.begin(BATCH), network.head)
        found.append(kept.known.numpy())
    differs = np.abs(found[0] - found[1]).max(axis=(1, 2)) > 1e-6
    assert differs.tolist() == [False, False, True, True, True]


def test_with_its_own_steps_as_real_ones_it_predicts_them(network, noise):
    without_luck = noise.numpy()
    without_luck[..., network.sizes.noise :] = 0
    made = network(tf.constant(without_luck))
    found = network.predict_next(noise[..., : network.sizes.noise], made)
    if isinstance(network.head, Chosen):  # it foretells the shares by which they are drawn
        one_hot = tf.one_hot(tf.argmax(network.head.apart(found), -1), network.head.most)
        np.testing.assert_array_equal(one_hot, network.head.apart(made))
    else:
        np.testing.assert_allclose(found, made, atol=1e-6)


def test_a_prediction_hears_the_real_steps_before_it_and_none_after(network, noise):
    real = normal(BATCH, network.sizes.steps, network.head.width, seed=14).numpy()
    noise = noise[..., : network.sizes.noise]
    before = network.predict_next(noise, tf.constant(real))
    real[:, 2] += 1
    differs = np.abs(network.predict_next(noise, tf.constant(real)) - before).max(axis=(0, 2)) > 1e-6
    assert differs.tolist() == [False, False, False, True, True]
