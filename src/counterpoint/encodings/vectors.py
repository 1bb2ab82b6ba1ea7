"""Music as tones, one after another, each four numbers in [-1, 1]: length, pitch, intensity, and time since the last.

Mogren, "C-RNN-GAN: Continuous recurrent neural networks with adversarial training" (Constructive Machine Learning
Workshop, NIPS 2016), section 2.1, which has tone length, frequency, intensity and time spent since the previous tone.

- Tones stand in the order of their onsets, those of one onset from the highest down, so that the tune leads; in the
  paper they stand as in the file. Tracks are left behind: all voices are one succession.
- A tone's *gap* is the time from the onset before it to its own: 0 within a chord. The first tone's is its place in its
  bar of four quarter notes: an upbeat stays one, and whole bars of silence ahead of a piece are left out, which would
  else set the range of every gap. Music cut out of a piece begins after as much silence as there was from the onset
  before it.
- Times are whole steps of a grid, before they are scaled and after they are read: an onset is within half a step of
  where it was however many tones are ahead of it, and what a generator writes a little off does not add up.
- A step of several tones holds successive ones, of one chord or not. In the paper a tone may also be absent, at
  intensity 0; here there are as many as there is room for.
- Pitch is a MIDI number, not a frequency: equal intervals are equal distances, and a transposition is one sum.
- One pitch sounds once at a time: of tones that begin at one pitch together the longest stays, and one that is struck
  again ends there. In a melody, every tone ends where the next begins (`grid.snapped` has the rule).

`decode(encode(notes))` is `on_grid(notes)` without whole bars of silence at the start, velocities kept and programs
not. What lies outside the ranges that training has is clipped to them (`encodings.tones.covered` counts it), a gap by
whole bars, so that what follows keeps its place in the bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.encodings.events import Texture
from counterpoint.encodings.grid import snapped
from counterpoint.encodings.scale import FEATURES, GAP, INTENSITY, LENGTH, PITCH, Scale, whole_bars_ticks
from counterpoint.notes.table import empty_notes, note_table

NO_TRANSPOSITION = range(1)


@dataclass(frozen=True, eq=False)
class Encoded:
    """Pieces as tones, one piece's after another's."""

    pieces: tuple[str, ...]
    offsets: np.ndarray  # int64 (pieces + 1,): where each piece's tones begin
    values: np.ndarray  # float32 (tones, 4) in [-1, 1]: FEATURES
    shifts: np.ndarray  # int8 (pieces, 2): fewest and most semitones by which training may move each piece


def encode(notes: pd.DataFrame, scale: Scale, transpositions: range = NO_TRANSPOSITION) -> Encoded:
    """The tones of a note table without drums; pieces in alphabetical order.

    transpositions: successive semitones, 0 among them; each piece may be moved by those that keep its pitches within
    the scale's.
    """
    pieces, offsets, values = features(on_grid(notes, scale.grid_ticks, scale.texture), scale.grid_ticks)
    values[:, GAP] = _fewer_bars(values[:, GAP], scale)
    return Encoded(pieces, offsets, scale.scaled(values), _shifts(values[:, PITCH], offsets, scale, transpositions))


def _fewer_bars(gaps: np.ndarray, scale: Scale) -> np.ndarray:
    """int64 (tones,): gaps beyond the scale as many whole bars shorter as bring them into it, where any number does."""
    bars_ticks = whole_bars_ticks(scale.grid_ticks)
    beyond = np.maximum(gaps - scale.high[GAP], 0)
    shorter = gaps - -(-beyond // bars_ticks) * bars_ticks
    return np.where(shorter >= scale.low[GAP], shorter, gaps)


def on_grid(notes: pd.DataFrame, grid_ticks: int, texture: Texture) -> pd.DataFrame:
    """The notes of a table without drums that are tones, on one track and as they are encoded (`grid.snapped`)."""
    return snapped(notes.assign(track=0), grid_ticks, monophonic=texture == "melody")


def features(tones: pd.DataFrame, grid_ticks: int) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """The pieces of a note table in alphabetical order, int64 (pieces + 1,) offsets and int64 (tones, 4) `FEATURES`.

    As they are, on the grid: nothing is rounded or cut but whole bars of silence ahead of a piece.
    """
    pieces, number = np.unique(tones["piece"].to_numpy(dtype=object), return_inverse=True)
    names = ("duration", "pitch", "velocity", "onset")
    values = np.stack([tones[name].to_numpy(np.int64) for name in names], axis=1)
    order = np.lexsort((-values[:, PITCH], values[:, GAP], number))  # where the onset stands as yet
    number, values = number[order], values[order]
    offsets = np.searchsorted(number, np.arange(len(pieces) + 1))
    onsets = values[:, GAP].copy()
    values[1:, GAP] -= onsets[:-1]
    values[offsets[:-1], GAP] = onsets[offsets[:-1]] % whole_bars_ticks(grid_ticks)
    return tuple(pieces.tolist()), offsets.astype(np.int64), values


def _shifts(pitches: np.ndarray, offsets: np.ndarray, scale: Scale, transpositions: range) -> np.ndarray:
    shifts = np.zeros((len(offsets) - 1, 2), np.int8)
    if len(shifts):
        lowest, highest = (of.reduceat(pitches, offsets[:-1]) for of in (np.minimum, np.maximum))
        shifts[:, 0] = np.minimum(np.maximum(scale.low[PITCH] - lowest, transpositions[0]), 0)
        shifts[:, 1] = np.maximum(np.minimum(scale.high[PITCH] - highest, transpositions[-1]), 0)
    return shifts


def decode(steps: np.ndarray, names: Sequence[str], scale: Scale) -> pd.DataFrame:
    """A note table, on one track, from numbers (pieces, steps, 4 · tones_per_step), the pieces named in turn.

    Every number is read, also beyond [-1, 1]: as the nearest there is. In a melody a tone begins at least one grid
    step after the one before it. Raises ValueError for another shape and for what is no finite number.
    """
    if steps.ndim != 3 or steps.shape[0] != len(names) or steps.shape[2] != scale.step_numbers:
        raise ValueError(
            f"tones of shape {steps.shape}, expected ({len(names)} pieces, steps, {scale.step_numbers} numbers)"
        )
    if not np.isfinite(steps).all():
        raise ValueError("tones hold numbers that are not finite: the model that made them has diverged")
    tones = scale.unscaled(steps.reshape(len(names), steps.shape[1] * scale.tones_per_step, len(FEATURES)))
    if not tones.size:
        return empty_notes()
    if scale.texture == "melody":
        tones[:, 1:, GAP] = np.maximum(tones[:, 1:, GAP], scale.grid_ticks)
    notes = note_table(
        piece=np.repeat(np.array(names, object), tones.shape[1]),
        program=scale.program,
        onset=np.cumsum(tones[..., GAP], axis=1).ravel(),
        duration=tones[..., LENGTH].ravel(),
        pitch=tones[..., PITCH].ravel(),
        velocity=tones[..., INTENSITY].ravel(),
    )
    return on_grid(notes, scale.grid_ticks, scale.texture).reset_index(drop=True)


def windows(encoded: Encoded, length_steps: int, tones_per_step: int) -> np.ndarray:
    """int64 (windows,): the tone at which each window of `length_steps` × `tones_per_step` tones begins.

    There is one at every tone of every piece that has so many from there on; none goes over from one piece to the next.
    """
    counts = np.maximum(np.diff(encoded.offsets) - length_steps * tones_per_step + 1, 0)
    before = np.cumsum(counts) - counts
    return np.arange(counts.sum()) + np.repeat(encoded.offsets[:-1] - before, counts)


def too_short(encoded: Encoded, length_steps: int, tones_per_step: int) -> tuple[str, ...]:
    """The pieces that have no such window."""
    lengths = np.diff(encoded.offsets)
    return tuple(encoded.pieces[place] for place in np.flatnonzero(lengths < length_steps * tones_per_step))


def window_shifts(encoded: Encoded, starts: np.ndarray) -> np.ndarray:
    """int8 (windows, 2): the `shifts` of the piece that each window is of. starts: as `windows` gives them."""
    return encoded.shifts[np.searchsorted(encoded.offsets, starts, side="right") - 1]


def gathered(encoded: Encoded, starts: np.ndarray, length_steps: int, tones_per_step: int) -> np.ndarray:
    """float32 (windows, length_steps, 4 · tones_per_step) from these starts."""
    taken = encoded.values[starts[:, None] + np.arange(length_steps * tones_per_step)]
    return taken.reshape(len(starts), length_steps, len(FEATURES) * tones_per_step)
