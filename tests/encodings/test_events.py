import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.encodings import events
from counterpoint.encodings.events import Events
from counterpoint.encodings.pitch_sets import from_pitches, to_pitches
from counterpoint.notes import table


def small() -> Events:
    return Events(
        ("a", "empty", "b"),
        np.array([0, 3, 3, 5]),
        from_pitches([[60], [], [67], [125], [122]]),
        np.array([24, 12, 36, 6, 48], np.int32),
    )


def assert_equal(left: Events, right: Events) -> None:
    assert left.pieces == right.pieces
    for name in ("offsets", "chords", "ticks"):
        mine, other = getattr(left, name), getattr(right, name)
        assert mine.dtype == other.dtype, name
        np.testing.assert_array_equal(mine, other)


def test_gaps_become_rests_also_before_the_first_note():
    lines = table.note_table(
        piece=["x", "x", "x", "w"], onset=[12, 18, 54, 0], duration=[6, 24, 48, 96], pitch=[60, 62, 64, 65]
    )
    encoded = events.encode(lines, "melody")
    assert encoded.pieces == ("w", "x")
    assert encoded.offsets.tolist() == [0, 1, 6]
    assert to_pitches(encoded.chords) == ((65,), (), (60,), (62,), (), (64,))
    assert encoded.ticks.tolist() == [96, 12, 6, 24, 12, 48]
    assert (encoded.offsets.dtype, encoded.chords.dtype, encoded.ticks.dtype) == (np.int64, np.uint64, np.int32)


def test_overlapping_notes_are_refused_by_name():
    lines = table.note_table(
        piece=["fine", "muddy", "muddy"], onset=[0, 0, 20], duration=[9, 24, 8], pitch=[60, 61, 62]
    )
    with pytest.raises(ValueError, match=r"'muddy'.*tick 20.*tick 24"):
        events.encode(lines, "melody")
    assert to_pitches(events.encode(lines, "chords").chords) == ((60,), (61,), (61, 62), (62,))


def test_rows_may_come_in_any_order_and_on_any_track():
    lines = table.note_table(piece="x", track=[3, 1], onset=[0, 24], duration=[24, 12], pitch=[60, 62])
    assert to_pitches(events.encode(lines, "melody").chords) == ((60,), (62,))


def test_no_notes_are_no_pieces():
    encoded = events.encode(table.empty_notes(), "chords")
    assert encoded.pieces == () and encoded.offsets.tolist() == [0]
    assert len(events.decode(encoded)) == 0
    assert events.transposed(encoded).pieces == ()


def test_decode_sets_program_and_velocity_and_drops_trailing_rests():
    notes = events.decode(
        Events(("z",), np.array([0, 3]), from_pitches([(), (70,), ()]), np.array([5, 7, 11], np.int32)),
        program=40,
        velocity=77,
    )
    expected = table.note_table(piece=["z"], onset=5, duration=7, pitch=70, program=40, velocity=77)
    pd.testing.assert_frame_equal(notes, expected)


@st.composite
def melody_lines(draw):
    """A monophonic note table of a few pieces, made from (gap, duration, pitch) triples."""
    triple = st.tuples(st.integers(0, 200), st.integers(1, 5000), st.integers(0, 127))
    rows = []
    for piece, melody in draw(
        st.dictionaries(st.text(max_size=4), st.lists(triple, min_size=1, max_size=12), max_size=5)
    ).items():
        tick = 0
        for gap, duration, pitch in melody:
            rows.append((piece, tick + gap, duration, pitch))
            tick += gap + duration
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    return table.note_table(**dict(zip(("piece", "onset", "duration", "pitch"), map(list, columns), strict=True)))


@given(melody_lines())
def test_round_trip(lines):
    pd.testing.assert_frame_equal(events.decode(events.encode(lines, "melody")), lines)


@given(melody_lines())
def test_events_survive_the_way_through_notes(lines):
    encoded = events.encode(lines, "melody")
    assert_equal(events.encode(events.decode(encoded), "melody"), encoded)
    assert_equal(events.encode(lines, "chords"), encoded)
    assert encoded.ticks.min(initial=1) >= 1


def test_select_by_mask_and_by_index():
    chosen = events.select(small(), np.array([2, 0, 2]))
    assert chosen.pieces == ("b", "a", "b")
    assert chosen.offsets.tolist() == [0, 2, 5, 7]
    assert to_pitches(chosen.chords) == ((125,), (122,), (60,), (), (67,), (125,), (122,))
    assert chosen.ticks.tolist() == [6, 48, 24, 12, 36, 6, 48]
    assert_equal(events.select(small(), np.array([True, False, True])), events.select(small(), np.array([0, 2])))
    assert events.select(small(), np.array([], dtype=int)).offsets.tolist() == [0]


def test_transposed_into_every_key_within_midis_range():
    moved = events.transposed(small())
    assert [p for p in moved.pieces if p.startswith("a@")] == [f"a@{shift:+d}" for shift in range(-5, 7)]
    assert sum(p.startswith("empty@") for p in moved.pieces) == 12
    assert [p for p in moved.pieces if p.startswith("b@")] == [
        f"b@{shift:+d}" for shift in range(-5, 3)
    ]  # 125 + 2 = 127
    third = events.select(moved, np.array([moved.pieces.index("a@+3")]))
    assert to_pitches(third.chords) == ((63,), (), (70,)) and third.ticks.tolist() == [24, 12, 36]
    assert moved.chords.dtype == np.uint64


# Two voices: the upper holds 72 over the beat at 24 while the lower moves, strikes it again at 36, and rests at 48.
DUET = table.note_table(
    piece="duet",
    track=[0, 0, 1, 1, 1],
    onset=[0, 36, 0, 12, 24],
    duration=[36, 12, 12, 12, 30],
    pitch=[72, 72, 60, 62, 64],
)


def test_chords_are_cut_at_every_onset_and_every_release():
    encoded, struck = events.sliced(DUET)
    assert to_pitches(encoded.chords) == ((60, 72), (62, 72), (64, 72), (64, 72), (64,))
    assert encoded.ticks.tolist() == [12, 12, 12, 12, 6]
    assert to_pitches(struck) == ((60, 72), (62,), (64,), (72,), ())


def test_what_neighbours_share_is_held_off_the_beat_and_struck_on_it_or_where_nothing_else_changes():
    encoded, struck = events.sliced(DUET)
    # 72 at 12 is off the beat: held. At 24 on it: struck. At 36 both are as before: both struck. 64 at 48: on the beat.
    assert to_pitches(events.held_over(encoded)) == ((), (72,), (), (), ())
    # Shared are 72; 72; 64 and 72; 64. Wrong: 72 at 24, 64 at 36 and 64 at 48, all of which were held.
    assert events.tie_errors(encoded, struck) == (5, 3)
    read = events.decode(encoded)
    rows = list(zip(read["onset"], read["duration"], read["pitch"], strict=True))
    assert rows == [
        (0, 12, 60),
        (0, 24, 72),
        (12, 12, 62),
        (24, 12, 64),
        (24, 12, 72),
        (36, 12, 64),
        (36, 12, 72),
        (48, 6, 64),
    ]


def test_the_beat_is_counted_from_each_pieces_own_beginning():
    two = table.note_table(
        piece=["a", "b", "b", "b"], onset=[0, 0, 0, 30], duration=[13, 60, 30, 30], pitch=[50, 72, 60, 62]
    )
    encoded, struck = events.sliced(two)
    assert to_pitches(events.held_over(encoded)) == ((), (), (72,))
    assert events.tie_errors(encoded, struck) == (1, 0)


@st.composite
def chord_notes(draw):
    """A note table of a few pieces whose notes may overlap in any way."""
    row = st.tuples(
        st.sampled_from("abc"), st.integers(0, 90), st.integers(1, 40), st.integers(0, 127), st.integers(0, 3)
    )
    rows = draw(st.lists(row, max_size=25))
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
    return table.note_table(**dict(zip(("piece", "onset", "duration", "pitch", "track"), columns, strict=True)))


@given(chord_notes())
def test_every_slice_holds_what_sounds_in_it(notes):
    encoded, struck = events.sliced(notes)
    for number, piece in enumerate(encoded.pieces):
        of_piece = notes[notes["piece"] == piece]
        onset, release = of_piece["onset"], of_piece["onset"] + of_piece["duration"]
        place = slice(*encoded.offsets[number : number + 2])
        ends = np.cumsum(encoded.ticks[place])
        assert set(ends) == ({*onset, *release} - {0})
        for begin, end, sounding, begun in zip(
            [0, *ends], ends, to_pitches(encoded.chords[place]), to_pitches(struck[place]), strict=False
        ):
            assert sounding == tuple(sorted(set(of_piece["pitch"][(onset < end) & (release > begin)])))
            assert begun == tuple(sorted(set(of_piece["pitch"][onset == begin])))


@given(chord_notes())
def test_chords_read_by_the_rule_are_the_same_chords_again(notes):
    encoded = events.encode(notes, "chords")
    assert_equal(events.encode(events.decode(encoded), "chords"), encoded)


@given(chord_notes())
def test_wrong_ties_are_the_differences_of_what_is_struck(notes):
    encoded, struck = events.sliced(notes)
    _, read = events.sliced(events.decode(encoded))
    shared, wrong = events.tie_errors(encoded, struck)
    assert sum(map(len, to_pitches(struck ^ read))) == wrong <= shared
