import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation.distance import distance_to_real
from counterpoint.notes.keys import transpose
from counterpoint.notes.table import empty_notes, note_table
from tests.evaluation import bach


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


@pytest.mark.parametrize("ours", [with_ranges(3), empty_notes()])
def test_fewer_than_two_pieces_have_no_distance(ours):
    found = distance_to_real(ours, with_ranges(2, 8), "melody")
    assert np.isnan([found.value, found.low, found.high, found.diversity]).all()


def test_the_seed_decides_the_interval_alone():
    ours, real = bach.split("validation", "melody"), bach.split("test", "melody")
    one, same, other = (distance_to_real(ours, real, "melody", seed=seed) for seed in (5, 5, 6))
    assert one == same
    assert other.value == one.value
    assert (other.low, other.high) != (one.low, one.high)
