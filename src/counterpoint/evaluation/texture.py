"""How densely it is written: metrics `Music -> float64 (pieces,)`."""

import numpy as np

from counterpoint.evaluation.counts import bars_of, by_piece, covered, part_keys, ratio
from counterpoint.evaluation.music import STEP_TICKS, Music


def polyphony(music: Music) -> np.ndarray:
    """Distinct pitches that sound at once, over all tracks, the mean over the time in which any sounds; at least 1.

    As in muspy (Dong et al., ISMIR 2020): a pitch that two tracks sound is one. Drums do not count. A piece without
    notes: NaN.
    """
    pitched = music.pitched
    pitches = covered(pitched.piece * 128 + pitched.pitch, pitched.onset, pitched.release)
    return ratio(by_piece(pitched, pitches), by_piece(pitched, covered(pitched.piece, pitched.onset, pitched.release)))


def polyphonic_onsets(music: Music) -> np.ndarray:
    """The share of onsets at which two different pitches or more begin, over all tracks; 0 to 1.

    Mogren, "C-RNN-GAN" (2016), section 3.1, "polyphony": how often tones begin at exactly one time. Drums do not count.
    A piece without notes: NaN.
    """
    pitched = music.pitched
    tones = np.unique(np.stack([pitched.piece, pitched.onset, pitched.pitch]), axis=1)
    (piece, _), count = np.unique(tones[:2], axis=1, return_counts=True)
    pieces = len(music.pieces)
    return ratio(np.bincount(piece, count > 1, minlength=pieces), np.bincount(piece, minlength=pieces))


def empty_bars(music: Music) -> np.ndarray:
    """EB: the share of a piece's (track, bar) in which nothing sounds, drum tracks too; 0 to 1, 0 for none empty.

    Dong et al., "MuseGAN" (AAAI 2018), section "Objective metrics for evaluation", in percent there. A note held over
    into a bar sounds in it. A piece's tracks are those that have a note in it, its bars `Music.bars`: one that a whole
    track rests through is no track of it. A piece without notes: NaN.
    """
    part = part_keys(music)
    sounding = by_piece(music, covered(part, *bars_of(music)))
    tracks = by_piece(music, np.diff(part, prepend=-1) != 0)  # the notes are sorted by piece and track
    return 1 - ratio(sounding, tracks * music.bars)


def drum_pattern(music: Music) -> np.ndarray:
    """DP: the share of drum notes that begin on a sixteenth of the bar, as 8- and 16-beat patterns do; 0 to 1.

    Dong et al., "MuseGAN" (AAAI 2018), section "Objective metrics for evaluation": the ratio of notes in 8- or 16-beat
    patterns (eighths, which are sixteenths too, or sixteenths). Its code gives a note one step beside a tenth or more
    and tries the pattern at every shift; here a note is on it or not, from the bar line. A piece without drums: NaN.
    """
    drums = music.where(music.is_drum)
    on_grid = (drums.onset % drums.bar_ticks[drums.piece]) % STEP_TICKS == 0
    return ratio(by_piece(drums, on_grid), by_piece(drums))
