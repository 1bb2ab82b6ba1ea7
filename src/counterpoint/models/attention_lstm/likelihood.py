"""What the network thinks of music: nats an event, in training and in evaluation."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from counterpoint.encodings.events import END, PAD, Tokens
from counterpoint.models.attention_lstm import batches
from counterpoint.models.attention_lstm.network import Network, State

CHUNK = 256  # events a pass; longer pieces go on with the carried state
ROWS = 64  # pieces a pass


class Nats(NamedTuple):
    """One entry an event, END included, piece after piece: what it cost, and whether the likeliest symbol was right.

    At END a duration costs nothing and counts as right: it is determined.
    """

    note_nats: np.ndarray  # float64
    duration_nats: np.ndarray  # float64
    note_correct: np.ndarray  # bool
    duration_correct: np.ndarray  # bool


def cross_entropies(note_logits: Any, duration_logits: Any, notes: Any, durations: Any) -> tuple[Any, Any]:
    """Nats of the targets `notes` and `durations`, (batch, length) each: 0 at PAD, durations also 0 at END."""
    present = tf.cast(notes != PAD, tf.float32)
    free = present * tf.cast(notes != END, tf.float32)
    note = tf.nn.sparse_softmax_cross_entropy_with_logits(notes, note_logits)
    duration = tf.nn.sparse_softmax_cross_entropy_with_logits(durations, duration_logits)
    return note * present, duration * free


def scorer(network: Network) -> Callable[[Tokens], Nats]:
    """A function that gives `Nats` of tokens, compiled once; for one that is called again and again."""
    symbols = tf.TensorSpec((None, None), tf.int32)

    @tf.function(input_signature=[symbols, symbols, symbols, symbols, _state_spec(network)])
    def score(notes: Any, durations: Any, next_notes: Any, next_durations: Any, state: State) -> tuple[Any, State]:
        features, state = network.advance(notes, durations, state)
        note_logits = network.note_logits(features)
        duration_logits = network.duration_logits(features)
        note, duration = cross_entropies(note_logits, duration_logits, next_notes, next_durations)
        note_right = tf.argmax(note_logits, -1, tf.int32) == next_notes
        duration_right = (tf.argmax(duration_logits, -1, tf.int32) == next_durations) | (next_notes == END)
        return (note, duration, note_right, duration_right), state

    return lambda tokens: _score_all(network, score, tokens)


def nats(network: Network, tokens: Tokens) -> Nats:
    """`Nats` of every event of whole pieces, the state carried from each piece's START to its END."""
    return scorer(network)(tokens)


def _state_spec(network: Network) -> Any:
    return tf.nest.map_structure(lambda x: tf.TensorSpec((None, x.shape[1]), x.dtype), network.start(1))


def _score_all(network: Network, score: Callable, tokens: Tokens) -> Nats:
    sizes = np.diff(tokens.offsets)
    events = int((sizes - 1).sum())
    out = [np.zeros(events), np.zeros(events), np.zeros(events, bool), np.zeros(events, bool)]
    begins = tokens.offsets[:-1] - np.arange(len(sizes))  # of each piece's events in the output
    order = np.argsort(sizes, kind="stable")
    for first in range(0, len(order), ROWS):
        pieces = order[first : first + ROWS]
        width = -(-(int(sizes[pieces].max()) - 1) // batches.WIDTH_STEP) * batches.WIDTH_STEP + 1
        cuts = np.stack([tokens.offsets[pieces], tokens.offsets[pieces + 1]], axis=1)
        notes, durations = batches.padded(tokens, cuts, len(pieces), width)
        state = network.start(len(pieces))
        for start in range(0, width - 1, CHUNK):
            stop = min(start + CHUNK, width - 1)
            results, state = score(
                notes[:, start:stop],
                durations[:, start:stop],
                notes[:, start + 1 : stop + 1],
                durations[:, start + 1 : stop + 1],
                state,
            )
            column = np.arange(start, stop)
            present = column < sizes[pieces, None] - 1
            index = (begins[pieces, None] + column)[present]
            for whole, part in zip(out, results, strict=True):
                whole[index] = part.numpy()[present]
    return Nats(*out)
