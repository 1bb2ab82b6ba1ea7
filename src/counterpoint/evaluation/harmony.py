"""What sounds together: the tonal distance between tracks, and dissonance on strong beats.

Drums are passed over, for their key numbers are no pitches. Beats are quarter notes, counted from tick 0, where the
first bar begins too: a note table does not know of an upbeat, so a piece that begins with one is judged on other beats
than a conductor's. (Bach's chorales, many of which do, hardly tell: 0.25 of strong beats are dissonant, and 0.28 of
those a quarter later, each with its own bars.)
"""

from itertools import combinations

import numpy as np

from counterpoint.evaluation.counts import mean_by_piece
from counterpoint.evaluation.music import BAR_TICKS, Music
from counterpoint.evaluation.spans import spread
from counterpoint.notes.table import TICKS_PER_QUARTER

_PITCH_CLASSES = np.arange(12)
# (12, 6): sine and cosine on the circles of fifths, of minor and of major thirds, their radii 1, 1 and 1/2.
_TONAL_SPACE = np.column_stack(
    [
        radius * turn(_PITCH_CLASSES * step * np.pi / 6)
        for radius, step in ((1.0, 7), (1.0, 9), (0.5, 4))
        for turn in (np.sin, np.cos)
    ]
)
_DISSONANT_CLASSES = (1, 2, 6)  # minor second and major seventh, major second and minor seventh, tritone
_FOURTH = 5  # semitones


def tonal_distances(music: Music) -> dict[tuple[int, int], np.ndarray]:
    """TD, the tonal distance between two tracks, for every pair of pitched tracks that occur anywhere, the lower first.

    Of each track and quarter note a 12-bin chroma: how long each pitch class sounds in it, divided by the sum (L1), so
    that neither loudness nor rests count. Its image in the tonal centroid space of Harte, Sandler & Gasser 2006
    ("Detecting harmonic change in musical audio", section 3: six dimensions, radii 1, 1, 1/2), the Euclidean distance
    between the two tracks' images, from 0 (the same pitch classes) to √8 (a tritone), averaged over the quarters in
    which both sound. From Dong et al. 2018, "MuseGAN", the inter-track metric of "Objective Metrics for Evaluation";
    unlike the code published with it, a bin is one pitch class, not two semitones side by side.

    Returns (lower track, higher track) → float64 (pieces,), NaN where the two never sound in the same quarter. On 365
    Bach chorales (soprano 0, alto 1, tenor 2, bass 3) the means are 01 1.75, 02 1.62, 03 1.45, 12 1.70, 13 1.44, 23
    1.45.
    """
    pitched = music.pitched
    centroids = {int(track): _centroids(pitched.of_track(track)) for track in pitched.tracks}
    return {pair: _distance(music, *(centroids[track] for track in pair)) for pair in combinations(centroids, 2)}


def tonal_distance(music: Music) -> np.ndarray:
    """`tonal_distances` averaged over the pairs of a piece's pitched tracks that ever sound in the same quarter note.

    Every pair has the same weight. Returns float64 (pieces,), NaN where there is no such pair: an empty piece, a piece
    of one pitched track.
    """
    distances = [*tonal_distances(music).values()]
    pairs = np.array(distances).reshape(len(distances), len(music.pieces))
    pair, piece = np.nonzero(np.isfinite(pairs))
    return mean_by_piece(pairs[pair, piece], piece, len(music.pieces))


def _centroids(music: Music) -> tuple[np.ndarray, np.ndarray]:
    """Of one track, for every beat of every piece in turn: whether it sounds, bool (beats,), and where, (beats, 6)."""
    first_beat, beats = _first_beats(music)
    first = music.onset // TICKS_PER_QUARTER
    note, beat = spread(first, -(-music.release // TICKS_PER_QUARTER) - first)
    begins = np.maximum(music.onset[note], beat * TICKS_PER_QUARTER)
    ends = np.minimum(music.release[note], (beat + 1) * TICKS_PER_QUARTER)
    cell = (first_beat[music.piece[note]] + beat) * 12 + music.pitch[note] % 12
    chroma = np.bincount(cell, weights=ends - begins, minlength=12 * beats).reshape(-1, 12)
    sounding = chroma.sum(axis=1)
    # Not `@`, for which BLAS wakes all its threads: on so thin a product they cost more than they bring.
    centroids = np.einsum("bp,pd->bd", chroma, _TONAL_SPACE)
    return sounding > 0, centroids / np.maximum(sounding, 1)[:, None]


def _distance(music: Music, one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    both = np.flatnonzero(one[0] & other[0])
    apart = np.linalg.norm(one[1][both] - other[1][both], axis=1)
    piece = np.searchsorted(_first_beats(music)[0], both, side="right") - 1
    return mean_by_piece(apart, piece, len(music.pieces))


def _first_beats(music: Music) -> tuple[np.ndarray, int]:
    """Where each piece's beats begin when those of all are counted through, int64 (pieces,), and how many there are."""
    beats = -(-music.lengths // TICKS_PER_QUARTER)
    return np.cumsum(beats) - beats, int(beats.sum())


def strong_beat_dissonance(music: Music) -> np.ndarray:
    """Share, 0 to 1, of dissonant strong beats among the strong beats with at least two different pitches.

    Strong is the first tick of a bar and, in a bar of four quarters, its middle. What sounds is what is struck or held
    there, so suspensions count. Dissonant is any two pitches that are, octaves aside, a second, a seventh or a tritone
    apart, and a perfect fourth above the lowest pitch, but not one between upper voices (Aldwell & Schachter, "Harmony
    and Voice Leading", on intervals). Pitches have no spelling here, so an augmented triad, all thirds and
    sixths, passes as consonant.

    The same music is equally dissonant as the texture `chords`, `voices` or `band`. Returns float64 (pieces,), NaN
    where no strong beat has two different pitches: an empty piece, a melody.
    """
    pitched = music.pitched
    stride = _strong_ticks(music.bar_ticks)[pitched.piece]
    first = -(-pitched.onset // stride)
    note, beat = spread(first, -(-pitched.release // stride) - first)
    beats, place = np.unique(pitched.piece[note] * _span(music) + beat, return_inverse=True)
    pitch = pitched.pitch[note]
    lowest, highest = np.full(len(beats), 128), np.full(len(beats), -1)
    np.minimum.at(lowest, place, pitch)
    np.maximum.at(highest, place, pitch)
    sounds = np.zeros((len(beats), 12), bool)
    sounds[place, pitch % 12] = True
    dissonant = sounds[np.arange(len(beats)), (lowest + _FOURTH) % 12]
    for semitones in _DISSONANT_CLASSES:
        dissonant |= (sounds & np.roll(sounds, semitones, axis=1)).any(axis=1)
    several = lowest < highest
    return mean_by_piece(dissonant[several], beats[several] // _span(music), len(music.pieces))


def _strong_ticks(bar_ticks: np.ndarray) -> np.ndarray:
    """From strong beat to strong beat: half a bar of four quarters, a whole one of any other."""
    return np.where(bar_ticks == BAR_TICKS, BAR_TICKS // 2, bar_ticks)


def _span(music: Music) -> int:
    """More than the beats of any piece, so that piece * span + beat is one number for one beat of one piece."""
    return int(music.lengths.max(initial=0)) + 1
