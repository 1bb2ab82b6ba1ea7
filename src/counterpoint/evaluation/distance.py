"""`distance_to_real`: how far a set of pieces is from real music of the same texture, as one number from 0 to about 1.

The recipe, fixed before any model was scored by it:

1. Both sets are rendered to one texture and cut into excerpts of equal length (`evaluation.textures`).
2. Each excerpt becomes a vector in each of the families of `evaluation.families`. Two excerpts are as far apart in a
   family as their vectors by the L1 norm.
3. In each family the two sets are compared by the energy coefficient of inhomogeneity (Székely and Rizzo, "Energy
   statistics: A class of statistics based on distances", 2013, section 6): H = (2 A - B - C) / 2 A, where A is the mean
   distance between the sets and B, C are those within each. Equal distributions give 0, sets with nothing in common at
   most 1. Unlike a difference of means, it sees whatever differs: spread, shape, a model that always writes the same.
4. The number is the mean of H over the families.

Departure: B and C leave out pairs of excerpts of one piece. Excerpts of a piece are alike, and a set of n pieces would
seem the tighter the smaller n is; so, real music scores about 0 whatever the number of pieces, and may fall just below.
The 95 % interval resamples the pieces of both sets.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist, pdist, squareform

from counterpoint.evaluation.families import families, only_common
from counterpoint.evaluation.music import music
from counterpoint.evaluation.textures import EXCERPT_BEATS, VOICES, Texture, excerpts, piece_of

BOOTSTRAP_DRAWS = 1000
TRACKS = {"melody": 1, "chords": 1, "voices": VOICES}  # of a band: as many as there are


@dataclass(frozen=True)
class Distance:
    """distance_to_real with its 95 % interval, its families, and how diverse the pieces are.

    diversity: mean distance between pieces as a share of that between real ones, median over the families; 1 as various
    as real music, 0 all alike. All are NaN where a set has fewer than two pieces.
    """

    value: float
    low: float
    high: float
    families: dict[str, float]
    diversity: float


def distance_to_real(generated: pd.DataFrame, real: pd.DataFrame, texture: Texture, *, seed: int = 0) -> Distance:
    """Compare two note tables, both already in `texture` (`textures.render`), their pieces of any length."""
    sets = [excerpts(notes, EXCERPT_BEATS) for notes in (generated, real)]
    tracks = TRACKS.get(texture) or 1 + int(max(notes["track"].max() for notes in sets))
    ours, theirs = (music(notes) for notes in sets)
    owners = [_owners(of.pieces) for of in (ours, theirs)]
    wide = [families(of, texture, tracks) for of in (ours, theirs)]
    found = [only_common(of, wide[1]) for of in wide]
    draws = [_draws(count, seed + place) for place, (_, count) in enumerate(owners)]
    unlike, various = [], []
    for name in found[1]:
        vectors = _without_unused([of[name] for of in found])
        between = _mean_distances(vectors, owners, draws)
        within, of_real = (
            _mean_distances([of, of], [owner] * 2, [draw] * 2)
            for of, owner, draw in zip(vectors, owners, draws, strict=True)
        )
        unlike.append(_ratio(2 * between - within - of_real, 2 * between))
        various.append(_ratio(within[:1], of_real[:1])[0])
    each = np.stack(unlike)
    total = each.mean(axis=0)
    low, high = np.nanpercentile(total[1:], [2.5, 97.5]) if np.isfinite(total[0]) else (np.nan, np.nan)
    by_family = dict(zip(found[1], each[:, 0].tolist(), strict=True))
    return Distance(float(total[0]), float(low), float(high), by_family, float(np.median(various)))


def _owners(names: tuple[str, ...]) -> tuple[np.ndarray, int]:
    """Where each piece's excerpts begin (excerpts come piece after piece), and how many pieces there are."""
    pieces = np.array([piece_of(name) for name in names], object)
    starts = np.flatnonzero(np.append(True, pieces[1:] != pieces[:-1])) if len(pieces) else np.empty(0, np.int64)
    return np.append(starts, len(pieces)), len(starts)


def _draws(pieces: int, seed: int) -> np.ndarray:
    """How often each piece counts, (1 + draws, pieces): once each, then as drawn with replacement."""
    if not pieces:
        return np.ones((1 + BOOTSTRAP_DRAWS, 0))
    drawn = np.random.default_rng(seed).multinomial(pieces, np.full(pieces, 1 / pieces), BOOTSTRAP_DRAWS)
    return np.vstack([np.ones(pieces), drawn])


def _without_unused(vectors: list[np.ndarray]) -> list[np.ndarray]:
    """Without the columns that are 0 in all rows of both: most pairs of intervals never occur, and each costs time."""
    used = vectors[0].any(axis=0) | vectors[1].any(axis=0)
    return [np.compress(used, of, axis=1) for of in vectors]  # row by row in memory, unlike of[:, used]


def _mean_distances(vectors: list[np.ndarray], owners: list, draws: list[np.ndarray]) -> np.ndarray:
    """Mean L1 distance between excerpts of two sets under every draw; of a set and itself, of different pieces only."""
    (one, other), (starts_one, starts_other) = vectors, (starts for starts, _ in owners)
    if len(starts_one) < 3 or len(starts_other) < 3:
        return np.full(1 + BOOTSTRAP_DRAWS, np.nan)
    same = one is other
    distances = squareform(pdist(one, "cityblock")) if same else cdist(one, other, "cityblock")
    sums = np.add.reduceat(np.add.reduceat(distances, starts_other[:-1], axis=1), starts_one[:-1], axis=0)
    counts = np.outer(np.diff(starts_one), np.diff(starts_other)).astype(float)
    if same:
        np.fill_diagonal(sums, 0)
        np.fill_diagonal(counts, 0)
    weighted, pairs = (np.einsum("ij,ij->i", draws[0] @ table, draws[1]) for table in (sums, counts))
    return np.divide(weighted, pairs, out=np.full_like(weighted, np.nan), where=pairs > 0)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, 0 where both are 0: sets in which nothing differs are alike."""
    return np.divide(part, whole, out=np.where((part == 0) & (whole == 0), 0.0, np.nan), where=whole > 0)
