import numpy as np

from counterpoint.evaluation.lines import lines, same_line
from counterpoint.evaluation.music import music
from counterpoint.notes.table import empty_notes, note_table


def test_of_what_begins_together_in_a_track_the_highest_is_kept_and_of_one_pitch_the_longest():
    notes = note_table(
        piece=["a", "a", "a", "a", "a", "a", "b", "b"],
        track=[0, 0, 0, 2, 2, 5, 0, 0],
        is_drum=[False] * 5 + [True] + [False] * 2,
        onset=[0, 0, 12, 12, 12, 12, 12, 13],  # a track begins where the one before it ended
        duration=[48, 24, 6, 9, 30, 7, 5, 3],
        pitch=[60, 67, 64, 50, 50, 99, 41, 40],
    )
    line = lines(music(notes))
    assert line.pitch.tolist() == [67, 64, 50, 41, 40]
    assert (line.release - line.onset).tolist() == [24, 6, 30, 5, 3]
    assert line.pieces == ("a", "b")
    assert same_line(line, 1).tolist() == [True, False, False, True]
    assert same_line(line, 2).tolist() == [False, False, False]


def test_nothing_gives_nothing():
    line = lines(music(empty_notes(), pieces=["a"]))
    assert line.pieces == ("a",) and line.onset.shape == (0,)
    for distance in (1, 7):
        assert same_line(line, distance).shape == (0,)
    one = lines(music(note_table(piece=["a"], onset=[0], duration=[1], pitch=[60])))
    assert same_line(one, 7).shape == (0,) and same_line(one, 7).dtype == np.bool_
