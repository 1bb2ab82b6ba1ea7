"""How much comes back: metrics `Music -> float64 (pieces,)`."""

import numpy as np

from counterpoint.evaluation.counts import by_piece, part_keys, ratio
from counterpoint.evaluation.lines import lines, same_line
from counterpoint.evaluation.music import Music

LENGTHS = range(2, 10)  # tones; nine pitches of seven bits fill a whole number of 63
TONES = 10  # of a line: most excerpts of 16 quarter notes have so many, 92 % of Bach's sopranos'


def repetitions(music: Music) -> np.ndarray:
    """The mean of `repeated` over 2 to 9 tones in the first `TONES` tones of every line; 0 for none to 1.

    Mogren, "C-RNN-GAN" (2016), section 3.1, "repetitions of short subsequences", by the tones and their order, not
    their timing; figure 3 has those of three tones. There they are counted; here they are a share, of as many tones
    whatever a piece has: the more tones, the more of them come back by chance alone. NaN without a line of so many.
    """
    begun = beginnings(music)
    return np.mean([repeated(begun, length) for length in LENGTHS], axis=0)


def by_length(music: Music) -> np.ndarray:
    """Of every length in `LENGTHS` the mean of `repeated` in `beginnings`, over pieces that have one; NaN if none."""
    begun = beginnings(music)
    shares = np.array([repeated(begun, length) for length in LENGTHS]).reshape(len(LENGTHS), -1)
    defined = ~np.isnan(shares)
    return ratio(np.where(defined, shares, 0).sum(axis=1), defined.sum(axis=1))


def beginnings(music: Music) -> Music:
    """The first `TONES` tones of every line (`lines.lines`) that has so many, and nothing of the others."""
    line = lines(music)
    part = part_keys(line)
    first = np.searchsorted(part, part)
    place, count = np.arange(len(part)) - first, np.searchsorted(part, part, side="right") - first
    return line.where((place < TONES) & (count >= TONES))


def repeated(music: Music, length: int) -> np.ndarray:
    """The share of the runs of `length` successive tones whose pitches the same track had before, in the same order.

    float64 (pieces,), NaN for a piece without such a run. length: 2 to 9. Of tones that begin together only the highest
    counts (`lines.lines`); drums do not.
    """
    if length not in LENGTHS:
        raise ValueError(f"length is {length} tones, expected {LENGTHS[0]} to {LENGTHS[-1]}")
    line = lines(music)
    run = np.flatnonzero(same_line(line, length - 1))
    pitches = np.zeros(len(run), np.int64)
    for place in range(length):
        pitches = pitches * 128 + line.pitch[run + place]
    order = np.lexsort((run, pitches, part_keys(line)[run]))
    part, pitches = part_keys(line)[run][order], pitches[order]
    again = np.zeros(len(line.onset))
    again[run[order][1:]] = (part[1:] == part[:-1]) & (pitches[1:] == pitches[:-1])
    is_run = np.zeros(len(line.onset))
    is_run[run] = 1
    return ratio(by_piece(line, again), by_piece(line, is_run))
