"""How far apart two sets of music lie, by the spread of nine features.

Yang and Lerch, "On the evaluation of generative models in music" (Neural Computing and Applications, 2020; online
2018), section 3: features (3.1), and from their values distances within a set and between the sets, kernel densities of
these, overlap area and Kullback-Leibler divergence (3.2).

Departures from the paper: drums are left out; "successive" notes are those of one track's line (`lines.lines`), and
several tracks' pairs are counted together; both matrices are shares, so that a longer piece is not another style;
inter-onset intervals are in quarter notes, not seconds; two pieces of the same name, or excerpts cut from one piece,
are never compared, be it within a set or between the sets (a corrupted piece would lie beside its own original). From
the authors' public code: it takes each density on its own grid before it divides one by the other, and integrates the
overlap over the range of the data alone; here both densities stand on one grid that holds their tails.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist, pdist

from counterpoint.evaluation.counts import mean_by_piece, shares_by_piece
from counterpoint.evaluation.lines import lines, same_line
from counterpoint.evaluation.music import Music
from counterpoint.evaluation.textures import piece_of
from counterpoint.notes.table import TICKS_PER_QUARTER

UNITS = {
    "pitch_count": "pitches",
    "pitch_class_histogram": "share",
    "pitch_class_transitions": "share",
    "pitch_range": "semitones",
    "mean_pitch_interval": "semitones",
    "note_count": "notes",
    "mean_inter_onset": "beats",
    "note_length_histogram": "share",
    "note_length_transitions": "share",
}
# Whole, half, quarter, eighth, sixteenth; the same dotted but for the whole; triplets of half, quarter and eighth.
LENGTH_CLASS_TICKS = np.array([96, 48, 24, 12, 6, 72, 36, 18, 9, 32, 16, 8])
CLASSES = 12  # of pitch, and of length

GRID_POINTS = 4096
REACH = 5  # bandwidths beyond the outermost distance, where the grid ends: 3e-7 of a normal's mass lie outside
FINEST_BANDWIDTH = 1 / 250  # of the span of all distances: a set of equal distances is a narrow peak, not a spike
ROUNDING = 1e-12  # of a distance: what differs by less is one number
UNIFORM_SHARE = 1e-6  # of either density, so that a divergence is finite: at most some 22 nats


@dataclass(frozen=True, eq=False)
class Distances:
    """Euclidean distances of one feature, each pair once, float64 (pairs,); in the feature's unit."""

    intra_real: np.ndarray
    intra_generated: np.ndarray
    inter: np.ndarray


@dataclass(frozen=True, eq=False)
class Densities:
    """Densities of distances on one grid, three float64 arrays of one length; empty where either set of distances is.

    They are a distance's, in one over its unit, and sum to 1 when multiplied by the grid's step.
    """

    grid: np.ndarray
    intra_real: np.ndarray
    inter: np.ndarray


def features(music: Music) -> dict[str, np.ndarray]:
    """The nine features of every piece, float64, in the order of `UNITS`.

    - pitch_count: how many different pitches; note_count: how many notes; pitch_range: highest less lowest, semitones;
    - pitch_class_histogram (pieces, 12), C first: shares of the time that notes sound;
    - mean_pitch_interval: mean size of the steps between successive notes, semitones;
    - mean_inter_onset: mean time between successive onsets, quarter notes;
    - note_length_histogram (pieces, 12): shares of the notes nearest to each of `LENGTH_CLASS_TICKS`, of two as near
      the shorter;
    - pitch_class_transitions, note_length_transitions (pieces, 144): shares of the steps from class i to class j, at
      12 i + j.

    The others are (pieces,). A piece without a pitched note has 0 pitches, 0 notes and NaN else; one without two
    successive notes has NaN intervals, inter-onset times and transitions.
    """
    heard, line, pieces = music.pitched, lines(music), len(music.pieces)
    follows = np.flatnonzero(same_line(line, 1))
    piece_of_step = line.piece[follows]

    def steps(values: np.ndarray) -> np.ndarray:
        return np.abs(values[follows + 1] - values[follows])

    def transitions(classes: np.ndarray) -> np.ndarray:
        cells = CLASSES * classes[follows] + classes[follows + 1]
        return shares_by_piece(piece_of_step, cells, CLASSES**2, pieces)

    distinct = np.unique(heard.piece * 128 + heard.pitch)
    lengths = _length_classes(heard.release - heard.onset)
    return {
        "pitch_count": np.bincount(distinct // 128, minlength=pieces).astype(np.float64),
        "pitch_class_histogram": shares_by_piece(
            heard.piece, heard.pitch % CLASSES, CLASSES, pieces, heard.release - heard.onset
        ),
        "pitch_class_transitions": transitions(line.pitch % CLASSES),
        "pitch_range": _ranges(distinct // 128, distinct % 128, pieces),
        "mean_pitch_interval": mean_by_piece(steps(line.pitch), piece_of_step, pieces),
        "note_count": np.bincount(heard.piece, minlength=pieces).astype(np.float64),
        "mean_inter_onset": mean_by_piece(steps(line.onset) / TICKS_PER_QUARTER, piece_of_step, pieces),
        "note_length_histogram": shares_by_piece(heard.piece, lengths, CLASSES, pieces),
        "note_length_transitions": transitions(_length_classes(line.release - line.onset)),
    }


def _length_classes(durations: np.ndarray) -> np.ndarray:
    order = np.argsort(LENGTH_CLASS_TICKS)
    ascending = LENGTH_CLASS_TICKS[order]
    # Twice the midpoint, in whole ticks; a duration on a midpoint goes to the shorter.
    return order[np.searchsorted(ascending[1:] + ascending[:-1], 2 * durations, side="left")]


def _ranges(piece: np.ndarray, pitches: np.ndarray, pieces: int) -> np.ndarray:
    """`piece` ascending, and `pitches` within a piece."""
    ranges = np.full(pieces, np.nan)
    present, first, count = np.unique(piece, return_index=True, return_counts=True)
    ranges[present] = pitches[first + count - 1] - pitches[first]
    return ranges


def distances(generated: Music, real: Music) -> dict[str, Distances]:
    """`each_distances`, all at once."""
    return dict(each_distances(generated, real))


def each_distances(generated: Music, real: Music) -> Iterator[tuple[str, Distances]]:
    """Of every feature in turn, the distances between pieces of each set and from the one set to the other.

    Pieces of one name and excerpts of one piece (`textures.piece_of`) are not compared; pieces without the feature are
    left out of it.
    """
    names = [piece_of(name) or name for name in (*generated.pieces, *real.pieces)]
    origins = pd.factorize(np.array(names, object))[0]
    ours, theirs = features(generated), features(real)
    of_ours, of_theirs = np.split(origins, [len(generated.pieces)])
    for feature in UNITS:
        yield feature, _distances(ours[feature], theirs[feature], of_ours, of_theirs)


def _distances(
    generated: np.ndarray, real: np.ndarray, generated_origins: np.ndarray, real_origins: np.ndarray
) -> Distances:
    generated, real = (values[:, None] if values.ndim == 1 else values for values in (generated, real))
    has, real_has = ~np.isnan(generated).any(1), ~np.isnan(real).any(1)
    generated, generated_origins = generated[has], generated_origins[has]
    real, real_origins = real[real_has], real_origins[real_has]
    return Distances(
        intra_real=_within(real, real_origins),
        intra_generated=_within(generated, generated_origins),
        # Not by way of a product of matrices, which is quicker but leaves equal values a little apart.
        inter=cdist(generated, real)[generated_origins[:, None] != real_origins],
    )


def _within(values: np.ndarray, origins: np.ndarray) -> np.ndarray:
    if len(values) < 2:
        return np.empty(0)
    return pdist(values)[pdist(origins[:, None].astype(np.float64)) > 0]


def densities(distances: Distances) -> Densities:
    """Gaussian kernel densities of the distances within the real set and between the sets, on one grid.

    The bandwidth is Scott's, a set's standard deviation × count ** (-1/5), with the count of the smaller set for both:
    where distances are whole numbers, narrower kernels by themselves would make of one music two (a set against itself
    overlapped by 0.93). It is at least `FINEST_BANDWIDTH` of the span of both sets, and 1 if all distances of both are
    one number. As in the paper, a density runs on below the distance 0. Each is binned linearly into `GRID_POINTS`,
    then smoothed.
    """
    sets = (distances.intra_real, distances.inter)
    if any(not values.size for values in sets):
        return Densities(*(np.empty(0) for _ in range(3)))
    low, high = (float(f([f(values) for values in sets])) for f in (np.min, np.max))
    finest = (high - low) * FINEST_BANDWIDTH if high - low > ROUNDING * high else 1.0
    scott = min(len(values) for values in sets) ** (-1 / 5)
    bandwidths = [max(float(values.std()) * scott, finest) for values in sets]
    grid = np.linspace(
        min(values.min() - REACH * width for values, width in zip(sets, bandwidths, strict=True)),
        max(values.max() + REACH * width for values, width in zip(sets, bandwidths, strict=True)),
        GRID_POINTS,
    )
    return Densities(grid, *(_density(values, width, grid) for values, width in zip(sets, bandwidths, strict=True)))


def _density(values: np.ndarray, bandwidth: float, grid: np.ndarray) -> np.ndarray:
    step = (grid[-1] - grid[0]) / (len(grid) - 1)
    cell, part = np.divmod((values - grid[0]) / step, 1)
    left = cell.astype(np.int64)
    counts = np.bincount(left, 1 - part, len(grid)) + np.bincount(left + 1, part, len(grid))[: len(grid)]
    reach = min(int(2 * REACH * bandwidth / step) + 1, len(grid) - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / bandwidth) ** 2)
    smooth = np.convolve(counts, kernel)[reach : reach + len(grid)]
    return smooth / (smooth.sum() * step)


def overlap_area(densities: Densities) -> float:
    """The area under both densities, 0 to 1; NaN if they are empty."""
    if not densities.grid.size:
        return np.nan
    step = densities.grid[1] - densities.grid[0]
    return float(np.minimum(densities.intra_real, densities.inter).sum() * step)


def kl_divergence(densities: Densities) -> float:
    """KL(intra_real ‖ inter) in nats, at least 0 and always finite; NaN if the densities are empty.

    Either density gives up `UNIFORM_SHARE` of its mass to the uniform density of the grid.
    """
    if not densities.grid.size:
        return np.nan
    step = densities.grid[1] - densities.grid[0]
    intra, inter = (
        (1 - UNIFORM_SHARE) * density * step + UNIFORM_SHARE / len(densities.grid)
        for density in (densities.intra_real, densities.inter)
    )
    return max(float((intra * np.log(intra / inter)).sum()), 0.0)


def compare(distances: dict[str, Distances]) -> pd.DataFrame:
    """One row a feature: feature, unit, intra_real, intra_generated, inter, overlap_area, kl_divergence.

    The first three are mean distances, in the feature's unit. A row is all NaN where a set has not two pieces, of
    unlike names, that have the feature. Distances that are all one number in both sets overlap wholly, with divergence
    0; where they are one number in either set, another in the other, they do not overlap at all.
    """
    rows = []
    for feature, found in distances.items():
        sets = (found.intra_real, found.intra_generated, found.inter)
        if any(not values.size for values in sets):
            rows.append((feature, UNITS[feature], *[np.nan] * 5))
            continue
        both = densities(found)
        means = (float(values.mean()) for values in sets)
        rows.append((feature, UNITS[feature], *means, overlap_area(both), kl_divergence(both)))
    columns = ["feature", "unit", "intra_real", "intra_generated", "inter", "overlap_area", "kl_divergence"]
    return pd.DataFrame(rows, columns=columns)
