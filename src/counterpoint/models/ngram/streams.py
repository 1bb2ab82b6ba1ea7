"""N-grams of melody events: of (note, duration) pairs, of the notes alone, and of the durations alone."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from counterpoint.encodings.events import END, START, UNKNOWN, Tokens
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.evaluation.likelihood import EventNats
from counterpoint.models.ngram.interpolated import Interpolated, Sequences, Smoothing

Stream = Literal["joint", "note", "duration"]
NAMES: dict[Smoothing, str] = {"witten_bell": "Witten–Bell", "kneser_ney": "Kneser–Ney"}
SMOOTHINGS: tuple[Smoothing, ...] = tuple(NAMES)


@dataclass(frozen=True, eq=False)
class NGram:
    """An n-gram of one stream of tokens."""

    stream: Stream
    duration_size: int
    model: Interpolated

    def nats(self, tokens: Tokens) -> np.ndarray:
        """-log p of every event, END included, in nats: float64, one after another, piece by piece.

        The END event is one symbol: the joint and the note stream pay for it once, the duration stream nothing.
        """
        is_event = tokens.notes != START
        sequences = _sequences(tokens, self.stream, self.duration_size)
        nats = np.zeros(len(tokens.notes))
        nats[sequences.predicted] = self.model.nats(sequences)
        return nats[is_event]


def fit(
    training: Tokens, vocabulary: Vocabulary, *, order: int, smoothing: Smoothing, stream: Stream = "joint"
) -> NGram:
    """Fit an n-gram of the given order (1: no history) on `training`.

    Below order 1 lie, for one stream, equal chances for every symbol (END, UNKNOWN and the known ones); for the joint
    stream, the order-1 notes times the order-1 durations, so that a pair never seen together has its share. Every
    distribution sums to 1 over END and the pairs of (UNKNOWN or known) notes and durations.
    """
    if order < 1:
        raise ValueError(f"an n-gram's order is at least 1, got {order}")
    base = _base(training, vocabulary, smoothing, stream)
    sequences = _sequences(training, stream, vocabulary.duration_size)
    return NGram(stream, vocabulary.duration_size, Interpolated.fit(sequences, base, order, smoothing))


def score(training: Tokens, scored: Tokens, vocabulary: Vocabulary, orders: int) -> dict[tuple[str, int], EventNats]:
    """Nats of every event of `scored` under both smoothings and orders 1 to `orders`, fitted on `training`."""
    result: dict[tuple[str, int], EventNats] = {}
    for smoothing in SMOOTHINGS:
        for order in range(1, orders + 1):
            by_stream = {
                stream: fit(training, vocabulary, order=order, smoothing=smoothing, stream=stream).nats(scored)
                for stream in ("note", "duration", "joint")
            }
            result[smoothing, order] = EventNats(**by_stream)
    return result


def _base(training: Tokens, vocabulary: Vocabulary, smoothing: Smoothing, stream: Stream) -> np.ndarray:
    if stream == "joint":
        note = _order_one(training, vocabulary, smoothing, "note")
        duration = _order_one(training, vocabulary, smoothing, "duration")
        pairs = np.outer(note, duration)
        pairs[END] = 0
        pairs[END, END] = note[END]  # END is one symbol, its duration no choice
        return pairs.ravel()
    base = np.zeros(vocabulary.note_size if stream == "note" else vocabulary.duration_size)
    base[UNKNOWN:] = 1
    base[END] = stream == "note"
    return base / base.sum()


def _order_one(training: Tokens, vocabulary: Vocabulary, smoothing: Smoothing, stream: Stream) -> np.ndarray:
    """Probabilities of every symbol of a single stream, without history."""
    fitted = fit(training, vocabulary, order=1, smoothing=smoothing, stream=stream).model
    every = np.flatnonzero(fitted.base)
    probabilities = np.zeros_like(fitted.base)
    probabilities[every] = np.exp(-fitted.nats(Sequences(every, np.zeros_like(every), np.arange(len(every)))))
    return probabilities


def _sequences(tokens: Tokens, stream: Stream, duration_size: int) -> Sequences:
    notes, durations = tokens.notes.astype(np.int64), tokens.durations.astype(np.int64)
    symbols = {"joint": notes * duration_size + durations, "note": notes, "duration": durations}[stream]
    depth = np.arange(len(notes)) - np.repeat(tokens.offsets[:-1], np.diff(tokens.offsets))
    predicted = (notes != START) & ((notes != END) | (stream != "duration"))
    return Sequences(symbols, depth, np.flatnonzero(predicted))
