"""Vectors of note symbols made of their pitches, so that a chord seen once shares what its pitches learnt elsewhere.

A symbol's vector is the sum of what its pitches bring, of what its lowest and its highest pitch bring as bass and as
tune, and of one of its own, which begins at nought. The four special symbols have only their own, which begin as an
embedding does.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings import pitch_sets
from counterpoint.encodings.events import SPECIALS


def parts_of(sets: np.ndarray) -> np.ndarray:
    """float32 (4 + sets, 3 * 128): of each symbol its pitches, its lowest and its highest, as noughts and ones.

    sets: uint64 (sets, 2), as in `encodings.pitch_sets`. The first four rows are the specials', and empty.
    """
    pitches = pitch_sets.multi_hot(sets)
    lowest = pitches & (np.cumsum(pitches, axis=1) == 1)
    highest = pitches & (np.cumsum(pitches[:, ::-1], axis=1)[:, ::-1] == 1)
    parts = np.concatenate([pitches, lowest, highest], axis=1).astype(np.float32)
    return np.pad(parts, ((SPECIALS, 0), (0, 0)))


class ComposedVectors(keras.layers.Layer):
    """One vector a symbol: `parts_of(sets)` times a learnt matrix, plus a vector of its own."""

    def __init__(self, sets: np.ndarray, width: int, deviation: float, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.width, self.deviation = width, deviation
        self._parts = tf.constant(parts_of(sets))

    def build(self, input_shape: Any = None) -> None:
        symbols, parts = self._parts.shape
        spread = keras.initializers.RandomNormal(stddev=self.deviation)
        self.shared = self.add_weight(shape=(parts, self.width), initializer=spread, name="shared")
        self.own = self.add_weight(shape=(symbols, self.width), initializer="zeros", name="own")
        self.special = self.add_weight(shape=(SPECIALS, self.width), initializer=spread, name="special")
        super().build(input_shape)

    @property
    def embeddings(self) -> Any:
        """float32 (symbols, width), with the present weights."""
        special = tf.pad(self.special, ((0, self._parts.shape[0] - SPECIALS), (0, 0)))
        return tf.matmul(self._parts, self.shared) + self.own + special


class ComposedEmbedding(ComposedVectors):
    """Looks symbols up, as `keras.layers.Embedding` does; in the given precision."""

    def __init__(self, sets: np.ndarray, width: int, deviation: float, name: str, precision: str) -> None:
        super().__init__(sets, width, deviation, name)
        self._result = keras.dtype_policies.get(precision).compute_dtype

    def call(self, symbols: Any) -> Any:
        return tf.cast(tf.gather(self.embeddings, symbols), self._result)


class ComposedHead(ComposedVectors):
    """Logits of every symbol: the features, brought to the vectors' width, times each symbol's vector; and a bias."""

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        self.query = self.add_weight(shape=(input_shape[-1], self.width), initializer="glorot_uniform", name="query")
        self.bias = self.add_weight(shape=(self._parts.shape[0],), initializer="zeros", name="bias")

    def call(self, features: Any, embeddings: Any = None) -> Any:
        """embeddings: the property of that name, where it is computed once for many calls."""
        vectors = self.embeddings if embeddings is None else embeddings
        query = tf.matmul(features, self.query)
        # The bias rides along in the product: added to the logits, it would cost a pass over them, and back another.
        query = tf.concat([query, tf.ones_like(query[..., :1])], axis=-1)
        return tf.matmul(query, tf.concat([vectors, self.bias[:, None]], axis=1), transpose_b=True)
