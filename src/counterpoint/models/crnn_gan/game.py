"""The game of generator and discriminator as a Keras training step.

Departures from Mogren 2016, section 3, "Training": both sides learn by Adam, not by gradient descent at 0.1; the
discriminator's slopes may be held down (`losses.unsteadiness`); a running mean of the generator's weights is kept.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings.scale import Scale
from counterpoint.models.crnn_gan import losses
from counterpoint.models.crnn_gan.architecture import Architecture
from counterpoint.models.crnn_gan.heads import Chosen
from counterpoint.models.crnn_gan.losses import Matching
from counterpoint.models.crnn_gan.networks import networks
from counterpoint.models.crnn_gan.streams import Streams
from counterpoint.training import averaging
from counterpoint.training.adam import Adam

FIGURES = (
    "discriminator_loss",
    "generator_loss",
    "feature_distance",
    "real_accuracy",
    "generated_accuracy",
    "discriminator_waits",
    "generator_waits",
)


class Game(keras.Model):
    """A generator, its discriminator and both optimisers. The discriminator hears numbers as they are, and of chosen
    tones `Streams`, by `scale`.

    matching: what the generator is taught by: "none", its loss; else `losses.feature_distance` in its place. freeze: of
    `losses.has_to_wait`. steadying: weight of `losses.unsteadiness` in what the discriminator learns by. weight_decay:
    of `losses.decayed`, of both sides. average: decay of the running mean of the generator's weights, `averaged` (in
    the order of `generator.variables`). learnt: updates that the generator will have had before the game.
    """

    def __init__(
        self,
        sizes: Architecture,
        scale: Scale,
        *,
        matching: Matching,
        freeze: float,
        steadying: float,
        weight_decay: float,
        average: float,
        seed: int,
        learnt: int = 0,
    ) -> None:
        super().__init__(name="crnn_gan")
        self.matching, self.freeze, self.steadying, self.weight_decay = matching, freeze, steadying, weight_decay
        self.average, self.seed, self.learnt = average, seed, learnt
        self.streams = Streams(sizes.head, scale) if isinstance(sizes.head, Chosen) else None
        self.generator, self.discriminator = networks(sizes, self.streams.numbers if self.streams else sizes.numbers)
        # A feature that is constant is 0 in real windows, and whatever a generator makes of it is not heard.
        self.varying = np.tile(np.array(scale.high) > scale.low, scale.tones_per_step).astype(np.float32)
        self.averaged = averaging.copies(self.generator.variables)
        self.played = keras.Variable(0, dtype="int64", trainable=False, name="played")
        self.means = {name: keras.metrics.Mean(name) for name in FIGURES}
        self.built = True

    def compile(self, *, learning_rate: float, beta_1: float, beta_2: float, jit_compile: bool = False) -> None:
        """jit_compile: XLA. Keras's own switch is off where operations are deterministic, as XLA's are anyway."""
        super().compile(jit_compile=False)
        self._compiled = tf.function(self._play, autograph=False, jit_compile=jit_compile)
        self.discriminator_optimizer, self.generator_optimizer = (
            Adam(learning_rate, beta_1, beta_2, name=name) for name in ("discriminator_adam", "generator_adam")
        )
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.generator_optimizer.build(self.generator.trainable_variables)

    @property
    def carried(self) -> list[Any]:
        """All that one training step leaves to the next, but `averaged`: with both a game goes on as this one would."""
        players = [*self.generator.variables, *self.discriminator.variables]
        return [*players, *self.discriminator_optimizer.variables, *self.generator_optimizer.variables, self.played]

    @property
    def metrics(self) -> list[Any]:
        return list(self.means.values())

    def train_step(self, data: Any) -> dict[str, Any]:
        """data: float32 (batch, steps, numbers), real windows.

        Returns `FIGURES`, means over the steps since `fit` began: both losses, as `losses` has them; the feature
        distance; the shares of real and of generated windows that are told to be so; and those of steps in which a side
        had to wait.
        """
        for name, value in self._compiled(data).items():
            self.means[name].update_state(value)
        return {name: mean.result() for name, mean in self.means.items()}

    def _play(self, real: Any) -> dict[str, Any]:
        """Both sides move at once, by slopes of one pass, as in the published code.

        So the discriminator hears real and generated windows together, and nothing is heard or made twice.
        """
        step = self.played.value
        noise = tf.random.stateless_normal(
            (real.shape[0], *self.generator.sizes.noise_shape), tf.stack([tf.constant(self.seed, tf.int64), step])
        )
        with tf.GradientTape() as making:
            made = self.generator(noise, training=True)
        with tf.GradientTape(persistent=True) as judging:
            judging.watch(made)
            both = tf.concat([self.generator.head.made_of(real), made], 0)
            heard = self.streams(both) if self.streams else both * self.varying
            shaken = [self._shaken(heard[: real.shape[0]], step)] if self.steadying else []
            parts = len(shaken) + 2
            logits, features = self.discriminator(tf.concat([heard, *shaken], 0))
            real_logits, made_logits, *shaken_logits = tf.split(logits, parts)
            real_features, made_features, *_ = tf.split(features, parts)
            discriminator_loss, generator_loss = losses.losses(real_logits, made_logits)
            taught = discriminator_loss
            if self.steadying:
                taught += self.steadying * losses.unsteadiness(real_logits, shaken_logits[0])
            distance = losses.feature_distance(real_features, made_features, self.matching)
        waits = [
            losses.has_to_wait(discriminator_loss, generator_loss, self.freeze),
            losses.has_to_wait(generator_loss, discriminator_loss, self.freeze),
        ]
        taught_by = generator_loss if self.matching == "none" else distance

        def of_discriminator(weights: list[Any]) -> list[Any]:
            return judging.gradient(taught, weights)

        def of_generator(weights: list[Any]) -> list[Any]:
            return making.gradient(made, weights, output_gradients=judging.gradient(taught_by, made))

        self._teach(self.discriminator, self.discriminator_optimizer, of_discriminator, waits[0])
        self._teach(self.generator, self.generator_optimizer, of_generator, waits[1])
        averaging.follow(self.averaged, self.generator.variables, self.average, step + self.learnt)
        self.played.assign_add(1)
        told = [tf.cast(wait, tf.float32) for wait in waits]
        accuracies = losses.accuracies(real_logits, made_logits)
        found = (discriminator_loss, generator_loss, distance, *accuracies, *told)
        return dict(zip(FIGURES, found, strict=True))

    def _shaken(self, heard: Any, step: Any) -> Any:
        drawn = tf.random.stateless_normal(heard.shape, tf.stack([tf.constant(~self.seed, tf.int64), step]))
        shaken = losses.SHAKING * drawn if self.streams else losses.SHAKING * drawn * self.varying
        return tf.stop_gradient(heard) + shaken

    def _teach(
        self, player: keras.Model, optimizer: Adam, slopes: Callable[[list[Any]], list[Any]], waits: Any
    ) -> None:
        """One update of `player`, unless it waits; then its slopes are not found either."""
        weights = player.trainable_variables

        def teach() -> None:
            optimizer.apply(losses.decayed(slopes(weights), weights, self.weight_decay), weights)

        tf.cond(waits, lambda: None, teach)
