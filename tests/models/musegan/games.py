"""Small games, phrases and noise for these tests."""

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings.pianoroll import PITCHES
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.generators import Noise, noise_shapes


def noise(sizes: Architecture, batch: int, *, seed: int) -> Noise:
    random = np.random.default_rng(seed)
    return Noise(*(tf.constant(random.standard_normal((batch, *shape)), tf.float32) for shape in noise_shapes(sizes)))


def on(sizes: Architecture, *outer: int, seed: int) -> np.ndarray:
    """uint8 (*outer, tracks, bars, steps, PITCHES), a tenth of it 1."""
    shape = (*outer, sizes.tracks, sizes.bars, sizes.steps, PITCHES)
    return (np.random.default_rng(seed).random(shape) < 0.1).astype(np.uint8)


def phrases(sizes: Architecture, batch: int, *, seed: int) -> tf.Tensor:
    """(batch, tracks, bars, steps, PITCHES), -1 or 1."""
    return tf.constant(2.0 * on(sizes, batch, seed=seed) - 1.0, tf.float32)


def spread(model: keras.Model, *, seed: int) -> None:
    """Weights so large that no layer's output is near 0: those of N(0, 0.02) would hide what is wrong."""
    random = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        deviation = 0.2 if len(weight.shape) == 1 else (2 / weight.shape[0]) ** 0.5
        weight.assign(random.normal(float("gamma" in weight.path), deviation, weight.shape))
