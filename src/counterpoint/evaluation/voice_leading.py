"""How voices move against each other, in the texture `voices`: tracks 0 soprano, 1 alto, 2 tenor, 3 bass.

Everything is counted per 100 chord changes. Chords are taken at every onset of any voice; a chord change is two
successive ones of a piece that differ in at least one voice, where falling silent and coming in are differences too,
and striking the same pitch again is none. A chord change is the same thing in held-out and in generated music, so
rates compare where pieces of unlike density would not.

A piece has no rate (NaN) if it has no chord change, a drum, a track beyond 3, or fewer than two voices that sound.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from counterpoint.evaluation.counts import ratio
from counterpoint.evaluation.music import Music
from counterpoint.evaluation.spans import spread

VOICES = 4
SILENT = -1
# Lowest and highest MIDI number of soprano C4-G5, alto G3-C5, tenor C3-G4, bass E2-C4, as taught for four-part writing
# (Aldwell & Schachter, "Harmony and Voice Leading", on four-part writing; other books end a tone or two off).
RANGES = np.array([(60, 79), (55, 72), (48, 67), (40, 60)])
_HIGHER, _LOWER = np.triu_indices(VOICES, 1)  # the six pairs of voices
_FIFTH = 7  # semitones


@dataclass(frozen=True, eq=False)
class Slices:
    """What each voice sounds at every onset of any voice, in order of piece and tick."""

    piece: np.ndarray  # int64 (slices,): index into the music's pieces
    tick: np.ndarray  # int64 (slices,)
    pitch: np.ndarray  # int64 (slices, 4): MIDI number, struck or held; -1 silent


def slices(music: Music) -> Slices:
    """The chords of `music` at every onset of its tracks 0 to 3; drums and other tracks are passed over.

    A voice that has several notes at once is heard at the highest. A note ends before the slice at its release, and
    what is silent from one slice on is silent at the next: a release makes no slice of its own.
    """
    voices = music.where(~music.is_drum & (music.track < VOICES))
    span = int(voices.release.max(initial=0)) + 1
    begins = voices.piece * span + voices.onset
    clock = np.unique(begins)
    first = np.searchsorted(clock, begins)
    note, place = spread(first, np.searchsorted(clock, voices.piece * span + voices.release) - first)
    pitch = np.full((len(clock), VOICES), SILENT, np.int64)
    np.maximum.at(pitch, (place, voices.track[note]), voices.pitch[note])
    return Slices(clock // span, clock % span, pitch)


def parallels(music: Music) -> np.ndarray:
    """Parallel perfect fifths, octaves and unisons per 100 chord changes, over all six pairs of voices.

    Both voices must sound before and after the change and move in the same direction, from a fifth to a fifth or from
    an octave to an octave, either of them octaves wider if it likes, or from a unison to a unison. So a fifth that is
    struck again is none, nor one reached by contrary motion (music21's `parallelFifth` counts that), nor a hidden one.
    From an octave to a unison is none. Returns float64 (pieces,), NaN as the module says.
    """
    moves = _changes(music)
    before, after = moves.before, moves.after
    steps = np.sign(after - before)
    together = (steps[:, _HIGHER] == steps[:, _LOWER]) & (steps[:, _HIGHER] != 0)
    sounding = (before >= 0) & (after >= 0)
    together &= sounding[:, _HIGHER] & sounding[:, _LOWER]
    left, reached = (np.abs(chord[:, _HIGHER] - chord[:, _LOWER]) for chord in (before, after))
    fifths = (left % 12 == _FIFTH) & (reached % 12 == _FIFTH)
    octaves = (left % 12 == 0) & (reached % 12 == 0) & ((left == 0) == (reached == 0))
    change, _ = np.nonzero(together & (fifths | octaves))
    return _per_hundred(music, moves, moves.piece[change])


def crossings(music: Music) -> np.ndarray:
    """Pairs of voices found crossed, a lower voice above a higher one, per 100 chord changes.

    Counted in the chord that each change leads to, over all six pairs of voices, so that a crossing held through three
    changes counts three times and no rate is above 600. Returns float64 (pieces,), NaN as the module says.
    """
    moves = _changes(music)
    higher, lower = moves.after[:, _HIGHER], moves.after[:, _LOWER]
    change, _ = np.nonzero((higher < lower) & (higher >= 0))
    return _per_hundred(music, moves, moves.piece[change])


def out_of_range(music: Music) -> np.ndarray:
    """Notes below or above their voice's range (`RANGES`) per 100 chord changes.

    Every note counts once, however long, also one below another of its voice. Returns float64 (pieces,), NaN as the
    module says.
    """
    lowest, highest = RANGES[np.minimum(music.track, VOICES - 1)].T
    outside = (music.pitch < lowest) | (music.pitch > highest)
    return _per_hundred(music, _changes(music), music.piece[outside])


@dataclass(frozen=True, eq=False)
class _Changes:
    piece: np.ndarray  # int64 (changes,)
    before: np.ndarray  # int64 (changes, 4): what sounds, as in Slices
    after: np.ndarray  # int64 (changes, 4)


@lru_cache(maxsize=1)  # three metrics in a row ask for those of one piece of music
def _changes(music: Music) -> _Changes:
    chords = slices(music)
    before, after = chords.pitch[:-1], chords.pitch[1:]
    changed = (chords.piece[:-1] == chords.piece[1:]) & (before != after).any(axis=1)
    return _Changes(chords.piece[1:][changed], before[changed], after[changed])


def _per_hundred(music: Music, moves: _Changes, piece: np.ndarray) -> np.ndarray:
    """The events in `piece`, int64 (events,), per 100 chord changes of each piece."""
    pieces = len(music.pieces)
    voice = np.minimum(music.track, VOICES - 1)
    heard = np.zeros((pieces, VOICES), bool)
    heard[music.piece, voice] = True
    foreign = np.zeros(pieces, bool)
    foreign[music.piece[music.is_drum | (voice != music.track)]] = True
    counts = np.bincount(moves.piece, minlength=pieces)
    defined = (counts > 0) & ~foreign & (heard.sum(axis=1) > 1)
    return ratio(100.0 * np.bincount(piece, minlength=pieces), np.where(defined, counts, 0))
