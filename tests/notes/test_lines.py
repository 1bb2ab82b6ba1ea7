import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from counterpoint.notes.lines import highest_line, named_line
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import NOTE_SCHEMA, empty_notes, note_table, validate
from tests.notes.files import CHORALES


def table(*rows: tuple, **columns) -> pd.DataFrame:
    """A note table of one piece from (onset, duration, pitch) or (track, onset, duration, pitch)."""
    names = ["onset", "duration", "pitch"] if len(rows[0]) == 3 else ["track", "onset", "duration", "pitch"]
    return note_table(**({"piece": "p"} | dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) | columns))


def line(notes: pd.DataFrame) -> list[tuple]:
    return list(highest_line(notes)[["onset", "duration", "pitch"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # A chord: its top.
        ([(0, 24, 60), (0, 12, 67), (0, 36, 64)], [(0, 12, 67)]),
        # A held higher note is not interrupted by a lower onset beneath it, nor cut by it.
        ([(0, 48, 72), (12, 24, 60)], [(0, 48, 72)]),
        # A higher onset cuts the note before it.
        ([(0, 48, 60), (12, 24, 72)], [(0, 12, 60), (12, 24, 72)]),
        # What a higher note cut does not come back, and still hides what is lower: at 40 sounds 65.
        ([(0, 90, 65), (10, 20, 80), (40, 50, 62), (91, 9, 61)], [(0, 10, 65), (10, 20, 80), (91, 9, 61)]),
        # A note that ends where the lower begins hides nothing.
        ([(0, 24, 72), (24, 12, 60)], [(0, 24, 72), (24, 12, 60)]),
        # Nothing is lengthened over a rest.
        ([(5, 7, 70), (50, 3, 71)], [(5, 7, 70), (50, 3, 71)]),
        # The pitch that sounds, struck again, is in the line.
        ([(0, 48, 70), (24, 48, 70)], [(0, 24, 70), (24, 48, 70)]),
        # Hidden by a note older than the line's last: 80 is held through.
        ([(0, 100, 80), (10, 5, 90), (20, 5, 70), (99, 9, 71), (100, 4, 60)], [(0, 10, 80), (10, 5, 90)]),
    ],
)
def test_rule_by_hand(rows, expected):
    assert line(table(*rows)) == expected


def test_last_note_just_behind_the_held_one_is_hidden_by_the_one_before():
    # At 100 the 80 has ended, but 71 sounds until 108: 60 stays hidden although 71 itself never was in the line.
    assert line(table((0, 100, 80), (99, 9, 71), (100, 4, 60), (108, 2, 59))) == [(0, 100, 80), (108, 2, 59)]


def test_unison_takes_the_longest_then_the_lowest_track():
    notes = table((3, 0, 24, 70), (1, 0, 30, 70), (2, 0, 30, 70), velocity=[11, 22, 33])
    assert highest_line(notes).to_dict("records") == [
        {"piece": "p", "track": 0, "program": 0, "is_drum": False}
        | {"onset": 0, "duration": 30, "pitch": 70, "velocity": 22}
    ]


def test_program_and_velocity_are_the_notes_own_and_drums_are_left_out():
    notes = table(
        (0, 0, 99, 100),
        (1, 0, 24, 60),
        (2, 12, 24, 72),
        program=[8, 41, 73],
        is_drum=[True, False, False],
        velocity=[90, 31, 57],
    )
    result = highest_line(notes)
    assert list(result.itertuples(index=False, name=None)) == [
        ("p", 0, 41, False, 0, 12, 60, 31),
        ("p", 0, 73, False, 12, 24, 72, 57),
    ]
    assert list(result.columns) == NOTE_SCHEMA.names
    assert_frame_equal(result, validate(result))


def test_pieces_do_not_see_one_another():
    first = table((0, 900, 90), piece="b")
    second = table((3, 24, 60), (27, 6, 50), piece="a")
    result = highest_line(pd.concat([first, second], ignore_index=True))
    assert list(result[["piece", "onset", "duration", "pitch"]].itertuples(index=False, name=None)) == [
        ("a", 3, 24, 60),
        ("a", 27, 6, 50),
        ("b", 0, 900, 90),
    ]


def test_no_notes_no_line():
    assert highest_line(empty_notes()).empty
    assert highest_line(table((0, 24, 38), is_drum=True)).empty


def slow_line(rows: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The rule read aloud, note by note."""
    chosen = []
    for onset, duration, pitch in sorted(set(rows)):
        others = [other for other in rows if other[0] <= onset < other[0] + other[1]]
        if all(other[2] <= pitch for other in others):
            chosen = [note for note in chosen if note[0] != onset] + [(onset, duration, pitch)]
    following = [note[0] for note in chosen[1:]] + [10**9]
    return [(note[0], min(note[1], end - note[0]), note[2]) for note, end in zip(chosen, following, strict=True)]


note = st.tuples(st.integers(0, 40), st.integers(1, 25), st.integers(55, 66))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(note, min_size=1, max_size=25), min_size=1, max_size=3))
def test_equals_the_rule_read_aloud(pieces):
    frames = [table(*((0, *row) for row in rows), piece=f"p{k}") for k, rows in enumerate(pieces)]
    result = highest_line(pd.concat(frames, ignore_index=True))
    for k, rows in enumerate(pieces):
        mine = result.loc[result["piece"] == f"p{k}", ["onset", "duration", "pitch"]]
        assert list(mine.itertuples(index=False, name=None)) == slow_line(rows)


def read(*works: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Notes and (the columns used here of) the piece table of real chorales."""
    tables, pieces = [], []
    for work in works:
        notes, facts = read_midi((CHORALES / f"{work}.mid").read_bytes(), work, max_notes=5_000, max_beats=500)
        tables.append(notes)
        pieces.append({"piece": work, "track_names": facts.track_names})
    return pd.concat(tables, ignore_index=True), pd.DataFrame(pieces)


def test_highest_line_of_a_chorale_is_its_soprano():
    notes, pieces = read("bwv244.17", "bwv66.6")
    soprano = named_line(notes, pieces, "Soprano")
    assert len(soprano) == (notes["track"] == 0).sum() == 36 + 56
    assert_frame_equal(highest_line(notes), soprano)


def test_named_line_is_that_tracks_own():
    notes, pieces = read("bwv64.8", "bwv66.6")
    bass = named_line(notes, pieces, " bASS")
    own = notes[(notes["track"] == 3)].drop(columns="track").reset_index(drop=True)
    assert_frame_equal(bass.drop(columns="track"), own)
    assert set(bass["track"]) == {0}


def test_pieces_without_the_name_are_absent():
    notes, pieces = read("bwv64.8", "bwv66.6")
    pieces.at[1, "track_names"] = ("Violino", "Alto", "Tenor", "Bass")
    assert set(named_line(notes, pieces, "soprano")["piece"]) == {"bwv64.8"}
    assert named_line(notes, pieces, "Theremin").empty


def test_two_tracks_of_the_name_are_one_part():
    notes = table((0, 0, 24, 60), (1, 24, 24, 65), (2, 0, 99, 90))
    pieces = pd.DataFrame({"piece": ["p"], "track_names": [["Flute", "flute ", "Bell"]]})
    assert named_line(notes, pieces, "Flute")["pitch"].tolist() == [60, 65]
