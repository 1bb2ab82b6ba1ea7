"""How much of generated music stands in the training set, note for note, beside how much of human music does.

A window is eight successive notes of one track's line (`lines.lines`), seen as what key and tempo leave as they are:
its 7 intervals in semitones, and its 7 inter-onset intervals in ticks divided by their greatest common divisor. Two
windows are one if all 14 whole numbers are: they are compared themselves, 35 bytes, and no hash of them. How long notes
are held does not count.

Windows that overlap share six intervals and six inter-onset intervals, so a chain of windows found one after another in
training is one passage of it in one key and one tempo. The longest chains are found by sorting suffixes with prefix
doubling: Manber and Myers, "Suffix arrays" (SIAM Journal on Computing 22, 1993), sections 2 and 4.
"""

from dataclasses import dataclass

import numpy as np

from counterpoint.evaluation.bootstrap import drawn, interval
from counterpoint.evaluation.counts import ratio
from counterpoint.evaluation.lines import lines, same_line
from counterpoint.evaluation.music import Music

WINDOW_NOTES = 8
STEPS = WINDOW_NOTES - 1
# Measured on 365 chorales, 40 divisions by near-duplicate group into training and twice a tenth: of the two held-out
# sets one's longest run was at most 1.82 times the other's (voices; 1.44 melody), runs being of 9 to 20 notes.
LONGEST_RUN_FACTOR = 2.0
BOOTSTRAP_DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows of pieces in the order of piece, track and onset."""

    keys: np.ndarray  # bytes of length 35 (windows,)
    piece: np.ndarray  # int64 (windows,): index into the pieces
    onset: np.ndarray  # int64 (windows,): ticks, of the first note
    left: np.ndarray  # int64 (windows,): how many windows there are from this one to its line's last, itself included


@dataclass(frozen=True, eq=False)
class Index:
    """What the training set holds: its windows as they stand, and each different one once."""

    pieces: tuple[str, ...]
    windows: Windows
    distinct: np.ndarray  # bytes of length 35, sorted: the different keys
    number: np.ndarray  # int64 (windows,): index of each window's key in `distinct`


@dataclass(frozen=True, eq=False)
class Originality:
    """What of each piece stands in training; arrays (pieces,) in the pieces' order.

    A run is a passage of successive notes of one track that stands, transposed and in another tempo at most, in one
    track of one training piece without a gap. Of runs of one length a piece's first is told, by track, then onset; of
    training pieces that hold it, one.
    """

    pieces: tuple[str, ...]
    copied_share: np.ndarray  # float64: share of the windows that stand in training; NaN without a window
    longest_run_notes: np.ndarray  # int64: at least WINDOW_NOTES, or 0 if no window stands in training
    longest_run_piece: tuple[str, ...]  # the training piece; "" if none
    longest_run_onset_ticks: np.ndarray  # int64: where the run begins; -1 if none
    longest_run_source_onset_ticks: np.ndarray  # int64: where it begins in the training piece; -1 if none


@dataclass(frozen=True)
class Summary:
    """`Originality` over pieces; shares are NaN if no piece has a window."""

    copied_share: float  # mean over pieces that have a window
    copied_share_low: float  # of a 95 % interval: percentiles of 2,000 draws of pieces
    copied_share_high: float
    longest_run_notes: int
    longest_run_sample: str  # the piece that has it, the first of several; "" if none, as below
    longest_run_piece: str
    longest_run_onset_ticks: int
    longest_run_source_onset_ticks: int


def index(training: Music) -> Index:
    """The windows of whole training pieces. Transpositions need not be added: they have the same windows."""
    windows = _windows(training)
    distinct, number = np.unique(windows.keys, return_inverse=True)
    return Index(training.pieces, windows, distinct, number.astype(np.int64))


def originality(generated: Music, known: Index) -> Originality:
    """What of each piece of `generated` stands in training. Give whole pieces: a cut one lacks the windows at cuts."""
    windows, pieces = _windows(generated), len(generated.pieces)
    number, is_known = _lookup(windows.keys, known.distinct)
    counts = np.bincount(windows.piece, minlength=pieces)
    copied = np.bincount(windows.piece[is_known], minlength=pieces)
    found = np.flatnonzero(is_known)
    chains, source = _longest_chains(number[found], _chain_left(windows.left[found], found), known)
    # The longest chain first in each piece, and of these the one that stands first.
    order = np.lexsort((-chains, windows.piece[found]))
    have, first = np.unique(windows.piece[found][order], return_index=True)
    best = order[first]
    notes = np.zeros(pieces, np.int64)
    onset, source_onset, source_piece = (np.full(pieces, -1, np.int64) for _ in range(3))
    notes[have] = chains[best] + STEPS
    onset[have] = windows.onset[found[best]]
    source_onset[have] = known.windows.onset[source[best]]
    source_piece[have] = known.windows.piece[source[best]]
    return Originality(
        pieces=generated.pieces,
        copied_share=ratio(copied, counts),
        longest_run_notes=notes,
        longest_run_piece=tuple(known.pieces[piece] if piece >= 0 else "" for piece in source_piece.tolist()),
        longest_run_onset_ticks=onset,
        longest_run_source_onset_ticks=source_onset,
    )


def summary(judged: Originality, *, seed: int = 0) -> Summary:
    """Means over pieces, with an interval from drawing pieces, and the longest run of all."""
    shares = judged.copied_share[~np.isnan(judged.copied_share)]
    mean = low = high = np.nan
    if shares.size:
        mean = shares.mean()
        low, high = interval(drawn(len(shares), BOOTSTRAP_DRAWS, seed) @ shares / len(shares))
    at = int(judged.longest_run_notes.argmax()) if judged.longest_run_notes.any() else -1
    return Summary(
        copied_share=float(mean),
        copied_share_low=float(low),
        copied_share_high=float(high),
        longest_run_notes=int(judged.longest_run_notes.max(initial=0)),
        longest_run_sample=judged.pieces[at] if at >= 0 else "",
        longest_run_piece=judged.longest_run_piece[at] if at >= 0 else "",
        longest_run_onset_ticks=int(judged.longest_run_onset_ticks[at]) if at >= 0 else -1,
        longest_run_source_onset_ticks=int(judged.longest_run_source_onset_ticks[at]) if at >= 0 else -1,
    )


def copying(generated: Originality, human: Originality, margin: float) -> str | None:
    """Why `generated` counts as copied, in a sentence with the numbers, or None.

    It does if its mean copied share lies more than `margin` (0 to 1) above that of `human`, music that was held out, or
    if its longest run is longer than `LONGEST_RUN_FACTOR` times the longest of `human`. Where nothing of `human` stands
    in training, its share is 0 and its longest run one window. Both are to be whole pieces of one texture.

    A margin of 0.05 is just beyond what parts two held-out tenths of 365 chorales (at most 0.044 in 40 divisions; their
    shares are some 0.04). What it cannot see: a copy with every sixth note altered has no window of eight left.
    """
    ours, theirs = summary(generated), summary(human)
    share = 0.0 if np.isnan(theirs.copied_share) else theirs.copied_share
    run = max(theirs.longest_run_notes, WINDOW_NOTES)
    reasons = []
    if ours.copied_share > share + margin:
        reasons.append(
            f"{ours.copied_share:.1%} of its {WINDOW_NOTES}-note windows stand in the training set, of held-out human "
            f"music {share:.1%}, and {margin:.1%} more are allowed"
        )
    if ours.longest_run_notes > LONGEST_RUN_FACTOR * run:
        reasons.append(
            f"{ours.longest_run_notes} successive notes of {ours.longest_run_sample} are those of the training piece "
            f"{ours.longest_run_piece}, in held-out human music at most {theirs.longest_run_notes} are, and "
            f"{int(LONGEST_RUN_FACTOR * run)} are allowed"
        )
    return "copies: " + "; ".join(reasons) if reasons else None


def _windows(music: Music) -> Windows:
    line = lines(music)
    starts = np.flatnonzero(same_line(line, STEPS))
    place = starts[:, None] + np.arange(STEPS)
    intervals = line.pitch[place + 1] - line.pitch[place]  # -127 to 127: a byte
    gaps = line.onset[place + 1] - line.onset[place]  # ticks, above 0
    gaps //= np.gcd.reduce(gaps, axis=1, keepdims=True)
    rows = np.hstack([intervals.astype("i1").view(np.uint8), gaps.astype("<i4").view(np.uint8)])
    return Windows(
        # Zero bytes at the end do not count in numpy's strings; of rows of one width none is taken for another.
        keys=np.ascontiguousarray(rows).view(f"S{rows.shape[1]}").reshape(-1),
        piece=line.piece[starts],
        onset=line.onset[starts],
        left=_chain_left(np.full(len(starts), len(starts)), starts),
    )


def _chain_left(left: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """How many of ascending `numbers` follow without a gap from each on, itself included, and at most `left`."""
    ends = np.append(np.diff(numbers) != 1, True)[: len(numbers)]
    last = np.flatnonzero(ends)
    place = np.arange(len(numbers))
    return np.minimum(last[np.searchsorted(last, place)] - place + 1, left) if len(numbers) else left


def _lookup(keys: np.ndarray, distinct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each key stands in the sorted `distinct`, and whether it does."""
    if not len(distinct):
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), bool)
    number = np.minimum(np.searchsorted(distinct, keys), len(distinct) - 1)
    return number, distinct[number] == keys


def _longest_chains(number: np.ndarray, left: np.ndarray, known: Index) -> tuple[np.ndarray, np.ndarray]:
    """Of each window found, how many from it on follow each other in training too, and where in training.

    number, left: (found,), of the windows found in training, in their order: index of the key, and how many of them
    follow each other. The second result indexes `known.windows`.
    """
    if not len(number):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    trained = len(known.number)
    all_left = np.concatenate([known.windows.left, left])
    levels = _ranks(np.concatenate([known.number, number]), all_left, int(left.max()))
    by_rank = np.argsort(levels[-1][:trained], kind="stable")
    here = np.arange(trained, len(all_left))
    # In the order of what follows, the training window that shares most is a neighbour.
    after = np.searchsorted(levels[-1][by_rank], levels[-1][here])
    one, other = (by_rank[np.clip(after + side, 0, trained - 1)] for side in (0, -1))
    shared_one, shared_other = _shared(levels, all_left, here, one), _shared(levels, all_left, here, other)
    return np.maximum(shared_one, shared_other), np.where(shared_one >= shared_other, one, other)


def _ranks(symbols: np.ndarray, left: np.ndarray, longest: int) -> list[np.ndarray]:
    """Level k ranks every place by its next 2 ** k symbols, fewer where its line ends sooner; up to `longest`.

    Each has one more entry, -1, for what lies behind the end of a line.
    """
    levels = [np.append(symbols, -1)]
    while (width := 2 ** (len(levels) - 1)) < longest:
        ranks = levels[-1]
        pairs = ranks[:-1] * (ranks.max() + 2) + ranks[_ahead(np.arange(len(left)), left, width)] + 1
        levels.append(np.append(np.unique(pairs, return_inverse=True)[1], -1))
    return levels


def _ahead(places: np.ndarray, left: np.ndarray, distance: int | np.ndarray) -> np.ndarray:
    """The place `distance` further on in the same line, or -1, the last entry of a level."""
    return np.where(left[places] > distance, places + distance, -1)


def _shared(levels: list[np.ndarray], left: np.ndarray, some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How many symbols two places have in common from there on, pair by pair."""
    length = np.zeros(len(some), np.int64)
    most = np.minimum(left[some], left[others])
    for power in range(len(levels) - 1, -1, -1):
        one, other = (_ahead(places, left, length) for places in (some, others))
        same = (levels[power][one] == levels[power][other]) & (length < most)
        length += same * 2**power
    return np.minimum(length, most)
