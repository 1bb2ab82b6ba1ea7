"""Places in the bar, by hand."""

import numpy as np
import pytest

from counterpoint.encodings.scale import GAP, PITCH
from counterpoint.models.crnn_gan.bars import joined, places
from tests.models.crnn_gan.small import CHORDS, MELODY


def gaps_of(values: np.ndarray, scale) -> list[int]:
    return scale.unscaled(values.reshape(-1, 4))[:, GAP].tolist()


def test_places_are_counted_from_each_piece_s_beginning():
    gaps = np.array([90, 12, 96, 6, 30, 66])
    assert places(gaps, np.array([0, 4, 6]), 6).tolist() == [90, 6, 6, 12, 30, 0]  # 90, 102, 198, 204; 30, 96
    assert places(gaps[:0], np.array([0]), 6).tolist() == []


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([72, 12, 6, 24, 30, 6], [72, 12, 18, 24, 96, 6]),  # at 84, then 102; at 126, which is 30 in its bar, then 222
        ([0, 6, 90, 12], [0, 6, 84, 12]),
        ([48, 0, 48, 96, 54], [48, 0, 90, 96, 6]),  # 0 within a melody is the least, 6; the last window is cut
    ],
)
def test_windows_go_on_where_in_the_bar_they_begin(gaps, expected):
    tones = np.array([[12, 60 + place, 70, gap] for place, gap in enumerate(gaps)])
    values = MELODY.scaled(tones)[None]
    found = joined(values, 2, MELODY)
    assert gaps_of(found, MELODY) == expected
    np.testing.assert_array_equal(np.delete(found, GAP, axis=-1), np.delete(values, GAP, axis=-1))


def test_of_several_tones_a_step_and_pieces_each_goes_on_by_itself():
    tones = np.array([[[6, 50, 80, gap] for gap in piece] for piece in ([24, 0, 24, 12], [0, 72, 72, 0])])
    values = CHORDS.scaled(tones).reshape(2, 2, 8)
    found = joined(values, 1, CHORDS)
    assert found.shape == values.shape
    assert gaps_of(found, CHORDS) == [24, 0, 0, 12, 0, 72, 0, 0]  # in chords a window may begin with the tone before it
    assert PITCH == 1 and np.array_equal(found[..., PITCH], values[..., PITCH])
