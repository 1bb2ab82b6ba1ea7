"""Adam in one operation a weight against Keras's own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.training.adam import Adam

SHAPES = ((3, 2), (5,))


def _after(
    optimizer: keras.optimizers.Optimizer, *, steps: int, size: float = 1.0, jit_compile: bool = False
) -> list[np.ndarray]:
    """The weights, then everything that the next step depends on. size: of the slopes."""
    random = np.random.default_rng(4)
    weights = [keras.Variable(random.standard_normal(shape), dtype="float32") for shape in SHAPES]
    optimizer.build(weights)
    step = tf.function(lambda slopes: optimizer.apply(slopes, weights), jit_compile=jit_compile)
    for _ in range(steps):
        step([tf.constant(size * random.standard_normal(shape), tf.float32) for shape in SHAPES])
    return [np.array(variable) for variable in [*weights, *optimizer.variables]]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_its_steps_are_those_of_keras_but_for_rounding(jit_compile):
    ours = _after(Adam(0.03, 0.5, 0.9), steps=3, jit_compile=jit_compile)
    kerass = _after(keras.optimizers.Adam(0.03, 0.5, 0.9), steps=3)
    for one, other in zip(ours, kerass, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_slopes_near_epsilon_are_divided_as_keras_divides_them():
    ours, kerass = (_after(made(0.03, 0.5, 0.9), steps=3, size=1e-7) for made in (Adam, keras.optimizers.Adam))
    for one, other in zip(ours, kerass, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    assert not np.allclose(ours[0], _after(Adam(0.03, 0.5, 0.9), steps=3)[0], rtol=1e-2)


def test_a_falling_learning_rate_is_that_of_each_step():
    falling = keras.optimizers.schedules.PolynomialDecay(0.03, 4, 0.0)
    ours, kerass = (_after(made(falling, 0.5, 0.9), steps=3)[0] for made in (Adam, keras.optimizers.Adam))
    np.testing.assert_allclose(ours, kerass, rtol=1e-6)
    assert not np.allclose(ours, _after(Adam(0.03, 0.5, 0.9), steps=3)[0], rtol=1e-3)


def test_a_weight_is_updated_by_one_operation():
    weight = keras.Variable(np.ones(SHAPES[0]), dtype="float32")
    optimizer = Adam(0.03, 0.5, 0.9)
    optimizer.build([weight])
    step = tf.function(lambda: optimizer.apply([weight.value * 2], [weight]))
    kinds = [operation.type for operation in step.get_concrete_function().graph.get_operations()]
    assert kinds.count("ResourceApplyAdam") == 1 and "AssignSubVariableOp" not in kinds
