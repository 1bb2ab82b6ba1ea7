"""When notes begin and how long they last: metrics `Music -> float64 (pieces,)`."""

import numpy as np

from counterpoint.evaluation.counts import by_piece, ratio
from counterpoint.evaluation.music import Music

STEPS = 16  # a bar is divided into, whatever its metre
QUALIFIED_STEPS = 2


def qualified_notes(music: Music) -> np.ndarray:
    """QN: the share of notes that last at least 2 of the bar's 16 steps, an eighth note in 4/4; 0 to 1.

    Dong et al., "MuseGAN" (AAAI 2018), section "Objective metrics for evaluation": few qualified notes are overly
    fragmented music. The paper asks for 3 of its 96 steps a bar, a thirty-second note; its code for 2 steps, whatever
    they are; here it is 2 of 16. The code cuts notes at bar lines, here they stay whole. Drums, whose lengths mean
    nothing, do not count. A piece without notes: NaN.
    """
    pitched = music.pitched
    long = (pitched.release - pitched.onset) * STEPS >= QUALIFIED_STEPS * pitched.bar_ticks[pitched.piece]
    return ratio(by_piece(pitched, long), by_piece(pitched))


def groove_consistency(music: Music) -> np.ndarray:
    """How alike neighbouring bars are in which of their 16 steps something begins; 0 to 1, 1 for equal bars.

    1 minus the Hamming distance of the two patterns by 16, the mean over neighbours; all tracks together, drums too.
    Wu and Yang, "The Jazz Transformer on the Front Line" (ISMIR 2020), "Grooving Pattern Similarity", with 64 steps and
    all pairs of bars; neighbours are muspy's reading. What begins between two steps is of the earlier. A silent bar has
    a pattern, of nothing; a last bar that is not full is a bar. A piece of one bar, or without notes: NaN.
    """
    bars = music.bars
    bar, position = np.divmod(music.onset, music.bar_ticks[music.piece])
    step = position * STEPS // music.bar_ticks[music.piece]
    # One bar more to each piece, so that its last and the next piece's first are no neighbours.
    first_cell = np.cumsum((bars + 1) * STEPS) - (bars + 1) * STEPS
    cells, places = np.unique(first_cell[music.piece] + bar * STEPS + step, return_index=True)
    piece, bar = music.piece[places], bar[places]
    neighbours = (bar > 0).astype(np.int64) + (bar < bars[piece] - 1)
    shared = np.isin(cells + STEPS, cells, assume_unique=True)
    different = np.bincount(piece, neighbours - 2 * shared, minlength=len(bars))
    pairs = np.where(by_piece(music) > 0, bars - 1, 0)
    return 1 - ratio(different, pairs * STEPS)
