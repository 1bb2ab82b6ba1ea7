"""Whether a set holds one piece twice: what a generator that has collapsed writes."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from counterpoint.evaluation.music import Music

BLOCK = 512  # pieces compared with all others at once, so that memory does not grow with the square of the pieces


@dataclass(frozen=True)
class Sameness:
    """distinct: share of the pieces that are left if of equal ones one is kept; NaN without a piece.
    most_shared: the largest share of its tones that a piece has in common with another, of the two the one with fewer
    tones; NaN where there are not two pieces with tones.
    """

    distinct: float
    most_shared: float


def sameness(music: Music) -> Sameness:
    """A tone is a note's track, onset, length and pitch, not its velocity: pieces are the same if all their tones are.

    Drums count. Pieces without notes are no pieces here.
    """
    tones = np.stack([music.track, music.onset, music.release, music.pitch, music.is_drum.astype(np.int64)])
    _, tone = np.unique(tones, axis=1, return_inverse=True)
    piece, tone = np.unique(np.stack([music.piece, tone.ravel()]), axis=1)
    number, piece = np.unique(piece, return_inverse=True)
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
        shares = (common / np.minimum(counts, counts[block][:, None]))[earlier]
        if shares.size:
            most = float(np.fmax(most, shares.max()))
    return Sameness(kept / len(number), most)
