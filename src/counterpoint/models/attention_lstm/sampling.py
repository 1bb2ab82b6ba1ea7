"""Choosing a symbol from logits: temperature, top-k, top-p, and random numbers that belong to one stream alone."""

from typing import Any

import numpy as np
import tensorflow as tf

LARGEST = np.float32(1 - 2**-20)  # below 1 also after it was multiplied by a rounded total


def uniforms(seed: int, stream: int, steps: int) -> np.ndarray:
    """float32 (steps, 2) in [0, 1): what decides the note and the duration of each step of one stream.

    They depend on (seed, stream, step) alone: neither on how many streams there are nor on how long they run.
    """
    random = np.random.Generator(np.random.Philox(key=[seed, stream]))
    return np.minimum(random.random((steps, 2), dtype=np.float32), LARGEST)


def choose(logits: Any, uniform: Any, temperature: Any, top_k: Any, top_p: Any) -> Any:
    """One symbol a row, int32 (batch,).

    logits: float32 (batch, size), -inf where a symbol is impossible. uniform: float32 (batch,) in [0, 1). temperature,
    top_p: float32 scalars; top_k: int32 scalar, 0 for all. Temperature 0 takes the likeliest, the lowest number of
    equals. The logits are divided by the temperature first; then the top_k likeliest are kept, of these the likeliest
    until they hold the share top_p (Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", section 3.1),
    at least one; then the cumulative distribution is inverted at `uniform`.
    """
    ranked, order = tf.math.top_k(logits, k=tf.shape(logits)[1])
    greedy = temperature <= 0.0
    shares = tf.nn.softmax(ranked / tf.where(greedy, 1.0, temperature), axis=1)
    rank = tf.range(tf.shape(logits)[1])[None, :]
    shares = tf.where((rank < top_k) | (top_k == 0), shares, 0.0)
    shares = shares / tf.reduce_sum(shares, axis=1, keepdims=True)
    before = tf.cumsum(shares, axis=1, exclusive=True)
    shares = tf.where((before < top_p) | (rank == 0), shares, 0.0)
    cumulative = tf.cumsum(shares, axis=1)
    place = tf.argmax(cumulative > uniform[:, None] * cumulative[:, -1:], axis=1, output_type=tf.int32)
    return tf.gather(order, tf.where(greedy, 0, place), axis=1, batch_dims=1)
