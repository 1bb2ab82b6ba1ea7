"""Pre-training the recurrent generator: the next step by squared error, noise beside it.

Mogren 2016, section 3, "Training": "The model was pretrained for 6 epochs with a squared error loss for predicting the
next event", by sequences that grow from short to long. Departures: the step before is the real one, where the paper has
the generator's own; updates are counted, not epochs; what is learnt is a running mean of the weights. Where tones are
chosen (`heads`), the error is Brier's score of the choices, without luck.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from counterpoint.models.crnn_gan.losses import decayed
from counterpoint.models.crnn_gan.lstm import LSTMGenerator
from counterpoint.training import averaging
from counterpoint.training.adam import Adam


class NextTone(keras.Model):
    """A generator that learns to go on from real steps.

    averaged: variables in the order of `generator.variables`, the running mean of these; average: its decay.
    """

    def __init__(
        self, generator: LSTMGenerator, averaged: Sequence[Any], *, average: float, weight_decay: float, seed: int
    ) -> None:
        super().__init__(name="next_tone")
        self.generator, self.averaged = generator, list(averaged)
        self.average, self.weight_decay, self.seed = average, weight_decay, seed
        self.error = keras.metrics.Mean("next_tone_error")
        self.built = True

    def compile(self, *, learning_rate: float, beta_1: float, beta_2: float, jit_compile: bool = False) -> None:
        """As `Game.compile`."""
        super().compile(jit_compile=False)
        self._compiled = tf.function(self._learn, autograph=False, jit_compile=jit_compile)
        self.adam = Adam(learning_rate, beta_1, beta_2, name="next_tone_adam")
        self.adam.build(self.generator.trainable_variables)

    @property
    def metrics(self) -> list[Any]:
        return [self.error]

    def train_step(self, data: Any) -> dict[str, Any]:
        """data: float32 (batch, n, numbers), windows' first n steps."""
        self.error.update_state(self._compiled(data))
        return {"next_tone_error": self.error.result()}

    def _learn(self, windows: Any) -> Any:
        shape = (*windows.shape[:2], self.generator.sizes.noise)
        # Below 0, where the game's own steps, counted from 0, never come.
        number = tf.stack([tf.constant(self.seed, tf.int64), -1 - tf.cast(self.adam.iterations.value, tf.int64)])
        head = self.generator.head
        real = head.made_of(windows)
        with tf.GradientTape() as tape:
            predicted = self.generator.predict_next(tf.random.stateless_normal(shape, number), real)
            error = head.error(predicted, real)
        weights = self.generator.trainable_variables
        updates = tf.identity(self.adam.iterations.value)  # as they are before this one
        self.adam.apply(decayed(tape.gradient(error, weights), weights, self.weight_decay), weights)
        averaging.follow(self.averaged, self.generator.variables, self.average, updates)
        return error


def pretrain(learner: NextTone, batches: Callable[[int], tf.data.Dataset], lengths: tuple[int, ...]) -> float:
    """Learn by windows of each of `lengths` in turn; returns the mean of `Head.error` at the last.

    batches: the real windows, (batch, steps, numbers), of the stage of that number, counted from 0.
    """
    error = float("nan")
    for stage, length in enumerate(lengths):
        cut = batches(stage).map(lambda windows, length=length: windows[:, :length])
        learner.make_train_function(force=True)  # Keras's last one would take any length for an unknown one
        error = learner.fit(cut, epochs=1, shuffle=False, verbose=0).history["next_tone_error"][-1]
    return error
