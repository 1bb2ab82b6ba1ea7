import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.encodings import pitch_sets

sets_of_pitches = st.lists(st.frozensets(st.integers(0, 127), max_size=9), max_size=12)


def test_a_row_is_a_number_whose_bits_are_pitches():
    rows = pitch_sets.from_pitches([(), (0,), (63, 1), (64,), (127, 60)])
    assert rows.dtype == np.uint64
    assert rows.tolist() == [[0, 0], [0, 1], [0, 2**63 + 2], [1, 0], [2**63, 2**60]]
    assert pitch_sets.sizes(rows).tolist() == [0, 1, 2, 1, 2]


@given(sets_of_pitches)
def test_sets_come_back_and_every_view_agrees(sets):
    rows = pitch_sets.from_pitches(sets)
    assert pitch_sets.to_pitches(rows) == tuple(tuple(sorted(pitches)) for pitches in sets)
    hot = pitch_sets.multi_hot(rows)
    assert hot.shape == (len(sets), 128) and hot.sum(axis=1).tolist() == list(map(len, sets))
    for pitch in (0, 1, 60, 63, 64, 127):
        np.testing.assert_array_equal(pitch_sets.has(rows, pitch), hot[:, pitch])


@given(sets_of_pitches, st.data())
def test_put_adds_one_pitch(sets, data):
    pitch = data.draw(st.integers(0, 127))
    which = np.array(data.draw(st.lists(st.booleans(), min_size=len(sets), max_size=len(sets))), bool)
    rows = pitch_sets.from_pitches(sets)
    pitch_sets.put(rows, which, pitch)
    expected = [pitches | {pitch} if chosen else pitches for pitches, chosen in zip(sets, which, strict=True)]
    np.testing.assert_array_equal(rows, pitch_sets.from_pitches(expected))


@given(sets_of_pitches, st.integers(-63, 63))
def test_shifted_moves_every_pitch_and_loses_what_leaves_midi(sets, semitones):
    rows = pitch_sets.from_pitches(sets)
    moved = pitch_sets.shifted(rows, np.full(len(sets), semitones))
    expected = [{p + semitones for p in pitches if 0 <= p + semitones <= 127} for pitches in sets]
    np.testing.assert_array_equal(moved, pitch_sets.from_pitches(expected))


def test_each_set_has_its_own_shift():
    moved = pitch_sets.shifted(pitch_sets.from_pitches([(60, 64), (62,), (5, 127)]), np.array([-5, 0, 3]))
    assert pitch_sets.to_pitches(moved) == ((55, 59), (62,), (8,))


@given(sets_of_pitches)
def test_distinct_sets_ascend_as_numbers(sets):
    rows = pitch_sets.from_pitches(sets)
    different, places = pitch_sets.distinct(rows)
    np.testing.assert_array_equal(different[places], rows)
    numbers = [(high << 64) + low for high, low in different.tolist()]
    assert numbers == sorted({sum(1 << p for p in pitches) for pitches in sets})
