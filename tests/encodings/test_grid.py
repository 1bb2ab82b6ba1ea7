import pandas as pd
import pytest

from counterpoint.encodings.grid import coverage, on_grid
from counterpoint.notes.table import note_table
from tests.encodings.rolls import TRIO, VOICE


def voice(onsets: list[int], durations: list[int], pitches: list[int]) -> pd.DataFrame:
    return note_table(piece="a", onset=onsets, duration=durations, pitch=pitches)


def rows(notes: pd.DataFrame) -> list[tuple[int, ...]]:
    return list(notes[["track", "onset", "duration", "pitch"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("onset", "duration", "expected"),
    [
        (12, 18, (12, 18)),
        (14, 18, (12, 18)),  # 14 to 32: the steps at 12 and 30
        (15, 18, (18, 18)),  # as near to 12 as to 18: the later
        (16, 1, (18, 6)),  # one step at least
        (11, 8, (12, 6)),
    ],
)
def test_onset_and_release_go_to_the_nearest_step(onset, duration, expected):
    assert rows(on_grid(voice([onset], [duration], [60]), VOICE)) == [(0, *expected, 60)]


def test_in_a_voice_the_later_note_cuts_the_earlier_and_the_highest_of_one_step_stays():
    notes = voice([0, 12, 13, 12, 30], [24, 12, 40, 40, 6], [60, 64, 64, 62, 50])
    assert rows(on_grid(notes, VOICE)) == [(0, 0, 12, 60), (0, 12, 18, 64), (0, 30, 6, 50)]


def test_in_a_track_of_many_only_a_note_at_the_same_pitch_cuts():
    notes = note_table(
        piece=["a"] * 5 + ["b"],
        track=[1, 1, 1, 1, 2, 1],
        onset=[0, 6, 12, 12, 12, 18],
        duration=[24, 6, 6, 30, 18, 6],
        pitch=[60, 64, 60, 60, 60, 60],
    )
    assert rows(on_grid(notes, TRIO)) == [
        (1, 0, 12, 60),
        (1, 6, 6, 64),
        (1, 12, 30, 60),
        (2, 12, 18, 60),
        (1, 18, 6, 60),
    ]


def test_a_drum_note_lasts_one_step():
    notes = note_table(piece="a", track=0, is_drum=True, onset=[0, 12], duration=[40, 2], pitch=[36, 38])
    assert rows(on_grid(notes, TRIO)) == [(0, 0, 6, 36), (0, 12, 6, 38)]


def test_pitches_beyond_the_roll_are_dropped():
    notes = voice([0, 6, 12, 18], [6] * 4, [23, 24, 105, 106])
    assert rows(on_grid(notes, VOICE)) == [(0, 6, 6, 24), (0, 12, 6, 105)]


def test_coverage_by_hand():
    notes = note_table(
        piece="a",
        is_drum=False,
        onset=[0, 8, 12, 12, 18, 24, 31, 36],
        duration=[6, 4, 6, 3, 60, 6, 5, 6],
        pitch=[60, 61, 62, 57, 63, 64, 65, 110],
    )
    # Exact: 60, 62, 64. Moved: 61, 63 (cut by 64), 65. Merged: 57 under 62. Out of range: 110.
    assert coverage(notes, VOICE) == {
        "notes": 8,
        "exact": 3 / 8,
        "moved": 3 / 8,
        "merged": 1 / 8,
        "out_of_range": 1 / 8,
        "onsets_on_grid": 6 / 8,
        "out_of_range_notes": {"soprano": {"below": 0, "above": 1}},
    }


def test_what_is_beyond_the_roll_is_counted_by_track_and_side():
    notes = note_table(piece="a", track=[2, 2, 2, 1, 2, 0], onset=range(6), duration=1, pitch=[23, 12, 24, 106, 110, 0])
    assert coverage(notes, TRIO)["out_of_range_notes"] == {
        "drums": {"below": 1, "above": 0},
        "piano": {"below": 0, "above": 1},
        "bass": {"below": 2, "above": 1},
    }


def test_of_a_drum_the_onset_alone_must_be_kept():
    notes = note_table(piece="a", is_drum=True, onset=[0, 13], duration=[40, 6], pitch=[36, 38])
    assert coverage(notes, TRIO)["exact"] == 1 / 2


def test_no_notes_are_covered_by_nothing():
    covered = coverage(voice([], [], []), VOICE)
    assert covered.pop("out_of_range_notes") == {"soprano": {"below": 0, "above": 0}}
    assert set(covered.values()) == {0}
