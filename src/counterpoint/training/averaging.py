"""The running average of a generator's weights (Yazıcı et al. 2019, "The Unusual Effectiveness of Averaging in GAN
Training"): it is heard, judged and kept in the place of weights that go to and fro as the game does.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


def copies(weights: Sequence[Any]) -> list[keras.Variable]:
    """Untrained variables with the values of `weights`, in their order."""
    return [
        keras.Variable(weight, trainable=False, dtype=weight.dtype, name=f"averaged_{place}")
        for place, weight in enumerate(weights)
    ]


def follow(means: Sequence[Any], weights: Sequence[Any], decay: float, updates: Any) -> None:
    """Move `means` towards `weights`, after so many earlier updates.

    A mean keeps the share `decay` of itself, and at first less, (1 + updates) / (10 + updates): what it begins with is
    not learnt, and soon forgotten. decay 0: it is the weights.
    """
    done = tf.cast(updates, tf.float32)
    keep = tf.minimum(decay, (1.0 + done) / (10.0 + done))
    for mean, weight in zip(means, weights, strict=True):
        mean.assign(keep * mean + (1.0 - keep) * weight)
