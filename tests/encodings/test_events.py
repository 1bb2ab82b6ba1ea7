import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.encodings import events
from counterpoint.encodings.events import REST, Events
from counterpoint.notes import table


def small() -> Events:
    return Events(
        ("a", "empty", "b"),
        np.array([0, 3, 3, 5]),
        np.array([60, REST, 67, 125, 122], np.int16),
        np.array([24, 12, 36, 6, 48], np.int32),
    )


def assert_equal(left: Events, right: Events) -> None:
    assert left.pieces == right.pieces
    for name in ("offsets", "pitches", "ticks"):
        mine, other = getattr(left, name), getattr(right, name)
        assert mine.dtype == other.dtype, name
        np.testing.assert_array_equal(mine, other)


def test_gaps_become_rests_also_before_the_first_note():
    lines = table.note_table(
        piece=["x", "x", "x", "w"], onset=[12, 18, 54, 0], duration=[6, 24, 48, 96], pitch=[60, 62, 64, 65]
    )
    encoded = events.encode(lines)
    assert encoded.pieces == ("w", "x")
    assert encoded.offsets.tolist() == [0, 1, 6]
    assert encoded.pitches.tolist() == [65, REST, 60, 62, REST, 64]
    assert encoded.ticks.tolist() == [96, 12, 6, 24, 12, 48]
    assert (encoded.offsets.dtype, encoded.pitches.dtype, encoded.ticks.dtype) == (np.int64, np.int16, np.int32)


def test_overlapping_notes_are_refused_by_name():
    lines = table.note_table(
        piece=["fine", "muddy", "muddy"], onset=[0, 0, 20], duration=[9, 24, 5], pitch=[60, 61, 62]
    )
    with pytest.raises(ValueError, match=r"'muddy'.*tick 20.*tick 24"):
        events.encode(lines)


def test_rows_may_come_in_any_order_and_on_any_track():
    lines = table.note_table(piece="x", track=[3, 1], onset=[0, 24], duration=[24, 12], pitch=[60, 62])
    assert events.encode(lines).pitches.tolist() == [60, 62]


def test_no_notes_are_no_pieces():
    encoded = events.encode(table.empty_notes())
    assert encoded.pieces == () and encoded.offsets.tolist() == [0]
    assert len(events.decode(encoded)) == 0
    assert events.transposed(encoded).pieces == ()


def test_decode_sets_program_and_velocity_and_drops_trailing_rests():
    notes = events.decode(
        Events(("z",), np.array([0, 3]), np.array([REST, 70, REST], np.int16), np.array([5, 7, 11], np.int32)),
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
    pd.testing.assert_frame_equal(events.decode(events.encode(lines)), lines)


@given(melody_lines())
def test_events_survive_the_way_through_notes(lines):
    encoded = events.encode(lines)
    assert_equal(events.encode(events.decode(encoded)), encoded)
    assert encoded.ticks.min(initial=1) >= 1


def test_select_by_mask_and_by_index():
    chosen = events.select(small(), np.array([2, 0, 2]))
    assert chosen.pieces == ("b", "a", "b")
    assert chosen.offsets.tolist() == [0, 2, 5, 7]
    assert chosen.pitches.tolist() == [125, 122, 60, REST, 67, 125, 122]
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
    assert third.pitches.tolist() == [63, REST, 70] and third.ticks.tolist() == [24, 12, 36]
    assert moved.pitches.dtype == np.int16
