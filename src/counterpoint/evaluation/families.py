"""What `distance_to_real` looks at: each excerpt of music as a vector, in a dozen families.

Every family is a distribution within the excerpt (a histogram that sums to 1, so that half an L1 distance is a total
variation) or a size. None changes when an excerpt is transposed: pitches count from each other or from the tonic of the
excerpt's likeliest key (`notes.keys.find_keys`; minor keys from their relative major, whose notes they share).

Where a texture has several tracks, the families of a line are taken of each and set side by side, each weighing alike.
A line is a track's highest note at each onset. What sounds together is looked at on every sixteenth.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from counterpoint.evaluation.counts import shares_by_piece
from counterpoint.evaluation.lines import lines
from counterpoint.evaluation.music import STEP_TICKS, Music
from counterpoint.evaluation.spans import spread
from counterpoint.notes.keys import find_keys
from counterpoint.notes.table import TICKS_PER_QUARTER

# Lower edges of the classes of note lengths, in ticks: each holds one plain value or its triplet and dotted kin.
LENGTH_EDGES = np.array([1, 4, 7, 10, 14, 20, 30, 42, 60, 84])
LENGTHS = len(LENGTH_EDGES)
WIDEST_LEAP = 13  # semitones; wider ones are counted with it
WIDEST_STEP = 5  # likewise, in pairs of intervals
WIDEST_GAP = 25  # likewise, between neighbouring voices, which cross at most CROSSING
CROSSING = 3
CHORD_TYPES = 63  # the commonest of real music are told apart
MOST_PITCHES = 8
Vectors = dict[str, np.ndarray]


def families(music: Music, texture: str, tracks: int) -> Vectors:
    """Family → float64 (excerpts, width). music: excerpts in `texture`, their tracks numbered 0 to tracks - 1.

    The family chord_types is wide and sparse: see `only_common`.
    """
    keys = _keys(music)
    of_tracks = [lines(music.of_track(track)) for track in range(tracks)]
    found: Vectors = {
        name: np.concatenate([family(line, keys) for line in of_tracks], axis=1) / tracks
        for name, family in OF_LINES.items()
    }
    pitched = music.pitched
    if texture == "voices":
        found |= _between_voices(pitched, tracks)
    if texture in ("chords", "band"):
        found["polyphony"] = _polyphony(pitched)
    if texture != "melody":
        found |= _harmony(pitched)
    if texture == "band":
        found |= _drums(music)
    return found


def only_common(vectors: Vectors, real: Vectors) -> Vectors:
    """`vectors` with chord_types narrowed to those commonest in `real`, and all the others together."""
    if "chord_types" not in vectors:
        return vectors
    common = np.argsort(-real["chord_types"].sum(axis=0), kind="stable")[:CHORD_TYPES]
    kept = vectors["chord_types"][:, common]
    others = vectors["chord_types"].sum(axis=1, keepdims=True) - kept.sum(axis=1, keepdims=True)
    return vectors | {"chord_types": np.concatenate([kept, others], axis=1)}


def _keys(music: Music) -> np.ndarray:
    """The tonic of each excerpt's major key, or of the major key with the notes of its minor one; 0 C to 11 B."""
    notes = {
        "piece": music.piece,
        "duration": music.release - music.onset,
        "pitch": music.pitch,
        "is_drum": music.is_drum,
    }
    keys = find_keys(pd.DataFrame(notes))
    tonics = np.zeros(len(music.pieces), np.int64)
    tonics[keys["piece"].to_numpy(np.int64)] = keys["tonic"] + np.where(keys["minor"], 3, 0)
    return tonics % 12


def _shares(music: Music, rows: np.ndarray, classes: np.ndarray, width: int, weights: np.ndarray | None = None):
    """Histograms (excerpts, width) that sum to 1, or to 0 where there is nothing to count."""
    return np.nan_to_num(shares_by_piece(rows, classes, width, len(music.pieces), weights), copy=False)


def _successive(line: Music) -> np.ndarray:
    """The places of all notes that another note of their excerpt follows."""
    return np.flatnonzero(line.piece[1:] == line.piece[:-1])


def _degrees(line: Music, keys: np.ndarray) -> np.ndarray:
    degree = (line.pitch - keys[line.piece]) % 12
    return _shares(line, line.piece, degree, 12, (line.release - line.onset).astype(float))


def _degree_pairs(line: Music, keys: np.ndarray) -> np.ndarray:
    at, degree = _successive(line), (line.pitch - keys[line.piece]) % 12
    return _shares(line, line.piece[at], degree[at] * 12 + degree[at + 1], 144)


def _intervals(line: Music, keys: np.ndarray) -> np.ndarray:
    at = _successive(line)
    leap = np.clip(line.pitch[at + 1] - line.pitch[at], -WIDEST_LEAP, WIDEST_LEAP) + WIDEST_LEAP
    return _shares(line, line.piece[at], leap, 2 * WIDEST_LEAP + 1)


def _interval_pairs(line: Music, keys: np.ndarray) -> np.ndarray:
    at = np.flatnonzero(line.piece[2:] == line.piece[:-2])
    steps = np.clip(np.diff(line.pitch), -WIDEST_STEP, WIDEST_STEP) + WIDEST_STEP
    width = 2 * WIDEST_STEP + 1
    return _shares(line, line.piece[at], steps[at] * width + steps[at + 1], width**2)


def _length_classes(line: Music) -> np.ndarray:
    return np.searchsorted(LENGTH_EDGES, line.release - line.onset, side="right") - 1


def _lengths(line: Music, keys: np.ndarray) -> np.ndarray:
    return _shares(line, line.piece, _length_classes(line), LENGTHS)


def _length_pairs(line: Music, keys: np.ndarray) -> np.ndarray:
    at, lengths = _successive(line), _length_classes(line)
    return _shares(line, line.piece[at], lengths[at] * LENGTHS + lengths[at + 1], LENGTHS**2)


def _beat_positions(line: Music, keys: np.ndarray) -> np.ndarray:
    return _shares(line, line.piece, line.onset % TICKS_PER_QUARTER, TICKS_PER_QUARTER)


def _lengths_at_positions(line: Music, keys: np.ndarray) -> np.ndarray:
    quarter = line.onset % TICKS_PER_QUARTER // STEP_TICKS
    steps = TICKS_PER_QUARTER // STEP_TICKS
    return _shares(line, line.piece, quarter * LENGTHS + _length_classes(line), steps * LENGTHS)


def _range(line: Music, keys: np.ndarray) -> np.ndarray:
    """Semitones from the lowest to the highest note, 0 without notes: a size, (excerpts, 1)."""
    low, high = np.full(len(line.pieces), 127), np.zeros(len(line.pieces), np.int64)
    np.minimum.at(low, line.piece, line.pitch)
    np.maximum.at(high, line.piece, line.pitch)
    return np.maximum(high - low, 0)[:, None].astype(float)


OF_LINES: Mapping[str, Callable[[Music, np.ndarray], np.ndarray]] = {
    "degrees": _degrees,
    "degree_pairs": _degree_pairs,
    "intervals": _intervals,
    "interval_pairs": _interval_pairs,
    "lengths": _lengths,
    "length_pairs": _length_pairs,
    "beat_positions": _beat_positions,
    "lengths_at_positions": _lengths_at_positions,
    "range": _range,
}


def _sounding(music: Music) -> tuple[np.ndarray, np.ndarray, int]:
    """Every sixteenth at which every note sounds: note places, flat places in an (excerpts, steps) grid, and steps."""
    first, last = -(-music.onset // STEP_TICKS), -(-music.release // STEP_TICKS)
    steps = int(max(-(-music.lengths.max(initial=1) // STEP_TICKS), 1))
    note, step = spread(first, last - first)
    return note, music.piece[note] * steps + step, steps


def _between_voices(music: Music, tracks: int) -> Vectors:
    """Intervals modulo the octave between each two voices, and the gaps between neighbours, where both sound."""
    note, place, steps = _sounding(music)
    cells = len(music.pieces) * steps
    pitch = np.full((tracks, cells), -1)
    np.maximum.at(pitch, (music.track[note], place), music.pitch[note])
    excerpt = np.repeat(np.arange(len(music.pieces)), steps)
    vertical, spacing = [], []
    for upper in range(tracks):
        for lower in range(upper + 1, tracks):
            both = (pitch[upper] >= 0) & (pitch[lower] >= 0)
            gap = (pitch[upper] - pitch[lower])[both]
            vertical.append(_shares(music, excerpt[both], gap % 12, 12))
            if lower == upper + 1:
                classes = np.clip(gap, -CROSSING, WIDEST_GAP) + CROSSING
                spacing.append(_shares(music, excerpt[both], classes, WIDEST_GAP + CROSSING + 1))
    return {
        "vertical_intervals": np.concatenate(vertical, axis=1) / len(vertical),
        "spacing": np.concatenate(spacing, axis=1) / len(spacing),
    }


def _harmony(music: Music) -> Vectors:
    """chord_types: what sounds above the bass, as a set of intervals modulo the octave. progressions: from beat to
    beat, how far the bass moves (modulo the octave) and which third, if any, stands on it before and after.
    """
    note, place, steps = _sounding(music)
    cells = len(music.pieces) * steps
    bass = np.full(cells, 128)
    np.minimum.at(bass, place, music.pitch[note])
    above = np.zeros(cells, np.int64)
    np.bitwise_or.at(above, place, 1 << ((music.pitch[note] - bass[place]) % 12))
    excerpt, sounds = np.repeat(np.arange(len(music.pieces)), steps), bass < 128
    beats = slice(None, None, TICKS_PER_QUARTER // STEP_TICKS)
    on_beat = bass.reshape(-1, steps)[:, beats]
    thirds = (above >> 3 & 3).reshape(-1, steps)[:, beats]  # 0 none, 1 minor, 2 major, 3 both
    both = (on_beat[:, 1:] < 128) & (on_beat[:, :-1] < 128)
    moves = ((np.diff(on_beat, axis=1) % 12 * 4 + thirds[:, :-1]) * 4 + thirds[:, 1:])[both]
    return {
        "chord_types": _shares(music, excerpt[sounds], above[sounds], 4096),
        "progressions": _shares(music, np.nonzero(both)[0], moves, 12 * 4 * 4),
    }


def _polyphony(music: Music) -> np.ndarray:
    """How many different pitches sound at once, 0 among them."""
    note, place, steps = _sounding(music)
    cells = len(music.pieces) * steps
    different = np.unique(place * 128 + music.pitch[note]) // 128
    count = np.minimum(np.bincount(different, minlength=cells), MOST_PITCHES)
    return _shares(music, np.repeat(np.arange(len(music.pieces)), steps), count, MOST_PITCHES + 1)


def _drums(music: Music) -> Vectors:
    """drum_kit: which drums are struck, by key number. drum_patterns: each at which tick of the quarter."""
    drums = music.where(music.is_drum)
    struck_at = drums.pitch * TICKS_PER_QUARTER + drums.onset % TICKS_PER_QUARTER
    return {
        "drum_kit": _shares(drums, drums.piece, drums.pitch, 128),
        "drum_patterns": _shares(drums, drums.piece, struck_at, 128 * TICKS_PER_QUARTER),
    }
