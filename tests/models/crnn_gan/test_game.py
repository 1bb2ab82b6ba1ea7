"""The game: who moves and who waits, the same numbers again, and the average."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models.crnn_gan import losses
from counterpoint.models.crnn_gan.game import FIGURES, Game
from counterpoint.models.crnn_gan.heads import Choices
from tests.models.crnn_gan.small import MELODY, choices, sizes, spread, windows

BATCH, RATE = 4, 0.01


def game(kind: str = "lstm", choices: Choices = (), **changes: object) -> Game:
    keras.utils.set_random_seed(5)
    settings = {"matching": "none", "freeze": 0.0, "steadying": 0.0, "weight_decay": 0.0, "average": 0.5, "seed": 6}
    made = Game(sizes(kind, choices=choices), MELODY, **(settings | changes))  # type: ignore[arg-type]
    made.compile(learning_rate=RATE, beta_1=0.5, beta_2=0.9)
    return made


def data(number: int, kind: str = "lstm") -> tf.Tensor:
    return windows(sizes(kind), BATCH, seed=20 + number)


def everything(made: Game) -> list:
    return [*made.carried, *made.averaged]


def values(variables: list) -> list[np.ndarray]:
    return [np.asarray(variable.numpy()) for variable in variables]


def fit(made: Game, *numbers: int) -> dict:
    steps = tf.data.Dataset.from_tensor_slices(tf.stack([data(number) for number in numbers]))
    return made.fit(steps, epochs=1, shuffle=False, verbose=0).history


@pytest.fixture(scope="module")
def plain():
    """A game, and all that it begins with."""
    made = game()
    return made, values(everything(made))


@pytest.fixture
def begun(plain) -> Game:
    made, beginning = plain
    for variable, value in zip(everything(made), beginning, strict=True):
        variable.assign(value)
    made.reset_metrics()
    return made


def test_a_step_tells_its_figures_by_the_weights_it_began_with(begun):
    real = data(1)
    noise = tf.random.stateless_normal((BATCH, *begun.generator.sizes.noise_shape), [6, 0])
    made = begun.generator(noise)
    (real_logits, real_features), (made_logits, made_features) = begun.discriminator(real), begun.discriminator(made)
    expected = [
        *losses.losses(real_logits, made_logits),
        losses.feature_distance(real_features, made_features, "none"),
        *losses.accuracies(real_logits, made_logits),
        0.0,
        0.0,
    ]
    found = begun.train_step(real)
    assert [*found] == [*FIGURES]
    np.testing.assert_allclose([float(value) for value in found.values()], expected, rtol=1e-5)


def test_figures_are_means_over_the_steps_of_a_fit(begun, plain):
    each = []
    for number in (1, 2):
        each.append(begun.train_step(data(number)))
        each[-1] = {name: float(value) for name, value in each[-1].items()}
        begun.reset_metrics()
    for variable, value in zip(everything(begun), plain[1], strict=True):
        variable.assign(value)
    for name, (value,) in fit(begun, 1, 2).items():
        assert value == pytest.approx((each[0][name] + each[1][name]) / 2, rel=1e-5), name


def test_both_sides_move_along_their_losses(begun):
    """Adam's first step is the learning rate against each slope's sign, whatever its size."""
    for player, seed in ((begun.generator, 31), (begun.discriminator, 32)):
        spread(player, seed=seed)
    real = data(1)
    noise = tf.random.stateless_normal((BATCH, *begun.generator.sizes.noise_shape), [6, 0])
    with tf.GradientTape(persistent=True) as tape:
        discriminator_loss, generator_loss = losses.losses(
            begun.discriminator(real)[0], begun.discriminator(begun.generator(noise))[0]
        )
    moves = ((begun.discriminator, discriminator_loss), (begun.generator, generator_loss))
    before = [values(player.trainable_variables) for player, _ in moves]
    slopes = [tape.gradient(loss, player.trainable_variables) for player, loss in moves]
    begun.train_step(real)
    for (player, _), old, slope in zip(moves, before, slopes, strict=True):
        for weight, was, along in zip(player.trainable_variables, old, slope, strict=True):
            clear = np.abs(along) > 1e-4
            np.testing.assert_allclose((weight - was)[clear], -RATE * np.sign(along)[clear], rtol=0.02)
            assert clear.any(), weight.path


@pytest.mark.parametrize("kind", ["dense", "lstm"])
def test_of_chosen_tones_the_discriminator_hears_streams_and_both_sides_move_by_them(kind):
    made = game(kind, choices())
    for player, seed in ((made.generator, 31), (made.discriminator, 32)):
        spread(player, seed=seed)
    real = data(1)
    noise = tf.random.stateless_normal((BATCH, *made.generator.sizes.noise_shape), [6, 0])
    with tf.GradientTape(persistent=True) as tape:
        judged = (
            made.discriminator(made.streams(tones))[0]
            for tones in (made.generator.head.made_of(real), made.generator(noise, training=True))
        )
        found = losses.losses(*judged)
    moves = list(zip((made.discriminator, made.generator), found, strict=True))
    before = [values(player.trainable_variables) for player, _ in moves]
    slopes = [tape.gradient(loss, player.trainable_variables) for player, loss in moves]
    spread(made.generator, seed=31)  # its batch norms heard the batch
    figures = made.train_step(real)
    assert [float(figures[f"{side}_loss"]) for side in ("discriminator", "generator")] == pytest.approx(
        [float(loss) for loss in found], rel=1e-4
    )
    for (player, _), old, slope in zip(moves, before, slopes, strict=True):
        moved = 0
        for weight, was, along in zip(player.trainable_variables, old, slope, strict=True):
            clear = np.abs(along) > 1e-4
            np.testing.assert_allclose((weight - was)[clear], -RATE * np.sign(along)[clear], rtol=0.02)
            moved += clear.sum()
        assert moved > 50


def test_the_generator_is_taught_by_features_where_they_are_matched():
    made = game(matching="means")
    for player, seed in ((made.generator, 31), (made.discriminator, 32)):
        spread(player, seed=seed)
    real, noise = data(1), tf.random.stateless_normal((BATCH, *made.generator.sizes.noise_shape), [6, 0])
    with tf.GradientTape() as tape:
        distance = losses.feature_distance(
            made.discriminator(real)[1], made.discriminator(made.generator(noise))[1], "means"
        )
    weights = made.generator.trainable_variables
    before, slopes = values(weights), tape.gradient(distance, weights)
    figures = made.train_step(real)
    assert float(figures["feature_distance"]) == pytest.approx(float(distance), rel=1e-4)
    for weight, was, along in zip(weights, before, slopes, strict=True):
        clear = np.abs(along) > 1e-4
        np.testing.assert_allclose((weight - was)[clear], -RATE * np.sign(along)[clear], rtol=0.02)


@pytest.mark.parametrize(("bias", "waiting"), [(4.0, "generator"), (-4.0, "discriminator")])
def test_who_is_far_ahead_waits_and_the_other_moves(bias, waiting):
    """A discriminator that takes all for real loses much, and the generator nothing; and the other way round."""
    made = game(freeze=0.7)
    made.discriminator.head.bias.assign([bias])
    real = data(1) if waiting == "generator" else tf.ones_like(data(1))
    if waiting == "discriminator":  # it knows real windows, by their being 1 throughout
        spread(made.generator, seed=1, deviation=0.01)
        for layer in (*made.discriminator.ahead, *made.discriminator.back):
            layer.kernel.assign(np.full(layer.kernel.shape, 3.0))
        made.discriminator.head.kernel.assign(np.full(made.discriminator.head.kernel.shape, 3.0))
    players = {"generator": made.generator, "discriminator": made.discriminator}
    before = {name: values(player.trainable_variables) for name, player in players.items()}
    figures = made.train_step(real)
    for name, player in players.items():
        moved = any(
            not np.array_equal(old, new)
            for old, new in zip(before[name], values(player.trainable_variables), strict=True)
        )
        assert moved == (name != waiting)
        assert float(figures[f"{name}_waits"]) == float(name == waiting)
    optimizers = {"generator": made.generator_optimizer, "discriminator": made.discriminator_optimizer}
    assert {name: int(adam.iterations) for name, adam in optimizers.items()} == {
        name: int(name != waiting) for name in optimizers
    }
    assert int(made.played.value) == 1  # the step counts for both


def test_the_same_seed_is_the_same_game_bit_for_bit_and_another_another(begun, plain):
    for number in (1, 2):
        begun.train_step(data(number))
    end = values(everything(begun))
    for variable, value in zip(everything(begun), plain[1], strict=True):
        variable.assign(value)
    fit(begun, 1, 2)
    for one, again in zip(end, values(everything(begun)), strict=True):
        np.testing.assert_array_equal(one, again)
    other = game(seed=7)
    fit(other, 1, 2)
    assert any(not np.array_equal(a, b) for a, b in zip(end, values(everything(other)), strict=True))


def test_a_game_resumed_after_a_step_ends_as_one_that_went_on(begun):
    begun.train_step(data(1))
    standing = values(everything(begun))
    begun.train_step(data(2))
    end = values(everything(begun))
    other = game()
    for variable, value in zip(everything(other), standing, strict=True):
        variable.assign(value)
    other.train_step(data(2))
    for one, again in zip(end, values(everything(other)), strict=True):
        np.testing.assert_array_equal(one, again)


def test_noise_is_drawn_anew_at_every_step_and_the_average_follows(begun):
    expected = values(begun.generator.variables)
    distances = []
    for keep in (1 / 10, 2 / 11, 0.25):
        begun.reset_metrics()
        distances.append(float(begun.train_step(data(1))["generator_loss"]))
        now = values(begun.generator.variables)
        expected = [keep * mean + (1 - keep) * weight for mean, weight in zip(expected, now, strict=True)]
    for mean, wanted in zip(begun.averaged, expected, strict=True):
        np.testing.assert_allclose(mean, wanted, rtol=1e-5, atol=1e-7)
    assert len(set(distances)) == 3


def test_weights_decay():
    made, still = game(weight_decay=50.0), game()
    for one in (made, still):
        one.train_step(data(1))
    kernels = [(a, b) for a, b in zip(made.carried, still.carried, strict=True) if "head/kernel" in a.path]
    assert kernels and all(np.abs(a).sum() < np.abs(b).sum() for a, b in kernels)


def test_the_simple_gan_plays_too_and_its_batch_norms_learn():
    made = game("dense", matching="paired", freeze=0.7)
    before = values(made.generator.non_trainable_variables)
    figures = made.train_step(data(1, "dense"))
    assert all(np.isfinite(float(value)) for value in figures.values())
    for old, new in zip(before, values(made.generator.non_trainable_variables), strict=True):
        assert not np.array_equal(old, new)


def test_a_steadied_discriminator_changes_its_mind_less():
    changes = {}
    for steadying in (0.0, 300.0):
        made = game(steadying=steadying)
        spread(made.discriminator, seed=8, deviation=0.6)
        fit(made, *[1] * 12)
        heard = data(1)
        shaken = heard + losses.SHAKING * tf.random.stateless_normal(heard.shape, [2, 3])
        changes[steadying] = float(losses.unsteadiness(made.discriminator(heard)[0], made.discriminator(shaken)[0]))
    assert changes[300.0] < 0.5 * changes[0.0]


def test_what_a_generator_makes_of_a_constant_feature_is_not_heard():
    constant = replace(MELODY, low=(6, 55, 90, 0), high=(96, 79, 90, 96), tones_per_step=2)
    made = Game(
        sizes(numbers=8),
        constant,
        matching="none",
        freeze=0.0,
        steadying=0.0,
        weight_decay=0.0,
        average=0.0,
        seed=1,
    )
    assert made.varying.tolist() == [1, 1, 0, 1] * 2


def test_after_pre_training_the_average_does_not_forget_what_was_learnt():
    made = game(average=0.9, learnt=1000)
    begins = values(made.averaged)
    fit(made, 1)
    for mean, began, now in zip(values(made.averaged), begins, values(made.generator.variables), strict=True):
        np.testing.assert_allclose(mean, 0.9 * began + 0.1 * now, rtol=1e-5, atol=1e-7)
