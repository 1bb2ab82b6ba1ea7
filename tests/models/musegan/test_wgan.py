"""The game: who moves when, the same numbers again, and the average."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.critics import gradient_penalty
from counterpoint.models.musegan.wgan import WassersteinGAN, networks
from tests.models.musegan.games import noise, on, phrases, spread

UPDATES, BATCH = 2, 3


def sizes(**changes: object) -> Architecture:
    settings = {"tracks": 2, "bars": 2, "steps": 8, "voices": False, "noise": 4, "width": 0.02, "embedding": 5}
    return Architecture(**(settings | changes))


def game(shape: Architecture | None = None, seed: int = 41, **options: object) -> WassersteinGAN:
    keras.utils.set_random_seed(seed)
    settings = {"critic_updates": UPDATES, "penalty": 10.0, "average": 0.25, "seed": seed}
    made = WassersteinGAN(shape or sizes(), **(settings | options))
    made.compile(learning_rate=1e-3, beta_1=0.5, beta_2=0.9)
    return made


def data(number: int) -> tf.Tensor:
    return tf.constant(on(sizes(), UPDATES, BATCH, seed=50 + number))


def everything(made: WassersteinGAN) -> list:
    """All that one step leaves to the next."""
    return [*made.carried, *made.averaged]


def values(variables: list) -> list[np.ndarray]:
    return [variable.numpy() for variable in variables]


def assign(variables: list, wanted: list[np.ndarray]) -> None:
    for variable, value in zip(variables, wanted, strict=True):
        variable.assign(value)


def moved(before: list[np.ndarray], variables: list) -> bool:
    return any(not np.array_equal(a, b) for a, b in zip(before, values(variables), strict=True))


@pytest.fixture(scope="module")
def compiled():
    made = game()
    return made, made.train_step, values(everything(made))


@pytest.fixture
def played(compiled):
    """A game at its beginning, and its compiled step."""
    made, step, beginning = compiled
    assign(everything(made), beginning)
    return made, step


@pytest.fixture(scope="module")
def fitted():
    """Another of the same seed, after two steps by Keras's own `fit`."""
    made = game()
    beginning = values(everything(made))
    history = fit(made, 1, 2)
    return made, beginning, history, values(everything(made))


def fit(made: WassersteinGAN, *numbers: int) -> dict:
    steps = tf.data.Dataset.from_tensor_slices(tf.stack([data(number) for number in numbers]))
    return made.fit(steps, epochs=1, steps_per_epoch=len(numbers), shuffle=False, verbose=0).history


def test_a_step_is_so_many_critic_updates_and_one_of_the_generator(played):
    made, step = played
    for number in (1, 2):
        logs = step(data(number))
        assert int(made.critic_optimizer.iterations) == number * UPDATES
        assert int(made.generator_optimizer.iterations) == number
    assert set(logs) == {"wasserstein", "penalty", "judged"}
    assert all(np.isfinite(float(value)) for value in logs.values())


def test_the_same_seed_is_the_same_game_bit_for_bit(played, fitted, compiled):
    made, step = played
    _, beginning, history, end = fitted
    for one, again in zip(compiled[2], beginning, strict=True):
        np.testing.assert_array_equal(one, again)
    for number in (1, 2):
        logs = step(data(number))
    for one, again in zip(everything(made), end, strict=True):
        np.testing.assert_array_equal(one, again, err_msg=one.path)
    assert {name: series[-1] for name, series in history.items()} == {name: float(x) for name, x in logs.items()}


def test_another_seed_is_another_game(played, compiled):
    made, step = played
    step(data(1))
    end = values(everything(made))
    assert moved(compiled[2], everything(game(seed=42)))
    assign(everything(made), compiled[2])
    step(data(2))
    assert moved(end, everything(made))


def test_a_game_resumed_after_a_step_ends_as_one_that_went_on(played, fitted):
    made, step = played
    step(data(1))
    other, *_, uninterrupted = fitted
    assign(everything(other), values(everything(made)))
    fit(other, 2)
    for one, whole in zip(everything(other), uninterrupted, strict=True):
        np.testing.assert_array_equal(one, whole, err_msg=one.path)


def test_the_average_follows_the_weights(played):
    made, step = played
    expected = values(made.generator.variables)
    for number, keep in enumerate((1 / 10, 2 / 11, 0.25, 0.25)):  # (1 + n) / (10 + n), 0.25 at most
        step(data(number))
        after = values(made.generator.variables)
        expected = [keep * mean + (1 - keep) * weight for mean, weight in zip(expected, after, strict=True)]
    for mean, wanted in zip(made.averaged, expected, strict=True):
        np.testing.assert_allclose(mean, wanted, rtol=1e-5, atol=1e-7)


def test_who_is_taught_moves_and_nobody_else(played):
    made, _ = played
    real = phrases(made.sizes, BATCH, seed=61)
    critics, weights = values(made.critic_weights), values(made.generator.trainable_variables)
    made._teach_critics(real, tf.constant(0, tf.int64))
    assert moved(critics, made.critic_weights)
    assert not moved(weights, made.generator.trainable_variables)
    critics = values(made.critic_weights)
    made._teach_generator(real, tf.constant(0, tf.int64))
    assert not moved(critics, made.critic_weights)
    assert moved(weights, made.generator.trainable_variables)


def test_both_are_taught_by_the_adam_that_is_asked_for(played):
    made, _ = played
    for optimizer in (made.critic_optimizer, made.generator_optimizer):
        assert isinstance(optimizer, keras.optimizers.Adam)
        assert float(optimizer.learning_rate) == pytest.approx(1e-3)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.9)


def test_the_critic_s_first_update_is_adam_s_along_the_loss_as_written(played):
    """Adam's first step is the learning rate against each slope's sign, whatever its size."""
    made, _ = played
    spread(made.critics[0], seed=62)
    real = phrases(made.sizes, BATCH, seed=63)
    judge, before = made.critics[0], values(made.critic_weights)
    number = tf.constant(7, tf.int64)
    fake = made.phrases(made._noise(BATCH, number, 0), real)
    mix = tf.random.stateless_uniform((BATCH,), made._seed(number, 1, 0))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(judge(fake)) - tf.reduce_mean(judge(real))
        loss += 10.0 * gradient_penalty(lambda x: judge(x)[:, 0], real, fake, mix)
    slopes = tape.gradient(loss, made.critic_weights, unconnected_gradients="zero")
    made._teach_critics(real, number)
    for weight, old, slope in zip(made.critic_weights, before, slopes, strict=True):
        clear = np.abs(slope) > 1e-3
        np.testing.assert_allclose((weight - old)[clear], -1e-3 * np.sign(slope)[clear], rtol=0.02)


def test_points_of_the_penalty_are_drawn_uniformly_and_noise_is_normal(played):
    made, _ = played
    number = tf.constant(3, tf.int64)
    mix = tf.random.stateless_uniform((4000,), made._seed(number, 1, 0)).numpy()
    assert mix.min() >= 0 and mix.max() < 1
    assert np.histogram(mix, 4, (0, 1))[0] == pytest.approx([1000] * 4, abs=120)
    parts = [part.numpy().ravel() for part in made._noise(400, number, 0)]
    for part in parts:
        assert abs(part.mean()) < 4 / part.size**0.5 and abs(part.std() - 1) < 4 / (2 * part.size) ** 0.5
    # No two draws are one: parts, purposes and steps each have their own seed.
    draws = [part[:6] for part in parts]
    others = made._noise(400, number, 2)[0], made._noise(400, number + 1, 0)[0]
    draws += [other.numpy().ravel()[:6] for other in others]
    assert len({tuple(draw) for draw in draws}) == 6


@pytest.mark.parametrize("given", [None, 1])
def test_jamming_critics_hear_one_track_each_beside_the_given_one(given):
    shape = sizes(composition="jamming", given=given)
    made = game(shape)
    for critic in made.critics:
        spread(critic, seed=64)
    rolls = phrases(shape, 5, seed=65)
    before = made.judged(rolls)
    assert len(before) == len(shape.generated)
    for track in range(shape.tracks):
        other = rolls.numpy()
        other[:, track] = -other[:, track]
        heard = [bool(np.abs(one - two).max() > 1e-6) for one, two in zip(before, made.judged(other), strict=True)]
        assert heard == [track in (own, given) for own in shape.generated]


def test_hybrid_and_composer_have_one_critic_of_all_tracks():
    for composition in ("hybrid", "composer"):
        _, critics = networks(sizes(composition=composition, given=1))
        assert [critic.input_shape for critic in critics] == [(None, 2, 2, 8, 84)]


@pytest.mark.parametrize("given", [0, 1, 2])
def test_the_given_track_stands_unchanged_in_its_place(given):
    shape = sizes(given=given, tracks=3)
    made = game(shape)
    real, drawn = phrases(shape, 5, seed=66), noise(shape, 5, seed=67)
    whole = made.phrases(drawn, real, training=False)
    np.testing.assert_array_equal(whole[:, given], real[:, given])
    written = made.generator(drawn, given=real[:, given], training=False)
    np.testing.assert_array_equal(np.delete(whole, given, axis=1), written)


def test_every_critic_and_generator_of_a_conditional_game_learns():
    made = game(sizes(composition="jamming", given=1))
    for number, critic in enumerate(made.critics):  # at N(0, 0.02) first slopes are below what Adam divides by
        spread(critic, seed=68 + number)
    before, of_generator = values(made.critic_weights), values(made.generator.trainable_variables)
    real, first = phrases(made.sizes, BATCH, seed=70), tf.constant(0, tf.int64)
    made._teach_critics(real, first)
    made._teach_generator(real, first)
    # The last bias of a critic moves no difference of scores.
    still = [w.path for old, w in zip(before, made.critic_weights, strict=True) if np.array_equal(old, w)]
    assert len(still) <= len(made.critics)
    for old, weight in zip(of_generator, made.generator.trainable_variables, strict=True):
        assert not np.array_equal(old, weight), weight.path


def test_in_half_precision_weights_and_scores_stay_float32():
    made = game(precision="mixed_bfloat16")
    real, first = phrases(made.sizes, BATCH, seed=71), tf.constant(0, tf.int64)
    scores = *made._teach_critics(real, first), made._teach_generator(real, first)
    assert {weight.dtype for weight in everything(made) if "iteration" not in weight.path} == {"float32"}
    assert all(score.dtype == tf.float32 and np.isfinite(float(score)) for score in scores)
    assert keras.config.dtype_policy().name == "float32"
