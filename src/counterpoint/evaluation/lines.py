"""The line that each track of a piece plays, for what is told of one note and the next."""

import numpy as np

from counterpoint.evaluation.music import Music


def lines(music: Music) -> Music:
    """Of the notes of a track that begin together only the highest, of several at its pitch the longest; no drums.

    Onsets are then strictly increasing in every track. Nothing is cut: a line's notes may overlap.
    """
    pitched = music.pitched
    last = np.ones(len(pitched.onset), bool)
    # Notes stand in the order of pitch and release wherever piece, track and onset are one.
    last[:-1] = np.diff(pitched.onset) != 0
    last[:-1] |= ~same_line(pitched, 1)
    return pitched.where(last)


def same_line(music: Music, distance: int) -> np.ndarray:
    """Whether note i and note i + `distance` are of one track of one piece; bool (notes - distance,), or (0,)."""
    ahead, behind = slice(distance, None), slice(None, max(len(music.onset) - distance, 0))
    return (music.piece[ahead] == music.piece[behind]) & (music.track[ahead] == music.track[behind])
