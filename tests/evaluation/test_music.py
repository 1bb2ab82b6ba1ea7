import numpy as np
import pytest

from counterpoint.evaluation.music import music
from counterpoint.notes.table import note_table

NOTES = note_table(
    piece=["b", "a", "a", "a"],
    track=[0, 2, 0, 0],
    is_drum=[False, True, False, False],
    onset=[5, 0, 7, 1],
    duration=[3, 4, 100, 2],
    pitch=[60, 36, 64, 67],
    velocity=[10, 20, 30, 40],
)


def test_notes_are_sorted_and_pieces_without_notes_stay():
    found = music(NOTES, pieces=["c", "b", "a"])
    assert found.pieces == ("a", "b", "c")
    assert found.piece.tolist() == [0, 0, 0, 1]
    assert found.track.tolist() == [0, 0, 2, 0]
    assert found.onset.tolist() == [1, 7, 0, 5]
    assert found.release.tolist() == [3, 107, 4, 8]
    assert found.velocity.tolist() == [40, 30, 20, 10]
    assert found.lengths.tolist() == [107, 8, 0]
    assert found.bars.tolist() == [2, 1, 0]


def test_bars_and_lengths_are_given_by_piece():
    found = music(NOTES, bar_ticks={"a": 72, "b": 4}, lengths={"a": 50, "b": 96})
    assert found.lengths.tolist() == [107, 96]  # never shorter than to the last release
    assert found.bars.tolist() == [2, 24]


def test_selections_keep_the_pieces():
    found = music(NOTES)
    assert found.pitched.pitch.tolist() == [67, 64, 60]
    assert found.of_track(2).pitch.tolist() == [36]
    assert found.of_track(2).pieces == ("a", "b")
    assert np.array_equal(found.of_track(2).lengths, found.lengths)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"pieces": ["b"]}, "has the piece 'a' too"),
        ({"bar_ticks": {"a": 96}}, "bar_ticks says nothing of piece 'b'"),
        ({"lengths": {"b": 96}}, "lengths says nothing of piece 'a'"),
        ({"bar_ticks": 0}, "expected at least 1"),
    ],
)
def test_what_does_not_fit_is_named(given, said):
    with pytest.raises(ValueError, match=said):
        music(NOTES, **given)
