"""Two alphabets, of notes (sets of pitches) and of durations, and the way between raw events and token numbers.

Numbers 0 to 3 are PAD, START, END and UNKNOWN in both; known symbols follow, ascending: the rest, then single notes,
and chords by their highest pitch, of equal ones by the next below (as `pitch_sets` compares).
"""

import json
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import get_args

import numpy as np
import pandas as pd

from counterpoint.encodings import pitch_sets
from counterpoint.encodings.events import END, SPECIALS, START, UNKNOWN, Events, Texture, Tokens
from counterpoint.encodings.pitch_sets import PITCHES

NATS_PER_BIT = float(np.log(2))


@dataclass(frozen=True)
class Vocabulary:
    """The known sets of pitches, a rest being the empty one, and the known durations; both ascend, without repeats."""

    texture: Texture
    chords: tuple[tuple[int, ...], ...]  # MIDI numbers, each set ascending; of a melody at most one a set
    ticks: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.texture not in get_args(Texture):
            raise ValueError(f"vocabulary: texture is {self.texture!r}, allowed are {', '.join(get_args(Texture))}")
        for chord in self.chords:
            _check("chords", chord, 0, PITCHES - 1)
        if self.texture == "melody" and any(len(chord) > 1 for chord in self.chords):
            raise ValueError(f"vocabulary: a melody has no chords, got {max(self.chords, key=len)}")
        ranks = [tuple(reversed(chord)) for chord in self.chords]
        if ranks != sorted(set(ranks)):
            raise ValueError(f"vocabulary: chords must ascend without repeats, got {list(self.chords[:8])}, …")
        _check("ticks", self.ticks, 1, 2**31 - 1)

    @cached_property
    def pitch_sets(self) -> np.ndarray:
        """uint64 (chords, 2): the known sets as `encodings.pitch_sets` has them."""
        return pitch_sets.from_pitches(self.chords)

    @property
    def note_size(self) -> int:
        """Note tokens, the four specials among them."""
        return SPECIALS + len(self.chords)

    @property
    def duration_size(self) -> int:
        """Duration tokens, the four specials among them."""
        return SPECIALS + len(self.ticks)

    def tokens(self, events: Events) -> Tokens:
        """`events` as token numbers, START before and END after every piece; what is not known becomes UNKNOWN."""
        lengths = np.diff(events.offsets)
        offsets = events.offsets + 2 * np.arange(len(events.offsets))
        inside = np.arange(len(events.ticks)) + 1 + 2 * np.repeat(np.arange(len(lengths)), lengths)
        streams = []
        for numbers in self._numbers(events):
            stream = np.full(offsets[-1], START, np.int32)
            stream[offsets[1:] - 1] = END
            stream[inside] = numbers
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
            self.pitch_sets[tokens.notes[inside] - SPECIALS],
            np.array(self.ticks, np.int32)[tokens.durations[inside] - SPECIALS],
        )

    def spelling_nats(self, events: Events) -> tuple[np.ndarray, np.ndarray]:
        """What it costs, beyond UNKNOWN, to say which symbol was meant: (note, duration) nats an event; 0 if known.

        An unknown note of a melody is uniform over those of the 128 pitches and the rest that are not known. An unknown
        chord of k pitches pays the Elias gamma code of k + 1 (Elias 1975, section III), and is uniform over those of
        the C(128, k) sets of that size that are not known. An unknown duration of n ticks pays the gamma code of n,
        2 floor(log2 n) + 1 bits. All spread UNKNOWN's probability over the symbols it stands for without making it
        more, so likelihoods with these nats added are those of a (sub-)normalised model of raw events, and a smaller
        vocabulary cannot win by saying less.
        """
        notes, durations = self._numbers(events)
        note_nats = np.zeros(len(notes))
        unknown = notes == UNKNOWN
        note_nats[unknown] = self._set_nats()[pitch_sets.sizes(events.chords[unknown])]
        duration_nats = np.zeros(len(events.ticks))
        unknown = durations == UNKNOWN
        duration_nats[unknown] = _gamma_nats(events.ticks[unknown])
        return note_nats, duration_nats

    def _set_nats(self) -> np.ndarray:
        """float64 (129,): what an unknown set of each size costs."""
        if self.texture == "melody":
            return np.full(PITCHES + 1, np.log(max(PITCHES + 1 - len(self.chords), 1)))
        size = np.arange(PITCHES + 1)
        known = np.bincount(pitch_sets.sizes(self.pitch_sets), minlength=PITCHES + 1)
        unknown = [max(comb(PITCHES, k) - count, 1) for k, count in enumerate(known.tolist())]
        return _gamma_nats(size + 1) + np.log(np.array(unknown, np.float64))

    def _numbers(self, events: Events) -> tuple[np.ndarray, np.ndarray]:
        """The note and duration numbers of raw events; UNKNOWN for what is not known."""
        count = len(self.chords)
        different, places = pitch_sets.distinct(np.concatenate([self.pitch_sets, events.chords]))
        notes = np.full(len(different), UNKNOWN)
        notes[places[:count]] = np.arange(SPECIALS, SPECIALS + count)
        if not self.ticks:
            return notes[places[count:]], np.full(len(events.ticks), UNKNOWN)
        known = np.array(self.ticks, np.int64)
        place = np.minimum(np.searchsorted(known, events.ticks), len(known) - 1)
        return notes[places[count:]], np.where(known[place] == events.ticks, place + SPECIALS, UNKNOWN)

    def to_json(self) -> str:
        """The vocabulary as JSON text; equal vocabularies are equal text."""
        return json.dumps({"texture": self.texture, "chords": self.chords, "ticks": self.ticks}) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """The inverse of `to_json`. Raises ValueError if `text` is no vocabulary."""
        try:
            content = json.loads(text)
            return cls(content["texture"], tuple(map(tuple, content["chords"])), tuple(content["ticks"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"this is not a vocabulary's JSON (texture, chords and ticks): {error!r}") from error


def fit(texture: Texture, events: Events, minimum_count: int = 1) -> Vocabulary:
    """The symbols that occur at least `minimum_count` times in `events`; give it training events only."""
    chords, places = pitch_sets.distinct(events.chords)
    often = np.bincount(places, minlength=len(chords)) >= minimum_count
    ticks, counts = np.unique(events.ticks, return_counts=True)
    return Vocabulary(texture, pitch_sets.to_pitches(chords[often]), tuple(ticks[counts >= minimum_count].tolist()))


def frequencies(events: Events, vocabulary: Vocabulary) -> pd.DataFrame:
    """How often every token occurs in `events`: columns stream, token, symbol, count, share; UNKNOWN's row included.

    `symbol` is MIDI numbers or "rest" in the note stream, ticks in the duration stream; `share` is within the stream.
    """
    parts = []
    names = (
        [" ".join(map(str, chord)) or "rest" for chord in vocabulary.chords],
        [str(ticks) for ticks in vocabulary.ticks],
    )
    for stream, numbers, known in zip(("note", "duration"), vocabulary._numbers(events), names, strict=True):
        counts = np.bincount(numbers, minlength=SPECIALS + len(known))[UNKNOWN:]
        share = counts / max(len(numbers), 1)
        token = np.arange(UNKNOWN, UNKNOWN + len(counts))
        symbols = ["unknown", *known]
        parts.append(
            pd.DataFrame({"stream": stream, "token": token, "symbol": symbols, "count": counts, "share": share})
        )
    return pd.concat(parts, ignore_index=True)


def coverage(vocabulary: Vocabulary, events: Events) -> dict[str, float]:
    """How much of `events` is known: counts of pieces, events and unknown symbols, and shares known (1 if empty)."""
    notes, durations = (numbers != UNKNOWN for numbers in vocabulary._numbers(events))
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


def _gamma_nats(numbers: np.ndarray) -> np.ndarray:
    """The length of each number's Elias gamma code, 2 floor(log2 n) + 1 bits, in nats."""
    return (2 * (np.frexp(numbers.astype(np.float64))[1] - 1) + 1) * NATS_PER_BIT


def _check(name: str, values: tuple[int, ...], low: int, high: int) -> None:
    for value in values:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"vocabulary: {name} holds {value!r}, allowed are whole numbers from {low} to {high}")
    if list(values) != sorted(set(values)):
        raise ValueError(f"vocabulary: {name} must ascend without repeats, got {list(values)}")
