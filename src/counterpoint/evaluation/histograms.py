"""What generated and real music share out alike: histograms over all notes of a set, side by side in the same bins."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from counterpoint.evaluation.counts import part_keys
from counterpoint.evaluation.music import Music
from counterpoint.notes.keys import find_keys
from counterpoint.notes.table import TICKS_PER_QUARTER

# Ticks → note value: a full stop is a dot, T a triplet, three in the time of two.
NOTE_VALUES = {
    3: "1/32",
    4: "1/16T",
    6: "1/16",
    8: "1/8T",
    9: "1/16.",
    12: "1/8",
    16: "1/4T",
    18: "1/8.",
    24: "1/4",
    32: "1/2T",
    36: "1/4.",
    48: "1/2",
    72: "1/2.",
    96: "1/1",
    144: "1/1.",
    192: "2/1",
}
OCTAVE = 12
VELOCITIES = 8  # in a bin: less is hardly heard
DEGREES = ("1", "♭2", "2", "♭3", "3", "4", "♯4", "5", "♭6", "6", "♭7", "7")


@dataclass(frozen=True, eq=False)
class Histogram:
    """The shares of the same bins in generated and in real music; a side without anything to count is all NaN."""

    name: str
    title: str
    unit: str  # of the labels
    labels: tuple[str, ...]
    generated: np.ndarray  # float64 (labels,): shares, summing to 1
    real: np.ndarray  # float64 (labels,)

    @property
    def overlap(self) -> float:
        """How much of the two agrees, the sum of the smaller shares: 0 to 1, 1 for equal; NaN if a side is empty."""
        return float(np.minimum(self.generated, self.real).sum()) if self.labels else float("nan")


def histograms(generated: Music, real: Music) -> list[Histogram]:
    """The six histograms of `_KINDS`, each of both sides; every note of a set has the same weight.

    Note values and velocities that occur on neither side have no bin; the other three histograms always have the same
    bins.
    """
    return [_histogram(kind, kind.bins(generated), kind.bins(real)) for kind in _KINDS]


def note_lengths(music: Music) -> np.ndarray:
    """Ticks each note lasts, drums left out: their lengths mean nothing; int64."""
    return music.pitched.release - music.pitched.onset


def inter_onset_intervals(music: Music) -> np.ndarray:
    """Ticks from each onset of a track to its next later one, drum tracks too; int64."""
    gaps, _ = _steps(music)
    return gaps


def melodic_intervals(music: Music) -> np.ndarray:
    """Semitones from the highest note of each onset of a track to that of its next onset, upwards positive; int64."""
    _, leaps = _steps(music.pitched)
    return leaps


def scale_degrees(music: Music) -> np.ndarray:
    """Semitones, modulo 12, of each note above the tonic of its piece's likeliest key (`notes.keys.find_keys`); int64.

    The tonic of a minor key is its own, not that of its relative major.
    """
    pitched = music.pitched
    duration = pitched.release - pitched.onset
    keys = find_keys(
        pd.DataFrame({"piece": pitched.piece, "pitch": pitched.pitch, "duration": duration, "is_drum": pitched.is_drum})
    )
    tonics = np.zeros(len(music.pieces), np.int64)
    tonics[keys["piece"].to_numpy(np.int64)] = keys["tonic"]
    return (pitched.pitch - tonics[pitched.piece]) % 12


def beat_positions(music: Music) -> np.ndarray:
    """Ticks, 0 to 23, from the last quarter of its bar to each note's onset, drums too; int64."""
    return music.onset % music.bar_ticks[music.piece] % TICKS_PER_QUARTER


def velocities(music: Music) -> np.ndarray:
    """MIDI velocity of each note, 1 to 127, drums too; int64."""
    return music.velocity


def _steps(music: Music) -> tuple[np.ndarray, np.ndarray]:
    """Of each two successive onsets of a track: ticks apart, and semitones between their highest notes."""
    part = part_keys(music)
    last = np.ones(len(part), bool)  # at its onset; the notes are sorted upwards, so it is the highest
    last[:-1] = (np.diff(part) != 0) | (np.diff(music.onset) != 0)
    same = np.diff(part[last]) == 0
    return np.diff(music.onset[last])[same], np.diff(music.pitch[last])[same]


def _binned(ticks: np.ndarray) -> np.ndarray:
    """The bin of each length in `_value_labels`: odd for a note value, even for what lies between two."""
    values = np.array([*NOTE_VALUES])
    place = np.searchsorted(values, ticks)
    return 2 * place + (values[np.minimum(place, len(values) - 1)] == ticks)


def _value_labels() -> tuple[str, ...]:
    names = [*NOTE_VALUES.values()]
    between = [f"< {names[0]}", *(f"{low} – {high}" for low, high in pairwise(names))]
    pairs = [label for pair in zip(between, names, strict=True) for label in pair]
    return (*pairs, f"> {names[-1]}")


def _velocity_labels() -> tuple[str, ...]:
    return tuple(f"{max(low, 1)} – {low + VELOCITIES - 1}" for low in range(0, 128, VELOCITIES))


def _interval_labels() -> tuple[str, ...]:
    inner = (f"{semitones:+d}".replace("-", "−") if semitones else "0" for semitones in range(1 - OCTAVE, OCTAVE))
    return (f"≤ −{OCTAVE}", *inner, f"≥ +{OCTAVE}")


@dataclass(frozen=True)
class _Kind:
    name: str
    title: str
    unit: str
    labels: tuple[str, ...]
    bins: Callable[[Music], np.ndarray]  # the place in `labels` of each thing counted
    all_bins: bool = True  # or only those that either side uses


_KINDS = (
    _Kind("note_length", "Note length", "note value", _value_labels(), lambda m: _binned(note_lengths(m)), False),
    _Kind(
        "inter_onset_interval",
        "From onset to onset",
        "note value",
        _value_labels(),
        lambda m: _binned(inter_onset_intervals(m)),
        False,
    ),
    _Kind(
        "melodic_interval",
        "Melodic interval",
        "semitones",
        _interval_labels(),
        lambda m: np.clip(melodic_intervals(m), -OCTAVE, OCTAVE) + OCTAVE,
    ),
    _Kind("scale_degree", "Pitch class above the tonic", "degree", DEGREES, scale_degrees),
    _Kind("beat_position", "Onset within the beat", "ticks", tuple(map(str, range(TICKS_PER_QUARTER))), beat_positions),
    _Kind("velocity", "Intensity", "velocity", _velocity_labels(), lambda m: velocities(m) // VELOCITIES, False),
)


def _histogram(kind: _Kind, generated: np.ndarray, real: np.ndarray) -> Histogram:
    counts = [np.bincount(bins, minlength=len(kind.labels)) for bins in (generated, real)]
    kept = np.flatnonzero(kind.all_bins | (counts[0] > 0) | (counts[1] > 0))
    shares = [count[kept] / total if (total := count.sum()) else np.full(len(kept), np.nan) for count in counts]
    return Histogram(kind.name, kind.title, kind.unit, tuple(kind.labels[place] for place in kept), *shares)
