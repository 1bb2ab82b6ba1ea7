"""Whether a set holds one piece twice, in any key and begun at any time: what a generator that has collapsed writes."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from counterpoint.evaluation.counts import part_keys
from counterpoint.evaluation.music import Music

BLOCK = 512  # pieces compared with all others at once, so that memory does not grow with the square of the pieces
PITCHES = 128  # MIDI numbers


@dataclass(frozen=True)
class Sameness:
    """distinct: share of the pieces that are left if of equal ones one is kept; NaN without a piece.
    most_shared: the largest share of tones that two pieces have in common, of the tones of the one with more; NaN where
    there are not two pieces with tones.
    """

    distinct: float
    most_shared: float


def sameness(music: Music) -> Sameness:
    """A tone is a note's track, its number in the track, its length and its pitch.

    Tones are numbered in the order of their onsets, those of one onset from the highest down, and neither onset nor
    velocity is of the tone. What two pieces have in common is told in the keys in which that is most: one is moved as a
    whole, but for its drums. Pieces are the same if all their tones are, in whatever key, whenever they begin and
    whatever the silences between. Pieces without notes are no pieces here.
    """
    number, piece = np.unique(music.piece, return_inverse=True)
    if len(number) == 0:
        return Sameness(np.nan, np.nan)
    tone = _tones(music)
    known = np.unique(tone)
    held = _held(piece, tone, known)
    pitches = music.pitch[~music.is_drum]
    widest = int(np.ptp(pitches)) if len(pitches) else 0
    counts = np.bincount(piece)
    kept, most = 0, np.nan
    for first in range(0, len(number), BLOCK):
        block = np.arange(first, min(first + BLOCK, len(number)))
        common = np.zeros((len(block), len(number)), np.int64)
        for by in range(-widest, widest + 1):
            moved = _held(piece, tone + np.where(music.is_drum, 0, by), known)
            np.maximum(common, (held[block] @ moved.T).toarray(), out=common)
        earlier = np.arange(len(number)) < block[:, None]
        same = (common == counts) & (common == counts[block][:, None])
        kept += int((~(same & earlier).any(axis=1)).sum())
        shares = (common / np.maximum(counts, counts[block][:, None]))[earlier]
        if shares.size:
            most = float(np.fmax(most, shares.max()))
    return Sameness(kept / len(number), most)


def _tones(music: Music) -> np.ndarray:
    """int64 (notes,): one number for track, number in the track, length, whether it is a drum, and pitch. A semitone
    up is one more; between what differs in the rest there is room for every transposition.
    """
    downwards = np.lexsort((-music.release, -music.pitch, music.onset, music.track, music.piece))
    part = part_keys(music)[downwards]
    number = np.empty_like(downwards)
    number[downwards] = np.arange(len(part)) - np.searchsorted(part, part)
    apart = np.stack([music.track, number, music.release - music.onset, music.is_drum.astype(np.int64)])
    _, kind = np.unique(apart, axis=1, return_inverse=True)
    return kind.ravel() * 3 * PITCHES + PITCHES + music.pitch


def _held(piece: np.ndarray, tone: np.ndarray, known: np.ndarray) -> csr_matrix:
    """(pieces, len(known)): 1 where a piece has the tone; tones that are not in `known`, which ascend, are left out."""
    place = np.minimum(np.searchsorted(known, tone), len(known) - 1)
    there = known[place] == tone
    shape = (int(piece.max()) + 1, len(known))
    return csr_matrix((np.ones(int(there.sum()), np.int64), (piece[there], place[there])), shape=shape)
