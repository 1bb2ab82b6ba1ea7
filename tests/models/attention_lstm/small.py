"""Small networks and token streams for these tests."""

import numpy as np

from counterpoint.encodings.events import END, START, Events, Tokens
from counterpoint.encodings.pitch_sets import from_pitches
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.models.attention_lstm.network import Architecture, Network

VOCABULARY = Vocabulary("melody", ((), (60,), (62,), (64,), (65,), (67,)), (12, 24, 36))
CHORDS = Vocabulary("chords", ((), (48,), (48, 55, 64), (50, 57, 65), (47, 55, 67), (48, 60, 67)), (12, 24, 36))


def network(
    attention: str = "beside_state", *, vocabulary: Vocabulary = VOCABULARY, precision: str = "float32"
) -> Network:
    """A network with random weights, large enough that scores and gates are far from zero; composed for chords."""
    note_symbols = "composed" if vocabulary.texture == "chords" else "plain"
    sizes = (vocabulary.note_size, vocabulary.duration_size)
    shape = Architecture(*sizes, 5, 7, 2, attention, note_symbols, 0.4)  # type: ignore[arg-type]
    made = Network(shape, vocabulary.pitch_sets, precision)
    random = np.random.default_rng(11)
    for weight in made.weights:
        weight.assign(random.normal(0, 0.8, weight.shape))
    return made


def tokens(lengths: tuple[int, ...] = (9, 3, 14), seed: int = 5) -> Tokens:
    """Pieces of so many events."""
    random = np.random.default_rng(seed)
    pieces, notes, durations = [], [], []
    for number, length in enumerate(lengths):
        pieces.append(f"piece {number}")
        notes.append([START, *random.integers(4, VOCABULARY.note_size, length), END])
        durations.append([START, *random.integers(4, VOCABULARY.duration_size, length), END])
    offsets = np.cumsum([0, *map(len, notes)], dtype=np.int64)
    return Tokens(
        tuple(pieces), offsets, np.concatenate(notes).astype(np.int32), np.concatenate(durations).astype(np.int32)
    )


def scales(pieces: int = 12) -> Events:
    """Rising scales of different lengths: something that a network can learn."""
    lengths = [6 + number % 5 for number in range(pieces)]
    rise = np.array([60, 62, 64, 65, 67])
    pitches = np.concatenate([rise[(np.arange(length) + number) % 5] for number, length in enumerate(lengths)])
    ticks = np.concatenate([np.array([12, 24])[np.arange(length) % 2] for length in lengths])
    names = tuple(f"scale {number:02d}" for number in range(pieces))
    return Events(
        names, np.cumsum([0, *lengths], dtype=np.int64), from_pitches(pitches[:, None].tolist()), ticks.astype(np.int32)
    )
