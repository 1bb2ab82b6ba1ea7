"""Which pitches are used: metrics `Music -> float64 (pieces,)`.

Drums are key numbers, not pitches: nothing here counts them, and a piece of drums alone is as one without notes, NaN.
"""

import numpy as np

from counterpoint.evaluation.counts import bars_of, by_piece, covered, part_keys, ratio
from counterpoint.evaluation.music import Music

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)


def used_pitch_classes(music: Music) -> np.ndarray:
    """UPC: distinct pitch classes in a bar of a track, the mean over a piece's tracks and bars; 1 to 12.

    Dong et al., "MuseGAN" (AAAI 2018), section "Objective metrics for evaluation", there a mean over a data set and
    here over a piece. As in its piano roll, a note held over into a bar counts there too, and as in its code, a bar in
    which a track is silent is left out. A piece without notes: NaN.
    """
    pitched = music.pitched
    part, (first, stop) = part_keys(pitched), bars_of(pitched)
    classes = covered(part * 12 + pitched.pitch % 12, first, stop)
    return ratio(by_piece(pitched, classes), by_piece(pitched, covered(part, first, stop)))


def pitch_class_entropy(music: Music) -> np.ndarray:
    """Shannon entropy of how many notes begin in each pitch class, whatever their lengths; 0 to log2(12) = 3.58 bits.

    Wu and Yang, "The Jazz Transformer on the Front Line" (ISMIR 2020), "Pitch Class Histogram Entropy", there of
    one and of four bars; here of a whole piece, and an excerpt of 16 quarters is four bars of 4/4. No notes: NaN.
    """
    classes = _classes(music)
    shares = ratio(classes, classes.sum(axis=1, keepdims=True))
    logarithms = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    return np.abs((shares * logarithms).sum(axis=1))  # not -sum: that makes a single pitch class -0.0


def scale_consistency(music: Music) -> np.ndarray:
    """The largest share of the notes that one of the 24 major and harmonic minor scales holds; 7 / 12 to 1.

    Mogren, "C-RNN-GAN" (2016), evaluation, "scale consistency", whose "standard scales" are taken to be these. The
    scales are wrapped: B major holds A sharp in every octave. A piece without notes: NaN.
    """
    scales = np.zeros((24, 12))
    for row, degrees in enumerate((_MAJOR, _HARMONIC_MINOR)):
        for tonic in range(12):
            scales[12 * row + tonic, (np.array(degrees) + tonic) % 12] = 1
    classes = _classes(music)
    return ratio((classes @ scales.T).max(axis=1), classes.sum(axis=1))


def pitch_range(music: Music) -> np.ndarray:
    """Highest minus lowest pitch over all tracks, in semitones; 0 for a single pitch.

    Yang and Lerch, "On the evaluation of generative models in music" (Neural Computing and Applications 32, 2020),
    "pitch range". A piece without notes: NaN, and so with drums alone.
    """
    pitched = music.pitched
    first = np.flatnonzero(np.diff(pitched.piece, prepend=-1))  # the notes are sorted by piece
    result = np.full(len(music.pieces), np.nan)
    if len(first):
        spans = np.maximum.reduceat(pitched.pitch, first) - np.minimum.reduceat(pitched.pitch, first)
        result[pitched.piece[first]] = spans
    return result


def _classes(music: Music) -> np.ndarray:
    """How many notes of a piece begin in each pitch class; int64 (pieces, 12)."""
    pitched = music.pitched
    return np.bincount(pitched.piece * 12 + pitched.pitch % 12, minlength=12 * len(music.pieces)).reshape(-1, 12)
