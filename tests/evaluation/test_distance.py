import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation import distance
from counterpoint.evaluation.distance import distance_to_real
from counterpoint.evaluation.references import corrupted, shuffled_tracks, uniform_noise
from counterpoint.notes.keys import transpose
from counterpoint.notes.table import empty_notes, note_table
from tests.evaluation import bach
from tests.evaluation.bands import halves


def with_ranges(*semitones: int) -> pd.DataFrame:
    """Pieces of two quarters, the second so many semitones above the first."""
    return note_table(
        piece=np.repeat([f"p{i}" for i in range(len(semitones))], 2),
        onset=np.tile([0, 24], len(semitones)),
        duration=24,
        pitch=np.array([[60, 60 + n] for n in semitones]).ravel(),
    )


def test_a_family_by_hand():
    found = distance_to_real(with_ranges(2, 4), with_ranges(2, 8), "melody")
    # Between the sets 0, 6, 2, 4: mean 3. Within ours 2, within the real 6.
    assert found.families["range"] == pytest.approx((2 * 3 - 2 - 6) / (2 * 3))
    # All notes are quarters on the beat: nothing differs.
    assert found.families["lengths"] == found.families["beat_positions"] == 0
    assert found.value == pytest.approx(np.mean(list(found.families.values())))


def test_pairs_of_excerpts_of_one_piece_do_not_count_within():
    # One piece of two excerpts, with ranges 2 and 12, and one of a single excerpt with range 5.
    long = with_ranges(2, 12, 5)
    second = long["piece"] == "p1"
    long = long.assign(
        piece=long["piece"].replace({"p1": "p0"}),
        onset=long["onset"] + 384 * second,
        duration=long["duration"] + 168 * second,  # long enough to be an excerpt
    )
    found = distance_to_real(long, with_ranges(2, 8), "melody")
    between = np.mean([0, 6, 10, 4, 3, 3])  # of 2, 12 and 5 to 2 and 8
    within = np.mean([3, 7])  # 2 to 5, 12 to 5, but not 2 to 12
    assert found.families["range"] == pytest.approx((2 * between - within - 6) / (2 * between))


def test_diversity_is_relative_to_real_music():
    alike = bach.split("test", "melody")
    one = alike[alike["piece"] == alike["piece"].iloc[0]]
    copies = pd.concat([one.assign(piece=f"copy {i}") for i in range(6)], ignore_index=True)
    assert distance_to_real(copies, alike, "melody").diversity < 0.9
    first = one[one["onset"] < 384]
    same = pd.concat([first.assign(piece=f"copy {i}") for i in range(6)], ignore_index=True)
    assert distance_to_real(same, alike, "melody").diversity == 0
    assert distance_to_real(bach.split("validation", "melody"), alike, "melody").diversity == pytest.approx(1, abs=0.1)


def with_lengths(*ticks: int, pitches: int) -> pd.DataFrame:
    """Pieces of six notes, each piece of notes so many ticks long, on `pitches` different pitches."""
    place = np.tile(np.arange(6), len(ticks))
    each = np.repeat(ticks, 6)
    return note_table(
        piece=np.repeat([f"p{i}" for i in range(len(ticks))], 6),
        onset=place * each,
        duration=each,
        pitch=60 + place % pitches + np.repeat(np.arange(len(ticks)), 6) * place % 3,
    )


def test_diversity_is_told_by_what_real_music_differs_in():
    alike, unlike = with_lengths(24, 24, 24, pitches=5), with_lengths(24, 12, 6, pitches=5)
    assert distance_to_real(unlike, alike, "melody").diversity == pytest.approx(1, abs=0.5)
    nothing = with_ranges(2, 2, 2)
    assert np.isnan(distance_to_real(unlike, nothing, "melody").diversity)


def test_an_excerpt_is_the_same_whatever_is_beside_it():
    # What a piece of 8 quarters lacks of 16 is silence, also in a set that has no longer one.
    ours = note_table(piece=["a", "b"], onset=0, duration=192, pitch=60)
    real = note_table(piece=["c", "d", "e", "f"], onset=0, duration=[192, 384, 384, 384], pitch=60)
    between, within = 3 / 4, 3 / 6  # sounding shares of 1/2 and of 1 are 1 apart by the L1 norm
    found = distance_to_real(ours, real, "chords")
    assert found.families["polyphony"] == pytest.approx((2 * between - 0 - within) / (2 * between))


@pytest.mark.parametrize("block", [1, 1000, 2**30])
def test_however_many_distances_are_held_at_once(block, monkeypatch):
    ours, real = bach.split("validation", "melody"), bach.split("test", "melody")
    whole = distance_to_real(ours, real, "melody")
    monkeypatch.setattr(distance, "BLOCK", block)
    found = distance_to_real(ours, real, "melody")
    assert found.families == pytest.approx(whole.families)
    assert (found.low, found.high, found.diversity) == pytest.approx((whole.low, whole.high, whole.diversity))


@pytest.mark.parametrize("texture", ["melody", "voices", "chords"])
def test_transposition_and_names_change_nothing(texture):
    ours, real = bach.split("validation", texture), bach.split("test", texture)
    plain = distance_to_real(ours, real, texture)
    moved = distance_to_real(transpose(ours, 3), real, texture)
    assert moved.value == pytest.approx(plain.value)
    renamed = ours.assign(piece="z" + ours["piece"])
    assert distance_to_real(renamed, real, texture) == plain


@pytest.mark.parametrize("texture", ["melody", "voices", "chords", "band"])
def test_real_music_is_at_no_distance_from_real_music(texture):
    of = "voices" if texture == "band" else texture
    found = distance_to_real(bach.split("validation", of), bach.split("test", of), texture)
    assert found.low < found.value < found.high
    assert abs(found.value) < 0.01
    assert found.low < 0.005


@pytest.mark.parametrize("texture", ["melody", "band"])
@pytest.mark.parametrize("ours", [with_ranges(3), empty_notes()])
def test_fewer_than_two_pieces_have_no_distance(ours, texture):
    found = distance_to_real(ours, with_ranges(2, 8), texture)
    assert np.isnan([found.value, found.low, found.high, found.diversity]).all()


def test_the_seed_decides_the_interval_alone():
    ours, real = bach.split("validation", "melody"), bach.split("test", "melody")
    one, same, other = (distance_to_real(ours, real, "melody", seed=seed) for seed in (5, 5, 6))
    assert one == same
    assert other.value == one.value
    assert (other.low, other.high) != (one.low, one.high)


def test_diversity_is_the_median_family_and_no_mean():
    # Ranges differ 29 times as much as real ones, all else about as much.
    assert distance_to_real(with_ranges(2, 60), with_ranges(2, 4), "melody").diversity == pytest.approx(1, abs=0.3)


def test_the_two_sets_are_drawn_apart():
    # Were the same pieces drawn of both, a set would be below 0 from its own copy in every draw.
    real = with_ranges(2, 4, 8, 16, 32)
    found = distance_to_real(real.assign(piece="z" + real["piece"]), real, "melody", seed=7)
    assert found.value < 0 < found.high


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bands_that_are_spoilt_more_are_farther_from_real_ones(seed):
    ours, real = halves(seed)
    steps = [
        distance_to_real(notes, real, "band").value
        for notes in (
            ours,
            *(corrupted(ours, share, real, seed=seed) for share in (0.1, 0.2, 0.4)),
            uniform_noise(ours, real, seed=seed),
        )
    ]
    assert steps == sorted(steps) and abs(steps[0]) < 0.02
    assert steps[0] < distance_to_real(shuffled_tracks(ours, seed=seed), real, "band").value < steps[-1]


def test_bands_may_lack_what_real_ones_have_and_have_what_they_lack():
    ours, real = halves(1)
    without = [distance_to_real(ours[ours["track"] != track], real, "band").value for track in (0, 4)]
    alone = distance_to_real(ours, real[real["track"] != 4], "band").value
    assert np.isfinite([*without, alone]).all()
    whole = distance_to_real(ours, real, "band").value
    assert min(*without, alone) > whole + 0.02


def test_a_drum_at_the_wrong_time_is_heard():
    ours, real = halves(1)
    late = ours.assign(onset=ours["onset"] + 2 * ours["is_drum"])
    moved, still = (distance_to_real(notes, real, "band").families for notes in (late, ours))
    assert moved["drum_patterns"] > still["drum_patterns"] + 0.04
    assert moved["drum_kit"] == pytest.approx(still["drum_kit"], abs=0.01)  # excerpts' edges move with the notes
