"""`distance_to_real`: how far a set of pieces is from real music of the same texture, as one number from 0 to about 1.

The recipe, fixed before any model was scored by it:

1. Both sets are rendered to one texture and cut into excerpts of equal length (`evaluation.textures`).
2. Each excerpt becomes a vector in each of the families of `evaluation.families`. Two excerpts are as far apart in a
   family as their vectors by the L1 norm.
3. In each family the two sets are compared by the energy coefficient of inhomogeneity (Székely and Rizzo, "Energy
   statistics: A class of statistics based on distances", 2013, section 6): H = (2 A - B - C) / 2 A, where A is the mean
   distance between the sets and B, C are those within each. Equal distributions give 0, sets with nothing in common at
   most 1. Unlike a difference of means, it sees how each number is spread: a model that always writes the same.
4. The number is the mean of H over the families.

Departures. The paper's distance is Euclidean. By the L1 norm H is that of the vector's numbers one by one, summed in
numerator and denominator, so it does not see which of them go together (the plane with that norm is of negative type,
but not strongly; Lyons, "Distance covariance in metric spaces", 2013). What is to be seen together, as two intervals in
a row, therefore is one number of a family. And B and C leave out pairs of excerpts of one piece. Excerpts of a piece
are alike, and a set of n pieces would seem the tighter the smaller n is; so, real music scores about 0 whatever the
number of pieces, and may fall just below. Near-duplicates are not left out: sets of chorales drawn so that none holds
two of one tune are 0.001 apart on average, drawn by whole groups of near-duplicates 0.014 (melody, some 30 pieces in
each). That is the same for all that is compared with one real set. A set that holds pieces of the real one falls
below 0 (31 chorales beside themselves, in four voices, to -0.013).

The 95 % interval resamples the pieces of both sets. Far from 0 it is as wide as it should be (0.05 between the ends
where 0.05 is due: 20 % of the notes spoilt). At 0 the statistic is degenerate, and a bootstrap of it too wide: 0.044
for 0.026, as above.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from counterpoint.evaluation.bootstrap import drawn, interval
from counterpoint.evaluation.counts import ratio
from counterpoint.evaluation.families import families, only_common
from counterpoint.evaluation.music import music
from counterpoint.evaluation.textures import EXCERPT_BEATS, Texture, excerpts, piece_of
from counterpoint.notes.table import TICKS_PER_QUARTER
from counterpoint.notes.voices import VOICES

BOOTSTRAP_DRAWS = 1000
BLOCK = 2**19  # distances held at once, so that memory does not grow with the square of the excerpts
TRACKS = {"melody": 1, "chords": 1, "voices": VOICES}  # of a band: as many as there are


@dataclass(frozen=True)
class Distance:
    """distance_to_real with its 95 % interval, its families, and how diverse the pieces are.

    diversity: mean distance between pieces as a share of that between real ones, median over the families in which
    real pieces differ, NaN if there is none; 1 as various as real music, 0 all alike. All are NaN where a set has fewer
    than two pieces.
    """

    value: float
    low: float
    high: float
    families: dict[str, float]
    diversity: float


def distance_to_real(
    generated: pd.DataFrame, real: pd.DataFrame, texture: Texture, *, seed: int = 0, draws: int = BOOTSTRAP_DRAWS
) -> Distance:
    """Compare two note tables, both already in `texture` (`textures.render`), their pieces of any length.

    draws: of the bootstrap; without any, the interval is NaN.
    """
    sets = [excerpts(notes, EXCERPT_BEATS) for notes in (generated, real)]
    tracks = TRACKS.get(texture) or 1 + max((int(notes["track"].max()) for notes in sets if len(notes)), default=0)
    # All of one length, the shorter ones at a piece's end too: a vector must not hang on what else is in its set.
    ours, theirs = (music(notes, lengths=EXCERPT_BEATS * TICKS_PER_QUARTER) for notes in sets)
    owners = [_owners(of.pieces) for of in (ours, theirs)]
    wide = [families(of, texture, tracks) for of in (ours, theirs)]
    found = [only_common(of, wide[1]) for of in wide]
    resampled = [_draws(count, draws, seed + place) for place, (_, count) in enumerate(owners)]
    unlike, various = [], []
    for name in found[1]:
        vectors = _without_unused([of[name] for of in found])
        between = _mean_distances(vectors, owners, resampled)
        within, of_real = (
            _mean_distances([of, of], [owner] * 2, [draw] * 2)
            for of, owner, draw in zip(vectors, owners, resampled, strict=True)
        )
        unlike.append(np.where(between == 0, 0.0, ratio(2 * between - within - of_real, 2 * between)))
        if of_real[0] > 0:
            various.append(within[0] / of_real[0])
    each = np.stack(unlike)
    total = each.mean(axis=0)
    low, high = interval(total[1:])
    by_family = dict(zip(found[1], each[:, 0].tolist(), strict=True))
    return Distance(float(total[0]), low, high, by_family, float(np.median(various or [np.nan])))


def _owners(names: tuple[str, ...]) -> tuple[np.ndarray, int]:
    """Where each piece's excerpts begin (excerpts come piece after piece), and how many pieces there are."""
    pieces = np.array([piece_of(name) for name in names], object)
    starts = np.flatnonzero(np.append(True, pieces[1:] != pieces[:-1])) if len(pieces) else np.empty(0, np.int64)
    return np.append(starts, len(pieces)), len(starts)


def _draws(pieces: int, draws: int, seed: int) -> np.ndarray:
    """How often each piece counts, (1 + draws, pieces): once each, then as drawn with replacement."""
    return np.vstack([np.ones(pieces), drawn(pieces, draws, seed)])


def _without_unused(vectors: list[np.ndarray]) -> list[np.ndarray]:
    """Without the columns that are 0 in all rows of both: most pairs of intervals never occur, and each costs time."""
    used = vectors[0].any(axis=0) | vectors[1].any(axis=0)
    return [np.compress(used, of, axis=1) for of in vectors]  # row by row in memory, unlike of[:, used]


def _mean_distances(vectors: list[np.ndarray], owners: list, draws: list[np.ndarray]) -> np.ndarray:
    """Mean L1 distance between excerpts of two sets under every draw; of a set and itself, of different pieces only."""
    (one, other), (starts_one, starts_other) = vectors, (starts for starts, _ in owners)
    if len(starts_one) < 3 or len(starts_other) < 3:
        return np.full(len(draws[0]), np.nan)
    same = one is other
    sums = _summed_distances(one, other, starts_one, starts_other, same)
    counts = np.outer(np.diff(starts_one), np.diff(starts_other)).astype(float)
    if same:
        sums = np.triu(sums, 1)
        sums += sums.T
        np.fill_diagonal(counts, 0)
    weighted, pairs = (np.einsum("ij,ij->i", draws[0] @ table, draws[1]) for table in (sums, counts))
    return ratio(weighted, pairs)


def _summed_distances(
    one: np.ndarray, other: np.ndarray, starts_one: np.ndarray, starts_other: np.ndarray, upper: bool
) -> np.ndarray:
    """L1 distances summed over the excerpts of each two pieces, (pieces, pieces); upper: none below the diagonal."""
    sums = np.zeros((len(starts_one) - 1, len(starts_other) - 1))
    first = 0
    while first < len(sums):
        # As many whole pieces as a block holds, and one at least.
        room = starts_one[first] + BLOCK // len(other)
        last = max(int(np.searchsorted(starts_one, room, side="right")) - 1, first + 1)
        left = first if upper else 0
        rows, columns = starts_one[first : last + 1], starts_other[left:]
        distances = cdist(one[rows[0] : rows[-1]], other[columns[0] :], "cityblock")
        by_column = np.add.reduceat(distances, columns[:-1] - columns[0], axis=1)
        sums[first:last, left:] = np.add.reduceat(by_column, rows[:-1] - rows[0], axis=0)
        first = last
    return sums
