"""The game of generator and critics: WGAN-GP (Gulrajani et al. 2017, algorithm 1) as a Keras training step."""

from typing import Any

import keras
import tensorflow as tf

from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.critics import critic, gradient_penalty
from counterpoint.models.musegan.generators import Generator, Noise, noise_shapes

_CRITIC, _MIX, _GENERATOR = range(3)  # what random numbers are for: seeds never meet


class WassersteinGAN(keras.Model):
    """A generator, its critics (one, or one a track when jamming), and both optimisers."""

    def __init__(self, sizes: Architecture, *, critic_updates: int, penalty: float, average: float, seed: int) -> None:
        super().__init__(name="musegan")
        self.sizes, self.critic_updates, self.penalty, self.average, self.seed = sizes, critic_updates, penalty, average, seed
        self.generator = Generator(sizes)
        self.alone = sizes.composition == "jamming"
        with_given = sizes.given is not None
        if self.alone:
            self.critics = [critic(sizes, 1 + with_given, f"critic_{track}") for track in sizes.generated]
        else:
            self.critics = [critic(sizes, sizes.tracks)]
        self.shapes = noise_shapes(sizes)
        self._build()

    def _build(self) -> None:
        sizes = self.sizes
        given = None if sizes.given is None else tf.zeros((2, sizes.bars, sizes.steps, 84))
        self.generator(Noise(*(tf.zeros((2, *shape)) for shape in self.shapes)), given=given)
        self.averaged = [keras.Variable(v, trainable=False, name=f"averaged_{i}") for i, v in enumerate(self.generator.variables)]
        self.built = True

    def compile(self, *, learning_rate: float, beta_1: float, beta_2: float, **kwargs: Any) -> None:
        super().compile(**kwargs)
        self.critic_optimizer, self.generator_optimizer = (
            keras.optimizers.Adam(learning_rate, beta_1, beta_2, name=name) for name in ("critic_adam", "generator_adam")
        )
        self.critic_weights = [w for one in self.critics for w in one.trainable_variables]
        self.critic_optimizer.build(self.critic_weights)
        self.generator_optimizer.build(self.generator.trainable_variables)

    def judged(self, rolls: Any) -> list[Any]:
        """(batch, tracks, bars, steps, PITCHES) → each critic's numbers, (batch,)."""
        return [judge(heard) for judge, heard in self._hearings(rolls)]

    def _hearings(self, rolls: Any) -> list[tuple[Any, Any]]:
        """Each critic and what it hears: all tracks; or, when jamming, one track beside the given one."""
        if not self.alone:
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
        """data: uint8 (critic_updates, batch, tracks, bars, steps, PITCHES), 1 where something is on."""
        real = 2.0 * tf.cast(data[0] if isinstance(data, tuple) else data, tf.float32) - 1.0
        step = tf.cast(self.generator_optimizer.iterations, tf.int32)
        for update in range(self.critic_updates):
            distance, penalty = self._teach_critics(real[update], step * self.critic_updates + update)
        judged = self._teach_generator(real[0], step)
        self._follow(step)
        return {"wasserstein": distance, "penalty": penalty, "judged": judged}

    def _teach_critics(self, real: Any, number: Any) -> tuple[Any, Any]:
        batch = tf.shape(real)[0]
        fake = tf.stop_gradient(self.phrases(self._noise(batch, number, _CRITIC), real))
        mix = tf.random.stateless_uniform((batch,), self._seed(number, _MIX, 0))
        with tf.GradientTape() as tape:
            judged = tf.add_n(self.judged(tf.concat([real, fake], 0)))
            distance = tf.reduce_mean(judged[:batch]) - tf.reduce_mean(judged[batch:])
            pairs = zip(self._hearings(real), self._hearings(fake), strict=True)
            penalty = tf.add_n([gradient_penalty(judge, ours, theirs, mix) for (judge, ours), (_, theirs) in pairs])
            loss = self.penalty * penalty - distance
        self.critic_optimizer.apply(tape.gradient(loss, self.critic_weights), self.critic_weights)
        return distance, penalty

    def _teach_generator(self, real: Any, number: Any) -> Any:
        noise = self._noise(tf.shape(real)[0], number, _GENERATOR)
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(tf.add_n(self.judged(self.phrases(noise, real))))
        weights = self.generator.trainable_variables
        self.generator_optimizer.apply(tape.gradient(loss, weights), weights)
        return -loss

    def _follow(self, step: Any) -> None:
        """The running average of the generator's weights, short at first."""
        keep = tf.minimum(self.average, (1.0 + tf.cast(step, tf.float32)) / (10.0 + tf.cast(step, tf.float32)))
        for mean, weight in zip(self.averaged, self.generator.variables, strict=True):
            mean.assign(keep * mean + (1.0 - keep) * weight)

    def _noise(self, batch: Any, number: Any, purpose: int) -> Noise:
        return Noise(
            *(
                tf.random.stateless_normal((batch, *shape), self._seed(number, purpose, part))
                for part, shape in enumerate(self.shapes)
            )
        )

    def _seed(self, number: Any, purpose: int, part: int) -> Any:
        return tf.stack([tf.cast(self.seed * 16 + purpose * 4 + part, tf.int32), tf.cast(number, tf.int32)])
