"""Two alphabets, of notes and of durations, and the way between raw events and token numbers.

Numbers 0 to 3 are PAD, START, END and UNKNOWN in both; known symbols follow, ascending, a rest before every pitch.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.encodings.events import END, REST, SPECIALS, START, UNKNOWN, Events, Tokens

PITCH_SYMBOLS = 129  # MIDI's 128 pitches and the rest
NATS_PER_BIT = float(np.log(2))


@dataclass(frozen=True)
class Vocabulary:
    """The known pitches (REST among them, if seen) and the known durations in ticks, ascending, without repeats."""

    pitches: tuple[int, ...]
    ticks: tuple[int, ...]

    def __post_init__(self) -> None:
        _check("pitches", self.pitches, REST, 127)
        _check("ticks", self.ticks, 1, 2**31 - 1)

    @property
    def note_size(self) -> int:
        """Note tokens, the four specials among them."""
        return SPECIALS + len(self.pitches)

    @property
    def duration_size(self) -> int:
        """Duration tokens, the four specials among them."""
        return SPECIALS + len(self.ticks)

    def tokens(self, events: Events) -> Tokens:
        """`events` as token numbers, START before and END after every piece; what is not known becomes UNKNOWN."""
        lengths = np.diff(events.offsets)
        offsets = events.offsets + 2 * np.arange(len(events.offsets))
        inside = np.arange(len(events.pitches)) + 1 + 2 * np.repeat(np.arange(len(lengths)), lengths)
        streams = []
        for symbols, known in ((events.pitches, self.pitches), (events.ticks, self.ticks)):
            stream = np.full(offsets[-1], START, np.int32)
            stream[offsets[1:] - 1] = END
            stream[inside] = _numbers(symbols, known)
            streams.append(stream)
        return Tokens(events.pieces, offsets, *streams)

    def events(self, tokens: Tokens) -> Events:
        """The raw events of `tokens`, without PAD, START and END. A piece cut before its END is taken as it is.

        Raises ValueError, naming piece and position, for UNKNOWN, for a number outside the vocabulary, and where one
        stream has an event and the other has none.
        """
        inside = (tokens.notes >= UNKNOWN) | (tokens.durations >= UNKNOWN)
        for name, stream, size in (
            ("note", tokens.notes, self.note_size),
            ("duration", tokens.durations, self.duration_size),
        ):
            wrong = np.flatnonzero(inside & ((stream < SPECIALS) | (stream >= size)) | (stream < 0))
            if wrong.size:
                piece = int(np.searchsorted(tokens.offsets, wrong[0], side="right")) - 1
                raise ValueError(
                    f"piece {tokens.pieces[piece]!r}, position {wrong[0] - tokens.offsets[piece]}: {name} token "
                    f"{stream[wrong[0]]} is no event; an event needs {SPECIALS} to {size - 1} (UNKNOWN is {UNKNOWN})"
                )
        kept_before = np.concatenate([[0], np.cumsum(inside, dtype=np.int64)])
        return Events(
            tokens.pieces,
            kept_before[tokens.offsets],
            np.array(self.pitches, np.int16)[tokens.notes[inside] - SPECIALS],
            np.array(self.ticks, np.int32)[tokens.durations[inside] - SPECIALS],
        )

    def spelling_nats(self, events: Events) -> tuple[np.ndarray, np.ndarray]:
        """What it costs, beyond UNKNOWN, to say which symbol was meant: (note, duration) nats an event; 0 if known.

        An unknown pitch is uniform over those of the 128 pitches and the rest that are not known; an unknown duration
        of n ticks pays the length of its Elias gamma code, 2 floor(log2 n) + 1 bits (Elias 1975, section III). Both
        spread UNKNOWN's probability over the symbols it stands for without making it more, so likelihoods with these
        nats added are those of a (sub-)normalised model of raw events, and a smaller vocabulary cannot win by saying
        less.
        """
        note_nats = np.zeros(len(events.pitches))
        note_nats[_numbers(events.pitches, self.pitches) == UNKNOWN] = np.log(max(PITCH_SYMBOLS - len(self.pitches), 1))
        duration_nats = np.zeros(len(events.ticks))
        unknown = _numbers(events.ticks, self.ticks) == UNKNOWN
        floor_log2 = np.frexp(events.ticks[unknown].astype(np.float64))[1] - 1
        duration_nats[unknown] = (2 * floor_log2 + 1) * NATS_PER_BIT
        return note_nats, duration_nats

    def to_json(self) -> str:
        """The vocabulary as JSON text; equal vocabularies are equal text."""
        return json.dumps({"pitches": self.pitches, "ticks": self.ticks}) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """The inverse of `to_json`. Raises ValueError if `text` is no vocabulary."""
        try:
            content = json.loads(text)
            return cls(tuple(content["pitches"]), tuple(content["ticks"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"this is not a vocabulary's JSON (pitches and ticks): {error!r}") from error


def fit(events: Events, minimum_count: int = 1) -> Vocabulary:
    """The symbols that occur at least `minimum_count` times in `events`; give it training events only."""
    known = []
    for symbols in (events.pitches, events.ticks):
        values, counts = np.unique(symbols, return_counts=True)
        known.append(tuple(values[counts >= minimum_count].tolist()))
    return Vocabulary(*known)


def frequencies(events: Events, vocabulary: Vocabulary) -> pd.DataFrame:
    """How often every token occurs in `events`: columns stream, token, symbol, count, share; UNKNOWN's row included.

    `symbol` is a MIDI number or "rest" in the note stream, ticks in the duration stream; `share` is within the stream.
    """
    parts = []
    for stream, symbols, known in (
        ("note", events.pitches, vocabulary.pitches),
        ("duration", events.ticks, vocabulary.ticks),
    ):
        counts = np.bincount(_numbers(symbols, known), minlength=SPECIALS + len(known))[UNKNOWN:]
        names = ["unknown", *("rest" if symbol == REST else str(symbol) for symbol in known)]
        share = counts / max(len(symbols), 1)
        token = np.arange(UNKNOWN, UNKNOWN + len(counts))
        parts.append(pd.DataFrame({"stream": stream, "token": token, "symbol": names, "count": counts, "share": share}))
    return pd.concat(parts, ignore_index=True)


def coverage(vocabulary: Vocabulary, events: Events) -> dict[str, float]:
    """How much of `events` is known: counts of pieces, events and unknown symbols, and shares known (1 if empty)."""
    notes = _numbers(events.pitches, vocabulary.pitches) != UNKNOWN
    durations = _numbers(events.ticks, vocabulary.ticks) != UNKNOWN
    count = len(notes)
    return {
        "pieces": len(events.pieces),
        "events": count,
        "unknown_notes": int(count - notes.sum()),
        "unknown_durations": int(count - durations.sum()),
        "note_coverage": float(notes.mean()) if count else 1.0,
        "duration_coverage": float(durations.mean()) if count else 1.0,
        "event_coverage": float((notes & durations).mean()) if count else 1.0,
    }


def _numbers(symbols: np.ndarray, known: Sequence[int]) -> np.ndarray:
    """Token numbers of raw symbols; UNKNOWN where `known` lacks them."""
    if not known:
        return np.full(len(symbols), UNKNOWN)
    alphabet = np.array(known, np.int64)
    place = np.minimum(np.searchsorted(alphabet, symbols), len(alphabet) - 1)
    return np.where(alphabet[place] == symbols, place + SPECIALS, UNKNOWN)


def _check(name: str, values: tuple[int, ...], low: int, high: int) -> None:
    for value in values:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"vocabulary: {name} holds {value!r}, allowed are whole numbers from {low} to {high}")
    if list(values) != sorted(set(values)):
        raise ValueError(f"vocabulary: {name} must ascend without repeats, got {list(values)}")
