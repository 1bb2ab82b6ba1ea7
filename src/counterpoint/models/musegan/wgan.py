"""The game of generator and critics: WGAN-GP (Gulrajani et al. 2017, algorithm 1) as a Keras training step."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.critics import critic, gradient_penalty
from counterpoint.models.musegan.generators import Generator, Noise, noise_shapes
from counterpoint.models.musegan.layers import precision as in_precision
from counterpoint.training import averaging
from counterpoint.training.adam import Adam

_CRITIC, _MIX, _GENERATOR = range(3)  # what random numbers are for: seeds never meet


def networks(sizes: Architecture) -> tuple[keras.Model, list[keras.Model]]:
    """The generator, and its critics: one of whole phrases, or, jamming, one a track that is generated (section 3.1).

    A track's own critic hears the given track beside it, where there is one.
    """
    generator = Generator(sizes)
    generator.make()
    if sizes.composition != "jamming":
        return generator, [critic(sizes, tuple(range(sizes.tracks)))]
    given = () if sizes.given is None else (sizes.given,)
    return generator, [critic(sizes, (track, *given), f"critic_{track}") for track in sizes.generated]


class WassersteinGAN(keras.Model):
    """A generator, its critics and both optimisers.

    average: decay of the running mean of the generator's weights, `averaged` (in the order of `generator.variables`).
    precision: Keras's dtype policy of the networks. players: makes the networks, for others of the same inputs.
    """

    def __init__(
        self,
        sizes: Architecture,
        *,
        critic_updates: int,
        penalty: float,
        average: float,
        seed: int,
        precision: str = "float32",
        players: Callable[[Architecture], tuple[keras.Model, list[keras.Model]]] = networks,
    ) -> None:
        super().__init__(name="musegan")
        self.sizes, self.shapes = sizes, noise_shapes(sizes)
        self.critic_updates, self.penalty, self.average, self.seed = critic_updates, penalty, average, seed
        with in_precision(precision):
            self.generator, self.critics = players(sizes)
        self.averaged = averaging.copies(self.generator.variables)
        self.built = True

    def compile(self, *, learning_rate: float, beta_1: float, beta_2: float, jit_compile: bool = False) -> None:
        """jit_compile: XLA. Keras's own switch is off where operations are deterministic, as XLA's are anyway."""
        super().compile(jit_compile=False)
        self._played = tf.function(self._play, jit_compile=jit_compile)
        self.critic_optimizer, self.generator_optimizer = (
            Adam(learning_rate, beta_1, beta_2, name=name) for name in ("critic_adam", "generator_adam")
        )
        self.critic_optimizer.build(self.critic_weights)
        self.generator_optimizer.build(self.generator.trainable_variables)

    @property
    def critic_weights(self) -> list[Any]:
        return [weight for one in self.critics for weight in one.trainable_variables]

    @property
    def carried(self) -> list[Any]:
        """All that one training step leaves to the next, but `averaged`: with both a game goes on as this one would."""
        players = [*self.generator.variables, *self.critic_weights]
        return [*players, *self.critic_optimizer.variables, *self.generator_optimizer.variables]

    def judged(self, rolls: Any) -> list[Any]:
        """(batch, tracks, bars, steps, PITCHES) → each critic's numbers, (batch,)."""
        return [judge(heard) for judge, heard in self._hearings(rolls)]

    def _hearings(self, rolls: Any) -> list[tuple[Any, Any]]:
        """Each critic and what it hears: all tracks; or, when jamming, one track beside the given one."""
        if self.sizes.composition != "jamming":
            return [(self._judge(self.critics[0]), rolls)]
        given = [] if self.sizes.given is None else [rolls[:, self.sizes.given : self.sizes.given + 1]]
        return [
            (self._judge(one), tf.concat([rolls[:, track : track + 1], *given], 1))
            for one, track in zip(self.critics, self.sizes.generated, strict=True)
        ]

    @staticmethod
    def _judge(one: keras.Model) -> Any:
        return lambda rolls: one(rolls, training=True)[:, 0]

    def phrases(self, noise: Noise, real: Any, training: bool = True) -> Any:
        """Whole phrases: what is generated, with the given track of `real` in its place."""
        at = self.sizes.given
        if at is None:
            return self.generator(noise, training=training)
        made = self.generator(noise, given=real[:, at], training=training)
        return tf.concat([made[:, :at], real[:, at : at + 1], made[:, at:]], 1)

    def train_step(self, data: Any) -> dict[str, Any]:
        """data: uint8 (critic_updates, batch, tracks, bars, steps, PITCHES), 1 where something is on.

        Returns, of the last critic update, `wasserstein`, by how much critics rate real phrases above generated ones,
        and `penalty`; and `judged`, how they rate what the generator was taught on. Each is a sum over critics.
        """
        return self._played(data[0] if isinstance(data, tuple) else data)

    def _play(self, phrases: Any) -> dict[str, Any]:
        real = 2.0 * tf.cast(phrases, tf.float32) - 1.0
        step = tf.cast(self.generator_optimizer.iterations, tf.int64)

        def teach(update: Any, *_: Any) -> tuple[Any, ...]:
            number = step * self.critic_updates + tf.cast(update, tf.int64)
            return (update + 1, *self._teach_critics(real[update], number))

        # A loop of the graph: written out, its compilation takes longer than a hundred iterations.
        _, distance, penalty = tf.while_loop(
            lambda update, *_: update < self.critic_updates, teach, (tf.constant(0), tf.constant(0.0), tf.constant(0.0))
        )
        judged = self._teach_generator(real[0], step)
        averaging.follow(self.averaged, self.generator.variables, self.average, step)
        return {"wasserstein": distance, "penalty": penalty, "judged": judged}

    def _teach_critics(self, real: Any, number: Any) -> tuple[Any, Any]:
        batch = tf.shape(real)[0]
        fake = tf.stop_gradient(self.phrases(self._noise(batch, number, _CRITIC), real))
        mix = tf.random.stateless_uniform((batch,), self._seed(number, _MIX, 0))
        with tf.GradientTape() as tape:
            distance, penalty = self.rated(real, fake, mix)
            loss = self.penalty * penalty - distance
        self.critic_optimizer.apply(tape.gradient(loss, self.critic_weights), self.critic_weights)
        return distance, penalty

    def rated(self, real: Any, fake: Any, mix: Any) -> tuple[Any, Any]:
        """By how much critics rate real phrases above fake ones, and their gradient penalty at `mix` (batch,)."""
        # Real and fake apart: together they fill buffers so large that each is asked of the system anew.
        judged = zip(self.judged(real), self.judged(fake), strict=True)
        distance = tf.add_n([tf.reduce_mean(ours) - tf.reduce_mean(theirs) for ours, theirs in judged])
        pairs = zip(self._hearings(real), self._hearings(fake), strict=True)
        penalty = tf.add_n([gradient_penalty(judge, ours, theirs, mix) for (judge, ours), (_, theirs) in pairs])
        return distance, penalty

    def _teach_generator(self, real: Any, number: Any) -> Any:
        noise = self._noise(tf.shape(real)[0], number, _GENERATOR)
        with tf.GradientTape() as tape:
            judged = tf.reduce_mean(tf.add_n(self.judged(self.phrases(noise, real))))
            loss = -judged
        weights = self.generator.trainable_variables
        self.generator_optimizer.apply(tape.gradient(loss, weights), weights)
        return judged

    def _noise(self, batch: Any, number: Any, purpose: int) -> Noise:
        parts = enumerate(self.shapes)
        return Noise(
            *(tf.random.stateless_normal((batch, *shape), self._seed(number, purpose, part)) for part, shape in parts)
        )

    def _seed(self, number: Any, purpose: int, part: int) -> Any:
        return tf.stack([tf.constant(self.seed * 16 + purpose * 4 + part, tf.int64), number])
