"""To the common key and back to real ones."""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from counterpoint.encodings.layout import PITCHES, REST
from counterpoint.encodings.pianoroll import encode
from counterpoint.models.musegan.keys import NEAREST, Keys, keys_of, moved, real_shift, shift_to_common
from counterpoint.notes.keys import to_common_key, transpose
from counterpoint.notes.table import note_table
from tests.models.musegan.untrained import BAND, CHOIR, bach


def test_keys_of_weighs_by_duration_and_leaves_drums_out():
    notes = note_table(
        piece=["a", "a", "a", "b", "c"],
        track=[0, 1, 2, 0, 2],
        is_drum=[True, False, False, True, False],
        onset=[0, 0, 96, 0, 120],
        duration=[12, 36, 12, 12, 24],
        pitch=[30, 60, 40, 35, 50],
    )
    keys = keys_of(encode(notes, BAND), np.array([-3, 2, 5], np.int8), BAND)
    assert keys.shift.tolist() == [-3, 5]  # b is drums alone
    np.testing.assert_allclose(keys.mean_pitch, [(3 * 60 + 40) / 4, 50])


def test_they_are_kept_as_json():
    keys = Keys(np.array([-3, 5]), np.array([61.25, 70.1]))
    again = Keys.from_json(keys.to_json())
    assert again.shift.tolist() == [-3, 5] and again.mean_pitch.tolist() == [61.25, 70.1]
    with pytest.raises(ValueError, match="2 shifts and 1 mean pitches"):
        Keys.from_json('{"shift": [1, 2], "mean_pitch": [3.5]}')


def _sounding(pitch: int) -> np.ndarray:
    rolls = np.zeros((2, 4, 16, PITCHES), bool)
    rolls[0, 1, 3:7, pitch - 24] = True
    rolls[..., REST] = ~rolls[..., :REST].any(axis=-1)
    return rolls


def test_a_piece_goes_where_one_of_the_nearest_came_from():
    # Below middle C real pieces came down by 1 to 6 semitones, far above it up by 5.
    low, high = np.linspace(50, 55, NEAREST), np.linspace(80, 90, NEAREST)
    keys = Keys(np.repeat([1, 2, 6, -5], [10, 5, 1, NEAREST]), np.concatenate([low, high]))
    random = np.random.default_rng(0)
    below = [real_shift(keys, _sounding(52), CHOIR, random) for _ in range(300)]
    assert set(below) == {-1, -2, -6} and below.count(-1) > below.count(-2) > below.count(-6)
    assert {real_shift(keys, _sounding(90), CHOIR, random) for _ in range(20)} == {5}


def test_silence_stays():
    rolls = np.zeros((2, 4, 16, PITCHES), bool)
    assert real_shift(Keys(np.array([4]), np.array([60.0])), rolls, CHOIR, np.random.default_rng(0)) == 0


def test_real_music_is_brought_to_the_common_key():
    for _, piece in bach(12).groupby("piece"):
        shift = shift_to_common(piece)
        assert -5 <= shift <= 6
        assert_frame_equal(to_common_key(piece), transpose(piece, shift))
        assert shift_to_common(transpose(piece, shift)) == 0


def test_a_track_is_moved_and_drums_are_not():
    roll = np.zeros((3, 8, PITCHES), bool)
    roll[1, 2, 40] = roll[1, 3, REST] = True
    up = moved(roll, 5, 2, BAND)
    assert np.argwhere(up).tolist() == [[1, 2, 45], [1, 3, REST]]
    np.testing.assert_array_equal(moved(roll, 5, 0, BAND), roll)
