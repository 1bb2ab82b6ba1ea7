"""Whether a set holds one piece twice, in any key and begun at any time: what a generator that has collapsed writes."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from counterpoint.evaluation.counts import part_keys
from counterpoint.evaluation.music import Music

BLOCK = 512  # pieces compared with all others at once, so that memory does not grow with the square of the pieces


@dataclass(frozen=True)
class Sameness:
    """distinct: share of the pieces that are left if of equal ones one is kept; NaN without a piece.
    most_shared: the largest share of tones that two pieces have in common, of the tones of the one with more; NaN where
    there are not two pieces with tones.
    """

    distinct: float
    most_shared: float


def sameness(music: Music) -> Sameness:
    """A tone is a note's track, its number in the track, its length, and its pitch above the piece's first tone's.

    Tones are numbered in the order of their onsets, those of one onset from the highest down, and neither onset nor
    velocity is of the tone: pieces are the same if all their tones are, in whatever key, whenever they begin and
    whatever the silences between. Drums count, by their own key numbers. Pieces without notes are no pieces here.
    """
    number, piece = np.unique(music.piece, return_inverse=True)
    _, tone = np.unique(_tones(music), axis=1, return_inverse=True)
    tone = tone.ravel()
    if len(number) == 0:
        return Sameness(np.nan, np.nan)
    counts = np.bincount(piece)
    held = csr_matrix((np.ones(len(piece), np.int64), (piece, tone)))
    kept, most = 0, np.nan
    for first in range(0, len(number), BLOCK):
        block = np.arange(first, min(first + BLOCK, len(number)))
        common = (held[block] @ held.T).toarray()
        earlier = np.arange(len(number)) < block[:, None]
        same = (common == counts) & (common == counts[block][:, None])
        kept += int((~(same & earlier).any(axis=1)).sum())
        shares = (common / np.maximum(counts, counts[block][:, None]))[earlier]
        if shares.size:
            most = float(np.fmax(most, shares.max()))
    return Sameness(kept / len(number), most)


def _tones(music: Music) -> np.ndarray:
    """int64 (5, notes): track, number in the track, length in ticks, relative pitch, whether it is a drum."""
    downwards = np.lexsort((-music.release, -music.pitch, music.onset, music.track, music.piece))
    part = part_keys(music)[downwards]
    number = np.empty_like(downwards)
    number[downwards] = np.arange(len(part)) - np.searchsorted(part, part)
    pitched = np.lexsort((-music.pitch, music.onset, music.is_drum, music.piece))
    piece, first = np.unique(music.piece[pitched], return_index=True)
    origin = music.pitch[pitched[first]][np.searchsorted(piece, music.piece)]
    pitch = np.where(music.is_drum, music.pitch, music.pitch - origin)
    return np.stack([music.track, number, music.release - music.onset, pitch, music.is_drum.astype(np.int64)])
