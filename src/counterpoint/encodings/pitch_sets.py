"""Sets of pitches as 128-bit numbers: bit p is MIDI pitch p. The empty set is a rest, a note is a set of one.

A row of a uint64 array (n, 2) is one set: the higher 64 bits first, so that rows compare as their numbers do. A rest
comes before everything, and single notes ascend.
"""

from collections.abc import Iterable, Sequence

import numpy as np

PITCHES = 128
WORD_BITS = 64


def from_pitches(sets: Sequence[Iterable[int]]) -> np.ndarray:
    """The rows (n, 2) of these sets of MIDI numbers."""
    numbers = [sum(1 << pitch for pitch in set(pitches)) for pitches in sets]
    return np.array([divmod(number, 1 << WORD_BITS) for number in numbers], np.uint64).reshape(-1, 2)


def to_pitches(sets: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """The inverse of `from_pitches`, the pitches of each set ascending."""
    rows, pitches = np.nonzero(multi_hot(sets))
    ends = np.searchsorted(rows, np.arange(len(sets)), side="right").tolist()
    flat = pitches.tolist()
    return tuple(tuple(flat[start:end]) for start, end in zip([0, *ends], ends, strict=False))


def multi_hot(sets: np.ndarray) -> np.ndarray:
    """bool (n, 128): whether each pitch is in each set."""
    ascending = np.ascontiguousarray(sets[:, ::-1]).astype("<u8")  # little-endian: byte 0 holds pitches 0 to 7
    return np.unpackbits(ascending.view(np.uint8), axis=1, bitorder="little").astype(bool)


def has(sets: np.ndarray, pitch: int) -> np.ndarray:
    """bool (n,): which sets hold `pitch`."""
    word, bit = divmod(pitch, WORD_BITS)
    return (sets[:, 1 - word] >> np.uint64(bit)) & np.uint64(1) > 0


def put(sets: np.ndarray, which: np.ndarray, pitch: int) -> None:
    """Add `pitch` to the sets that the mask or the indices `which` name, in place."""
    word, bit = divmod(pitch, WORD_BITS)
    sets[which, 1 - word] |= np.uint64(1 << bit)


def sizes(sets: np.ndarray) -> np.ndarray:
    """int64 (n,): how many pitches each set holds."""
    return np.bitwise_count(sets).sum(axis=1, dtype=np.int64)


def shifted(sets: np.ndarray, semitones: np.ndarray) -> np.ndarray:
    """Every set moved by its own number of semitones (int64 (n,), -63 to 63). What leaves 0 to 127 is lost."""
    high, low = sets[:, 0], sets[:, 1]
    up, down = (np.clip(steps, 0, WORD_BITS - 1).astype(np.uint64) for steps in (semitones, -semitones))
    one, most = np.uint64(1), np.uint64(WORD_BITS - 1)
    # Two shifts where one would be by 64 at a step of nought, which is undefined.
    raised = np.stack([high << up | (low >> one) >> (most - up), low << up], axis=1)
    lowered = np.stack([high >> down, low >> down | (high << one) << (most - down)], axis=1)
    return np.where((semitones > 0)[:, None], raised, lowered)


def distinct(sets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different sets, ascending, and for each of `sets` its place among them."""
    order = np.lexsort((sets[:, 1], sets[:, 0]))
    ascending = sets[order]
    fresh = np.ones(len(sets), bool)
    fresh[1:] = (ascending[1:] != ascending[:-1]).any(axis=1)
    places = np.empty(len(sets), np.int64)
    places[order] = np.cumsum(fresh) - 1
    return ascending[fresh], places
