"""The LSTM layer against Keras's own: what it makes, and its slopes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.crnn_gan.recurrent import LSTM
from tests.models.crnn_gan.small import normal

STEPS, BATCH, INPUTS, UNITS = 5, 3, 4, 6


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_it_is_keras_s_layer_and_so_are_its_slopes(backwards, jit_compile):
    ours, keras_s = LSTM(UNITS, backwards), keras.layers.LSTM(UNITS, return_sequences=True, go_backwards=backwards)
    ours.build((None, None, INPUTS))
    keras_s.build((None, STEPS, INPUTS))
    for place, (mine, theirs) in enumerate(zip(ours.variables, keras_s.trainable_variables, strict=True)):
        mine.assign(normal(*mine.shape, seed=place) / 2)
        theirs.assign(mine)
    heard, wanted = normal(STEPS, BATCH, INPUTS, seed=7), normal(STEPS, BATCH, UNITS, seed=8)

    def by_keras(heard):
        made = tf.transpose(keras_s(tf.transpose(heard, (1, 0, 2))), (1, 0, 2))
        return made[::-1] if backwards else made

    def outputs_and_slopes(layer, weights):
        with tf.GradientTape() as tape:
            tape.watch(heard)
            made = layer(heard)
            loss = tf.reduce_sum(made * wanted)
        return [made, *tape.gradient(loss, [heard, *weights])]

    step = tf.function(lambda: outputs_and_slopes(ours, ours.trainable_variables), jit_compile=jit_compile)
    expected = tf.function(lambda: outputs_and_slopes(by_keras, keras_s.trainable_variables))
    for mine, theirs in zip(step(), expected(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=2e-6)


def test_it_begins_as_keras_s_layer_does():
    ours, keras_s = LSTM(UNITS), keras.layers.LSTM(UNITS)
    for layer in (ours, keras_s):
        layer.build((None, None, INPUTS))
    np.testing.assert_array_equal(ours.bias, keras_s.cell.bias)
    recurrent = ours.recurrent_kernel.numpy()
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(UNITS), atol=1e-5)
    assert np.abs(ours.kernel.numpy()).max() <= np.sqrt(6 / (INPUTS + 4 * UNITS))


def test_a_tape_keeps_nothing_of_the_loop():
    """Its slopes are ours. A tape that is asked twice would else make every step keep what TensorFlow derives by."""
    layer = LSTM(UNITS)
    layer.build((None, None, INPUTS))

    def slopes():
        with tf.GradientTape(persistent=True) as tape:
            loss = tf.reduce_sum(layer(normal(STEPS, BATCH, INPUTS, seed=1)))
        return tape.gradient(loss, layer.kernel.value), tape.gradient(loss, layer.bias.value)

    graph = tf.function(slopes).get_concrete_function().graph
    loops = [one for one in graph.get_operations() if one.type in ("While", "StatelessWhile")]
    assert len(loops) == 3  # there once, and back for each question
