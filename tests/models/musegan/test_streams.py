"""What the critic is told of a step, by hand."""

import numpy as np
import tensorflow as tf

from counterpoint.encodings.layout import AGAIN, LOWEST, PITCHES, REST
from counterpoint.models.musegan.streams import Streams

OF_TRACK = 12 + 4  # chroma, moved, height, rests, again


def _told(*voices: list[list[int]], drums: tuple[int, ...] = ()) -> np.ndarray:
    """The streams of one phrase of two bars of two steps; voices: at each step the rows that are on."""
    rolls = np.full((1, len(voices), 2, 2, PITCHES), -1.0, np.float32)
    for track, steps in enumerate(voices):
        for step, rows in enumerate(steps):
            rolls[0, track, step // 2, step % 2, rows] = 1
    return Streams(drums)(tf.constant(rolls)).numpy()[0]


C4, D4, G5 = 60 - LOWEST, 62 - LOWEST, 79 - LOWEST


def test_a_track_s_chroma_change_height_rest_and_repetition():
    (first, second, third, fourth) = _told([[C4], [C4, AGAIN], [D4, G5], [REST]])
    assert np.flatnonzero(first[:12]).tolist() == [0]  # C
    assert np.flatnonzero(third[:12]).tolist() == [2, 7] and third[2] == third[7] == 1  # D and G, whatever the octave
    moved = [step[12] for step in (first, second, third, fourth)]
    assert moved == [0, 0, 1.5, 1]  # C held; C ends, D and G begin; both end
    assert np.allclose([first[13], third[13]], [C4 / PITCHES, (D4 + G5) / PITCHES])
    assert [step[14] for step in (first, second, third, fourth)] == [0, 0, 0, 1]
    assert [step[15] for step in (first, second, third, fourth)] == [0, 1, 0, 0]


def test_intervals_are_those_of_the_upper_track_over_the_lower():
    told = _told([[G5], [D4], [REST], [C4, G5]], [[C4], [G5], [C4], [D4]])
    intervals = told[:, 2 * OF_TRACK :]
    assert intervals.shape == (4, 12)
    assert np.flatnonzero(intervals[0]).tolist() == [7]  # G over C: a fifth
    assert np.flatnonzero(intervals[1]).tolist() == [7]  # D over G: a fifth too, turned round it is a fourth
    assert not intervals[2].any()  # a rest has no interval
    assert np.flatnonzero(intervals[3]).tolist() == [5, 10]  # G and C over D


def test_there_is_a_pair_for_any_two_tracks_and_none_for_one():
    voice = [[C4]] * 4
    assert [_told(*[voice] * tracks).shape[1] for tracks in (1, 2, 4)] == [16, 32 + 12, 64 + 6 * 12]


def test_drums_are_in_no_pair():
    voices = [[[C4]] * 4, [[D4]] * 4, [[G5]] * 4]
    told, pitched = _told(*voices, drums=(1,)), _told(voices[0], voices[2])
    assert told.shape[1] == 3 * OF_TRACK + 12
    np.testing.assert_array_equal(told[:, 3 * OF_TRACK :], pitched[:, 2 * OF_TRACK :])


def test_half_a_note_tells_half_as_much():
    rolls = np.full((1, 1, 2, 2, PITCHES), -1.0, np.float32)
    rolls[..., C4] = 0  # on by a half
    assert Streams()(tf.constant(rolls)).numpy()[0, 0, 0] == 0.5
