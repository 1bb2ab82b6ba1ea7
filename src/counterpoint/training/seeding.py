"""Randomness that repeats: one seed for a training, one generator for each of its epochs."""

import numpy as np


def set_seeds(seed: int) -> None:
    """Seed Python, numpy, Keras and TensorFlow and make TensorFlow's operations deterministic.

    Repeats exactly on one machine; another number of threads may round otherwise.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def epoch_generator(seed: int, epoch: int) -> np.random.Generator:
    """The random numbers of one epoch: a training resumed at it draws what the uninterrupted one would have drawn."""
    return np.random.default_rng([seed, epoch])
