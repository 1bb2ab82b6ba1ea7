from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from counterpoint.evaluation import distribution
from counterpoint.evaluation.distribution import Densities, Distances
from counterpoint.evaluation.music import Music, music
from counterpoint.evaluation.textures import excerpts, render
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table

CHORALES = Path(__file__).parents[1] / "data" / "chorales"
SCALARS = ("pitch_count", "pitch_range", "mean_pitch_interval", "note_count", "mean_inter_onset")


@pytest.fixture(scope="module")
def chorales() -> pd.DataFrame:
    found = [
        read_midi(path.read_bytes(), path.stem, max_notes=2000, max_beats=500)[0]
        for path in sorted(CHORALES.glob("*.mid"))
    ]
    return pd.concat(found, ignore_index=True)


def shares(features: dict[str, np.ndarray], name: str, piece: int) -> dict[int, float]:
    values = features[name][piece]
    return {int(cell): pytest.approx(values[cell]) for cell in np.flatnonzero(values)}


# ── features ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_features_by_hand():
    """A track C5 E5 B4 in a quarter, an eighth, a half; below it two whole notes at once; a drum, not to be counted."""
    notes = note_table(
        piece="a",
        track=[0, 0, 0, 1, 1, 1, 9],
        is_drum=[False] * 6 + [True],
        onset=[0, 24, 36, 0, 0, 96, 1],
        duration=[24, 12, 48, 96, 96, 7, 5],
        pitch=[72, 76, 71, 48, 52, 48, 110],
    )
    found = distribution.features(music(notes))
    assert list(found) == list(distribution.UNITS)
    assert {name: found[name].tolist() for name in SCALARS} == {
        "pitch_count": [5.0],
        "pitch_range": [76.0 - 48.0],
        "mean_pitch_interval": [pytest.approx((4 + 5 + 4) / 3)],  # 72 76 71; the line below is 52 48
        "note_count": [6.0],
        "mean_inter_onset": [pytest.approx((1 + 0.5 + 4) / 3)],
    }
    sounding = 24 + 12 + 48 + 96 + 96 + 7
    assert shares(found, "pitch_class_histogram", 0) == {
        0: (24 + 96 + 7) / sounding,
        4: (12 + 96) / sounding,
        11: 48 / sounding,
    }
    assert shares(found, "pitch_class_transitions", 0) == {4: 1 / 3, 12 * 4 + 11: 1 / 3, 12 * 4 + 0: 1 / 3}
    # Classes: 0 whole, 1 half, 2 quarter, 3 eighth, 4 sixteenth; 7 ticks lie between 6 and 8, and go to the shorter.
    assert shares(found, "note_length_histogram", 0) == {0: 2 / 6, 1: 1 / 6, 2: 1 / 6, 3: 1 / 6, 4: 1 / 6}
    assert shares(found, "note_length_transitions", 0) == {12 * 2 + 3: 1 / 3, 12 * 3 + 1: 1 / 3, 4: 1 / 3}


def test_pieces_with_too_little_have_no_such_feature():
    notes = note_table(
        piece=["b", "c", "c", "d"],
        is_drum=[False, False, False, True],
        track=[0, 1, 2, 0],
        onset=[0, 0, 12, 0],
        duration=24,
        pitch=[60, 60, 67, 36],
    )
    found = distribution.features(music(notes, pieces=["a", "b", "c", "d"]))
    np.testing.assert_array_equal(found["pitch_count"], [0, 1, 2, 0])
    np.testing.assert_array_equal(found["note_count"], [0, 1, 2, 0])
    np.testing.assert_array_equal(found["pitch_range"], [np.nan, 0, 7, np.nan])
    for name in ("mean_pitch_interval", "mean_inter_onset", "pitch_class_transitions", "note_length_transitions"):
        assert np.isnan(found[name]).all(), name  # the two notes of c are of two tracks
    for name in ("pitch_class_histogram", "note_length_histogram"):
        assert np.isnan(found[name]).all(axis=1).tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    ("ticks", "expected"), [(1, 4), (6, 4), (8, 11), (9, 8), (10, 8), (11, 3), (17, 10), (200, 0), (42, 6), (84, 5)]
)
def test_a_length_is_of_the_nearest_class_and_of_two_the_shorter(ticks, expected):
    found = distribution.features(music(note_table(piece=["a"], onset=[0], duration=[ticks], pitch=[60])))
    assert np.flatnonzero(found["note_length_histogram"][0]).tolist() == [expected]


def one_by_one(notes: pd.DataFrame) -> dict[str, float | np.ndarray]:
    """The features of one piece, note after note."""
    heard = notes[~notes["is_drum"]]
    count, histogram, lengths = set(), np.zeros(12), np.zeros(12)

    def length_class(ticks: int) -> int:
        ranked = sorted(enumerate(distribution.LENGTH_CLASS_TICKS), key=lambda pair: (abs(pair[1] - ticks), pair[1]))
        return ranked[0][0]

    for note in heard.itertuples():
        count.add(note.pitch)
        histogram[note.pitch % 12] += note.duration
        lengths[length_class(note.duration)] += 1
    intervals, gaps = [], []
    classes, lasting = np.zeros((12, 12)), np.zeros((12, 12))
    for _, track in heard.groupby("track"):
        line = [max(group.itertuples(), key=lambda n: (n.pitch, n.duration)) for _, group in track.groupby("onset")]
        for one, other in pairwise(line):
            intervals.append(abs(int(other.pitch) - int(one.pitch)))
            gaps.append((other.onset - one.onset) / 24)
            classes[one.pitch % 12, other.pitch % 12] += 1
            lasting[length_class(one.duration), length_class(other.duration)] += 1
    return {
        "pitch_count": len(count),
        "pitch_class_histogram": histogram / histogram.sum(),
        "pitch_class_transitions": classes.ravel() / classes.sum(),
        "pitch_range": max(count) - min(count),
        "mean_pitch_interval": np.mean(intervals),
        "note_count": len(heard),
        "mean_inter_onset": np.mean(gaps),
        "note_length_histogram": lengths / lengths.sum(),
        "note_length_transitions": lasting.ravel() / lasting.sum(),
    }


@pytest.mark.parametrize("texture", ["voices", "chords", "melody"])
def test_real_music_agrees_with_note_after_note(chorales, texture):
    pieces = excerpts(render(chorales, texture))
    arrays = music(pieces)
    found = distribution.features(arrays)
    assert len(arrays.pieces) > 10
    for number, (name, notes) in enumerate(pieces.groupby("piece")):
        assert arrays.pieces[number] == name
        for feature, value in one_by_one(notes).items():
            np.testing.assert_allclose(found[feature][number], value, rtol=1e-12, err_msg=f"{feature} of {name}")


# ── distances ────────────────────────────────────────────────────────────────────────────────────────────────────────


def of_counts(**counts: int) -> Music:
    """Pieces of so many notes: a name `a_1` is the excerpt a#1."""
    rows = [(name.replace("_", "#"), place) for name, count in counts.items() for place in range(count)]
    return music(note_table(piece=[n for n, _ in rows], onset=[24 * p for _, p in rows], duration=24, pitch=60))


def test_pieces_of_one_name_and_excerpts_of_one_piece_are_not_compared():
    found = distribution.distances(of_counts(a_0=2, x=7, y=12), of_counts(a_0=20, a_1=31, b_0=44))["note_count"]
    assert sorted(found.intra_generated) == [5, 5, 10]  # 7-2, 12-7, 12-2
    assert sorted(found.intra_real) == [13, 24]  # not 31-20
    assert sorted(found.inter) == sorted([42, 13, 24, 37, 8, 19, 32])  # not 20-2, 31-2


def test_whole_pieces_are_not_taken_for_excerpts_of_one():
    assert distribution.distances(of_counts(g=3, h=5), of_counts(r=10, s=17))["note_count"].intra_real.tolist() == [7]


def test_a_distance_of_a_histogram_is_euclidean():
    generated = note_table(piece=["g", "h"], onset=0, duration=24, pitch=[60, 61])
    real = note_table(piece=["r", "r", "s"], onset=0, duration=24, pitch=[60, 64, 61])
    found = distribution.distances(music(generated), music(real))["pitch_class_histogram"]
    assert found.intra_generated.tolist() == pytest.approx([2**0.5])
    assert found.intra_real.tolist() == pytest.approx([1.5**0.5])
    assert sorted(found.inter) == pytest.approx([0, 0.5**0.5, 1.5**0.5, 2**0.5])


# ── densities ────────────────────────────────────────────────────────────────────────────────────────────────────────


def set_of(intra: np.ndarray, inter: np.ndarray) -> Distances:
    return Distances(np.asarray(intra, float), np.array([1.0]), np.asarray(inter, float))


def test_densities_are_scipys():
    random = np.random.default_rng(2)
    intra, inter = random.gamma(3, 1.5, 400), random.normal(9, 2, 1700)
    kernels = [stats.gaussian_kde(values, bw_method=400 ** (-1 / 5)) for values in (intra, inter)]
    assert kernels[0].factor == stats.gaussian_kde(intra, bw_method="scott").factor
    found = distribution.densities(set_of(intra, inter))
    for mine, kernel in zip((found.intra_real, found.inter), kernels, strict=True):
        theirs = kernel(found.grid)
        np.testing.assert_allclose(mine, theirs, atol=0.002 * theirs.max())
        assert integrate.trapezoid(mine, found.grid) == pytest.approx(1, abs=1e-6)
    points = np.linspace(-5, 30, 3001)
    least = np.minimum(*(kernel(points) for kernel in kernels))
    assert distribution.overlap_area(found) == pytest.approx(integrate.simpson(least, x=points), abs=0.002)


@pytest.mark.parametrize(("shift", "width"), [(0.0, 1.0), (1.0, 1.0), (2.5, 1.7), (-4.0, 0.6)])
def test_overlap_and_divergence_of_normals_are_the_analytic_ones(shift, width):
    grid = np.linspace(-16, 16, 6000)
    one, other = stats.norm(0, 1), stats.norm(shift, width)
    both = Densities(grid, one.pdf(grid), other.pdf(grid))
    overlap = integrate.quad(lambda x: min(one.pdf(x), other.pdf(x)), -16, 16, points=[0, shift], limit=200)[0]
    assert distribution.overlap_area(both) == pytest.approx(overlap, abs=1e-4)
    # KL(intra_real ‖ inter), in closed form; the other direction is another number where the widths differ.
    divergence = np.log(width) + (1 + shift**2) / (2 * width**2) - 0.5
    if width > 0.9:
        assert distribution.kl_divergence(both) == pytest.approx(divergence, abs=2e-3)


def test_normals_drawn_overlap_as_the_normals_do():
    random = np.random.default_rng(4)
    found = distribution.densities(set_of(random.normal(20, 1, 60_000), random.normal(22, 1.5, 60_000)))
    one, other = stats.norm(20, 1), stats.norm(22, 1.5)
    overlap = integrate.quad(lambda x: min(one.pdf(x), other.pdf(x)), 10, 32, points=[20, 22], limit=200)[0]
    assert distribution.overlap_area(found) == pytest.approx(overlap, abs=0.015)
    assert distribution.kl_divergence(found) == pytest.approx(np.log(1.5) + (1 + 4) / 4.5 - 0.5, rel=0.06)


def on_two_grids(intra: np.ndarray, inter: np.ndarray) -> float:
    """What is wrong with the authors' code: point k of one grid is divided by point k of another."""
    one, other = (
        stats.gaussian_kde(values)(np.linspace(values.min(), values.max(), 1000)) for values in (intra, inter)
    )
    return float(stats.entropy(one, other))


def test_divergence_is_taken_on_one_grid():
    intra = np.random.default_rng(6).normal(5, 1, 500)
    inter = intra + 40
    assert on_two_grids(intra, inter) == pytest.approx(0, abs=1e-9)
    found = distribution.densities(set_of(intra, inter))
    assert 10 < distribution.kl_divergence(found) < 25
    assert distribution.overlap_area(found) < 1e-3


def test_the_divergence_has_a_direction():
    random = np.random.default_rng(8)
    narrow, wide = random.normal(10, 0.5, 3000), random.normal(10, 2, 3000)
    there = distribution.kl_divergence(distribution.densities(set_of(narrow, wide)))
    back = distribution.kl_divergence(distribution.densities(set_of(wide, narrow)))
    assert there == pytest.approx(np.log(4) + 1 / 32 - 0.5, rel=0.1)
    assert back > 3 * there


@pytest.mark.parametrize(
    ("intra", "inter", "overlap"),
    [
        ([3.0, 3.0], [3.0, 3.0, 3.0], 1),
        ([0.0], [0.0], 1),
        ([0.3], [0.1 + 0.2, 0.3], 1),
        ([3.0, 3.0], [8.0], 0),
        ([1e-9, 1e-9], [4e9, 5e9], 0),
    ],
)
def test_equal_distances_overlap_wholly_or_not_at_all_and_nothing_is_infinite(intra, inter, overlap):
    found = distribution.densities(set_of(intra, inter))
    assert distribution.overlap_area(found) == pytest.approx(overlap, abs=1e-3)
    divergence = distribution.kl_divergence(found)
    assert np.isfinite(divergence) and (divergence == pytest.approx(0, abs=1e-9)) == bool(overlap)


def test_a_peak_beside_a_spread_is_finite():
    found = distribution.densities(set_of([2.0] * 50, np.linspace(0, 90, 500)))
    assert 0 < distribution.overlap_area(found) < 0.2
    assert 2 < distribution.kl_divergence(found) < 22


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_columns_and_means():
    table = distribution.compare(
        distribution.distances(of_counts(g=2, h=5, i=12), of_counts(r=10, s=17, t=31))
    ).set_index("feature")
    assert list(table.index) == list(distribution.UNITS)
    assert list(table["unit"]) == list(distribution.UNITS.values())
    row = table.loc["note_count"]
    assert row["intra_real"] == pytest.approx((7 + 14 + 21) / 3)
    assert row["intra_generated"] == pytest.approx((3 + 7 + 10) / 3)
    assert row["inter"] == pytest.approx((8 + 5 + 2 + 15 + 12 + 5 + 29 + 26 + 19) / 9)
    assert 0 < row["overlap_area"] < 1 and row["kl_divergence"] > 0
    # One pitch everywhere: every distance is 0, in both sets.
    assert table.loc["pitch_count", ["inter", "overlap_area", "kl_divergence"]].tolist() == pytest.approx([0, 1, 0])


def test_a_set_against_itself_is_itself(chorales):
    same = music(excerpts(render(chorales, "voices")))
    table = distribution.compare(distribution.distances(same, same))
    np.testing.assert_allclose(table["inter"], table["intra_real"], rtol=1e-12)
    assert (table["overlap_area"] > 0.999).all() and (table["kl_divergence"] < 1e-5).all()


def test_unlike_music_lies_apart(chorales):
    real = excerpts(render(chorales, "voices"))
    odd = real.assign(
        piece="x" + real["piece"], pitch=np.random.default_rng(1).integers(30, 100, len(real)), duration=3
    )
    table = distribution.compare(distribution.distances(music(odd), music(real))).set_index("feature")
    for feature in ("pitch_count", "pitch_range", "mean_pitch_interval", "note_length_histogram"):
        assert table.loc[feature, "inter"] > 1.5 * table.loc[feature, "intra_real"]
        assert table.loc[feature, "overlap_area"] < 0.3
    assert table.loc["note_count", "overlap_area"] > 0.9  # onsets are where they were


def test_too_few_pieces_give_rows_of_nothing():
    numbers = ["intra_real", "intra_generated", "inter", "overlap_area", "kl_divergence"]
    many, one, none = of_counts(r=3, s=8), of_counts(g=5), music(empty_notes())
    for generated, real in ((one, many), (many, one), (none, many), (many, none), (none, none)):
        table = distribution.compare(distribution.distances(generated, real))
        assert len(table) == 9 and table[numbers].isna().all(axis=None)
    excerpts_of_one = distribution.compare(distribution.distances(of_counts(x=3, y=9), of_counts(a_0=3, a_1=8)))
    assert excerpts_of_one[numbers].isna().all(axis=None)
    single_notes = distribution.compare(distribution.distances(of_counts(x=1, y=1), of_counts(a=3, b=8))).set_index(
        "feature"
    )[numbers]
    assert single_notes.isna().any(axis=1).to_dict() == {
        name: name in ("pitch_class_transitions", "mean_pitch_interval", "mean_inter_onset", "note_length_transitions")
        for name in distribution.UNITS
    }
    assert distribution.densities(Distances(np.empty(0), np.empty(0), np.array([1.0]))).grid.shape == (0,)
