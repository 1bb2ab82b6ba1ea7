import math

import pandas as pd
import pytest

from counterpoint.evaluation.music import music
from counterpoint.evaluation.tracks import by_pair, by_track, differences
from tests.evaluation.scores import voices

# A bar of four quarters each; in the tonal space C and E are a major third apart, C and G a fifth.
THIRD = voices("third", "72 72 72 72", "64 64 64 64", "60 60 60 60")
FIFTH = voices("fifth", "72 74 72 74", "67 67 67 67")


def row(track: int, measure: str, generated: float | None, real: float | None) -> dict:
    return {"track": track, "measure": measure, "generated": generated, "real": real}


def pair(generated: float | None, real: float | None) -> dict:
    return {"tracks": [0, 1], "generated": generated, "real": real}


def test_tracks_of_both_sides_stand_side_by_side():
    rows = {(of["track"], of["measure"]): of for of in by_track(music(FIFTH), music(THIRD), "voices")}
    classes = rows[0, "used_pitch_classes"]
    assert (classes["generated"], classes["real"]) == (2, 1)
    lowest = rows[2, "used_pitch_classes"]
    assert math.isnan(lowest["generated"]) and lowest["real"] == 1


def test_pairs_of_both_sides_stand_side_by_side():
    rows = {tuple(of["tracks"]): of for of in by_pair(music(FIFTH), music(THIRD), "voices")}
    assert list(rows) == [(0, 1), (0, 2), (1, 2)]
    # Harte et al. 2006: a semitone turns by 7, 9 and 4 twelfths on circles of radii r = 1, 1 and 1/2; classes that a
    # turn t separates lie 2 r sin(t / 2) apart on each.
    apart = {
        s: math.sqrt(sum((2 * r * math.sin(math.pi / 12 * s * k)) ** 2 for r, k in ((1, 7), (1, 9), (0.5, 4))))
        for s in (4, 5)
    }
    assert rows[0, 1]["real"] == pytest.approx(apart[4]) == pytest.approx(rows[1, 2]["real"])
    assert rows[0, 1]["generated"] == pytest.approx(apart[5])  # C and D are both a fifth or fourth from G
    assert rows[0, 2]["real"] == pytest.approx(0) and math.isnan(rows[0, 2]["generated"])


def test_music_of_one_track_has_none():
    assert by_track(music(FIFTH), music(THIRD), "chords") == by_pair(music(FIFTH), music(THIRD), "melody") == []
    assert differences([], []) == {}


def test_differences_are_means_of_sizes_relative_to_the_real():
    tracks = [
        row(0, "used_pitch_classes", 3.0, 2.0),  # + 50 %
        row(1, "used_pitch_classes", 3.6, 4.0),  # - 10 %
        row(0, "empty_bars", 0.05, 0.01),  # 4 points
        row(1, "empty_bars", 0.0, 0.02),  # 2 points
        row(0, "qualified_notes", 0.125, 0.75),
    ]
    found = differences(tracks, [pair(1.5, 2.0), pair(1.05, 1.0)])
    assert found == pytest.approx(
        {"used_pitch_classes_difference": 0.3, "tonal_distance_difference": 0.15, "empty_bars_difference": 3.0}
    )


def test_a_track_that_only_real_music_has_differs_wholly_and_one_that_only_the_model_has_is_passed_over():
    tracks = [
        row(0, "used_pitch_classes", 2.0, 2.0),
        row(1, "used_pitch_classes", None, 4.0),
        row(2, "used_pitch_classes", 3.0, None),
        row(0, "empty_bars", 0.25, 0.25),
        row(1, "empty_bars", None, 0.5),
    ]
    found = differences(tracks, [pair(None, 1.25), pair(0.5, None)])
    assert found == {
        "used_pitch_classes_difference": 0.5,
        "tonal_distance_difference": 1.0,
        "empty_bars_difference": 25.0,
    }


def test_what_no_real_track_defines_is_undefined():
    drums = [row(0, "used_pitch_classes", None, None), row(0, "empty_bars", 0.25, 0.0)]
    found = differences(drums, [])
    assert found["used_pitch_classes_difference"] is None and found["tonal_distance_difference"] is None
    assert found["empty_bars_difference"] == 25


def test_a_table_without_notes_is_a_side_without_numbers():
    nothing = music(pd.DataFrame(THIRD.iloc[:0]))
    assert all(math.isnan(of["generated"]) for of in by_pair(nothing, music(THIRD), "voices"))
