"""Melody lines as events: one after another without a gap, each a pitch (or a rest) and a duration in ticks.

Raw events (`Events`) hold pitches and ticks; `Tokens` hold the same as numbers of a vocabulary, with START and END.
Both are ragged: piece i is the slice offsets[i]:offsets[i + 1].
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.notes import table

REST = -1  # the pitch of a rest
PAD, START, END, UNKNOWN = 0, 1, 2, 3  # token numbers, the same in the alphabets of notes and of durations
SPECIALS = 4
TRANSPOSITIONS = range(-5, 7)  # semitones: every key once


@dataclass(frozen=True, eq=False)
class Events:
    """Melody lines, raw. No START or END inside."""

    pieces: tuple[str, ...]
    offsets: np.ndarray  # int64, len(pieces) + 1
    pitches: np.ndarray  # int16, MIDI number or REST, one an event
    ticks: np.ndarray  # int32, at least 1, one an event


@dataclass(frozen=True, eq=False)
class Tokens:
    """The same lines as token numbers: every piece is START, its events, END, in both streams."""

    pieces: tuple[str, ...]
    offsets: np.ndarray  # int64, len(pieces) + 1
    notes: np.ndarray  # int32
    durations: np.ndarray  # int32


def encode(lines: pd.DataFrame) -> Events:
    """The events of a monophonic note table, one line a piece; pieces in alphabetical order.

    Every gap becomes a rest, also the one before the first note. Tracks, programs and velocities are left behind.
    Raises ValueError, naming the piece and the tick, where two notes of a piece overlap.
    """
    pieces, number = np.unique(lines["piece"].to_numpy(dtype=object), return_inverse=True)
    onsets = lines["onset"].to_numpy(np.int64)
    order = np.lexsort((onsets, number))
    number, onsets = number[order], onsets[order]
    ticks = lines["duration"].to_numpy(np.int64)[order]
    pitches = lines["pitch"].to_numpy(np.int16)[order]

    before = np.zeros_like(onsets)  # where the note before ended, or the piece began
    before[1:] = np.where(number[1:] == number[:-1], (onsets + ticks)[:-1], 0)
    gaps = onsets - before
    overlaps = np.flatnonzero(gaps < 0)
    if overlaps.size:
        first = overlaps[0]
        raise ValueError(
            f"piece {pieces[number[first]]!r}: the note at tick {onsets[first]} begins before the one ahead of it ends "
            f"(tick {before[first]}); events need one melody line, such as notes.lines makes"
        )
    # Every note as two events, rest and note; the rests of no length are then struck out.
    kept = np.column_stack([gaps, ticks]).ravel() > 0
    return Events(
        tuple(pieces.tolist()),
        _offsets(np.bincount(np.repeat(number, 2)[kept], minlength=len(pieces))),
        np.column_stack([np.full_like(pitches, REST), pitches]).ravel()[kept],
        np.column_stack([gaps, ticks]).ravel()[kept].astype(np.int32),
    )


def decode(events: Events, *, program: int = 0, velocity: int = 90) -> pd.DataFrame:
    """The note table of `events`: inverse of `encode` on onset, duration and pitch. Trailing rests leave no trace."""
    number = np.repeat(np.arange(len(events.pieces)), np.diff(events.offsets))
    ends = np.cumsum(events.ticks, dtype=np.int64)
    piece_starts = np.concatenate([[0], ends])[events.offsets[:-1]]
    onsets = ends - events.ticks - piece_starts[number]
    sounding = events.pitches != REST
    return table.note_table(
        piece=np.array(events.pieces, dtype=object)[number[sounding]],
        program=program,
        onset=onsets[sounding],
        duration=events.ticks[sounding],
        pitch=events.pitches[sounding],
        velocity=velocity,
    )


def select(events: Events, which: np.ndarray) -> Events:
    """The pieces that `which` takes: a boolean mask over pieces, or their indices in any order, repeats allowed."""
    which = np.asarray(which)
    indices = np.flatnonzero(which) if which.dtype == bool else which.astype(np.int64)
    lengths = np.diff(events.offsets)[indices]
    offsets = _offsets(lengths)
    taken = np.arange(offsets[-1]) + np.repeat(events.offsets[indices] - offsets[:-1], lengths)
    return Events(tuple(events.pieces[i] for i in indices), offsets, events.pitches[taken], events.ticks[taken])


def transposed(events: Events) -> Events:
    """Every piece in all twelve keys, -5 to +6 semitones, named "piece@-5" to "piece@+6".

    A transposition that leaves MIDI's 0 to 127 is dropped. Rests and durations stay.
    """
    shifts = np.array(TRANSPOSITIONS)
    repeated = select(events, np.repeat(np.arange(len(events.pieces)), len(shifts)))
    lengths = np.diff(repeated.offsets)
    shift_of_piece = np.tile(shifts, len(events.pieces))
    pitches = repeated.pitches + np.where(repeated.pitches == REST, 0, np.repeat(shift_of_piece, lengths))
    outside = (repeated.pitches != REST) & ((pitches < 0) | (pitches > 127))
    number = np.repeat(np.arange(len(lengths)), lengths)
    fits = np.bincount(number, weights=outside, minlength=len(lengths)) == 0
    names = tuple(f"{piece}@{shift:+d}" for piece, shift in zip(repeated.pieces, shift_of_piece, strict=True))
    return select(Events(names, repeated.offsets, pitches.astype(np.int16), repeated.ticks), fits)


def _offsets(lengths: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
