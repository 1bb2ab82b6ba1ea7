"""Music that a caller gives, by hand: a beginning, a track to accompany, and what is said of a file."""

import pandas as pd
import pytest

from counterpoint.notes.lines import highest_line
from counterpoint.notes.midi import PieceFacts, read_midi
from counterpoint.notes.table import empty_notes, note_table
from counterpoint.serving.given import beginning, heard, moved, other_metre
from tests.models.musegan.untrained import bach
from tests.notes.files import END, smf, strike

SHOWN = ["track", "onset", "duration", "pitch"]


def rows(notes: pd.DataFrame) -> list[list[int]]:
    return notes[SHOWN].to_numpy().tolist()


# A tune over a held chord, a bar of rest before it, and a drum that is first of all.
BEFORE = note_table(
    piece="file",
    track=[0, 1, 1, 1, 2],
    is_drum=[False, False, False, False, True],
    onset=[96, 96, 96, 120, 0],
    duration=[48, 24, 24, 24, 6],
    pitch=[72, 60, 64, 62, 38],
)


def test_a_melody_begins_with_the_highest_line_from_its_first_note() -> None:
    assert rows(beginning(BEFORE, "melody")) == [[0, 0, 48, 72]]
    rising = note_table(piece="file", onset=[48, 48, 72], duration=24, pitch=[60, 64, 67])
    assert rows(beginning(rising, "melody")) == [[0, 0, 24, 64], [0, 24, 24, 67]]


@pytest.mark.parametrize("texture", ["chords", "voices", "band"])
def test_other_textures_begin_with_all_pitched_notes(texture: str) -> None:
    assert rows(beginning(BEFORE, texture)) == [[0, 0, 48, 72], [1, 0, 24, 60], [1, 0, 24, 64], [1, 24, 24, 62]]


@pytest.mark.parametrize("texture", ["melody", "chords"])
def test_drums_alone_are_no_beginning(texture: str) -> None:
    for notes in (BEFORE[BEFORE["is_drum"]], empty_notes()):
        with pytest.raises(ValueError, match="it has no melody: all its notes are drums"):
            beginning(notes, texture)


def test_what_was_given_stays_as_it_was() -> None:
    copy = BEFORE.copy()
    beginning(BEFORE, "melody")
    heard(BEFORE, "voices")
    pd.testing.assert_frame_equal(BEFORE, copy)


def test_of_voices_the_highest_line_is_heard_where_it_stands_and_that_is_said() -> None:
    line, said = heard(BEFORE, "voices")
    assert rows(line) == [[0, 96, 48, 72]]
    assert said == ["its highest line is taken, 1 of 5 notes"]


def test_of_one_voice_nothing_is_to_be_said() -> None:
    tune = note_table(piece="file", onset=[0, 24], duration=24, pitch=[60, 64], program=52)
    line, said = heard(tune, "voices")
    pd.testing.assert_frame_equal(line, tune)
    assert said == []


def test_drums_alone_are_no_voice() -> None:
    line, said = heard(BEFORE[BEFORE["is_drum"]], "voices")
    assert line.empty
    assert said == ["its highest line is taken, 0 of 1 notes"]


def test_a_line_that_two_instruments_play_is_one_voice() -> None:
    chorale = bach(1)
    line, _ = heard(chorale.assign(program=chorale["onset"] // 96 % 2 * 40 + 3), "voices")
    assert line[["onset", "pitch"]].equals(highest_line(chorale)[["onset", "pitch"]])
    assert line["program"].unique().tolist() == [3]


def test_of_a_band_all_is_heard() -> None:
    notes, said = heard(BEFORE, "band")
    assert notes is BEFORE
    assert said == []


def facts(*played: bytes) -> PieceFacts:
    return read_midi(smf(*(track + END for track in played)), "file", max_notes=99, max_beats=99)[1]


def test_notes_that_reading_moved_are_counted_and_measured() -> None:
    assert moved(facts(strike(0, 60, 480) + strike(0, 62, 480))) == []
    one = facts(strike(0, 60, 480) + strike(7, 62, 480))  # at 487 of 480 a quarter: 24.35 ticks
    assert moved(one) == [
        "1 of its notes was moved onto the grid of 24 ticks a quarter note, by at most 0.015 quarter notes"
    ]
    two = facts(strike(0, 60, 480) + strike(7, 62, 470) + strike(13, 64, 480))  # at 487 and 970
    assert moved(two) == [
        "2 of its notes were moved onto the grid of 24 ticks a quarter note, by at most 0.021 quarter notes"
    ]


@pytest.mark.parametrize(
    ("metres", "says"),
    [
        (((0, 4, 4),), ""),
        (((0, 2, 2), (96, 4, 4)), ""),  # bars of the same length
        (((0, 1, 4), (24, 4, 4)), "its metre is 1/4, but"),
        (((0, 4, 4), (204, 7, 8)), "its metre after 8.5 quarter notes is 7/8, but"),
        (((0, 4, 4), (48, 4, 4)), "its metre after 2 quarter notes is 4/4, but"),  # the bar lines move
        (((0, 4, 4), (960, 3, 4)), ""),  # after the last note
    ],
)
def test_bars_of_another_length_are_said(metres: tuple[tuple[int, int, int], ...], says: str) -> None:
    found = other_metre(PieceFacts((), metres, (), 99.0, 0, 0.0), bar_ticks=96, end=960)
    assert len(found) == bool(says)
    assert "".join(found).startswith(says)
