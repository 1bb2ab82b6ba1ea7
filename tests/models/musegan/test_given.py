"""The given track: real passages kept with a model, and what a caller may bring."""

import numpy as np
import pytest

from counterpoint.encodings.layout import AGAIN, PITCHES, REST
from counterpoint.encodings.pianoroll import Bars, encode
from counterpoint.models.generator import MOST_BARS
from counterpoint.models.musegan.given import Given, in_phrases, read_track
from counterpoint.notes.table import note_table
from tests.models.musegan.untrained import BAND, CHOIR, bach


def kept(lengths: dict[str, int], silent: tuple[int, ...] = ()) -> Given:
    """Bar i of all sounds row i, if it is not silent; pieces' shifts are 1, 2, …"""
    bars = sum(lengths.values())
    rolls = np.zeros((bars, 4, 16, PITCHES), bool)
    for bar in set(range(bars)) - set(silent):
        rolls[bar, 2, 5, bar] = True
    rolls[..., REST] = ~rolls[..., :REST].any(axis=-1)
    offsets = np.cumsum([0, *lengths.values()])
    return Given.of(Bars(tuple(lengths), offsets, rolls), np.arange(1, len(lengths) + 1, dtype=np.int8), track=2)


def rows(passage: np.ndarray) -> list[int]:
    return np.argwhere(passage[..., :REST])[:, 2].tolist()


def test_passages_are_consecutive_bars_of_one_piece_that_sound():
    given = kept({"a": 3, "b": 1, "c": 4}, silent=(5, 6))
    random = np.random.default_rng(3)
    drawn = {(tuple(rows(roll)), shift) for roll, shift in (given.passage(2, random) for _ in range(200))}
    assert drawn == {((0, 1), 1), ((1, 2), 1), ((4,), 3), ((7,), 3)}  # 5, 6 is silent; others cross a piece's end
    assert {shift for _, shift in (given.passage(4, random) for _ in range(9))} == {3}


def test_more_bars_than_there_are_is_refused():
    given = kept({"a": 3, "c": 4})
    with pytest.raises(ValueError, match=r"bars is 5, and the longest of the 2 pieces .* has 4: ask for no more"):
        given.passage(5, np.random.default_rng(0))
    assert given.longest == 4 and rows(given.passage(given.longest, np.random.default_rng(0))[0]) == [3, 4, 5, 6]


def test_where_the_track_is_silent_a_passage_may_be():
    roll, shift = kept({"a": 1, "b": 3}, silent=(0, 1, 2, 3)).passage(3, np.random.default_rng(0))
    assert roll.shape == (3, 16, PITCHES) and rows(roll) == [] and shift == 2


def test_it_comes_back_from_disk_in_the_same_bytes(tmp_path):
    given = kept({"a": 3, "b": 1, "ü": 4})
    for name in ("one", "two"):
        given.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    again = Given.load(tmp_path / "one")
    assert again.pieces == ("a", "b", "ü")
    for name in ("offsets", "rolls", "shift"):
        np.testing.assert_array_equal(getattr(again, name), getattr(given, name))


def test_a_real_soprano_is_read_as_the_encoding_reads_it():
    notes = bach(1)
    soprano = notes[notes["track"] == 0]
    np.testing.assert_array_equal(read_track(soprano.assign(track=7), CHOIR, 0), encode(soprano, CHOIR).rolls[:, 0])
    assert encode(notes, CHOIR).rolls[:, 0].sum() == read_track(soprano, CHOIR, 0).sum()  # it ends with the piece


def test_phrases_are_filled_with_rests():
    roll = np.zeros((5, 16, PITCHES), bool)
    roll[..., 9] = True
    filled = in_phrases(roll, 4)
    assert filled.shape == (8, 16, PITCHES)
    np.testing.assert_array_equal(filled[:5], roll)
    assert filled[5:, :, REST].all() and not filled[5:, :, :REST].any() and not filled[5:, :, AGAIN].any()
    np.testing.assert_array_equal(in_phrases(roll, 5), roll)


MELODY = {"piece": "mine", "onset": [0, 24, 60], "duration": [24, 30, 12], "pitch": [60, 62, 64]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"piece": ["a", "a", "b"]}, "the given track is of 2 pieces: give one piece's notes"),
        ({"duration": [24, 37, 12]}, r"at tick 60 begins before the one ahead of it ends \(tick 61\)"),
        ({"onset": [0, 24, 24]}, r"two notes at once: that at tick 24 begins before .* \(tick 54\)"),
        ({"pitch": [60, 23, 64]}, "has pitch 23 at tick 24, allowed are 24 to 105"),
        ({"pitch": [60, 106, 64]}, "has pitch 106 at tick 24"),
        ({"is_drum": [False, False, True]}, "has drums, and the model accompanies B, which is pitched notes"),
        ({"onset": [0, 24, 96 * MOST_BARS]}, f"is {MOST_BARS + 1} bars long, allowed are {MOST_BARS}"),
    ],
)
def test_what_is_no_voice_is_refused(changes, says):
    read_track(note_table(**MELODY), CHOIR, 3)
    with pytest.raises(ValueError, match=says):
        read_track(note_table(**MELODY | changes), CHOIR, 3)


def test_nothing_is_refused():
    with pytest.raises(ValueError, match="the given track is empty"):
        read_track(note_table(**MELODY)[:0], CHOIR, 3)


def test_a_band_may_be_given_chords_and_drums_where_they_belong():
    chord = note_table(piece="mine", onset=[0, 0, 12], duration=[36, 36, 24], pitch=[60, 64, 67])
    assert read_track(chord, BAND, 1)[0, 1, :REST].sum() == 3
    with pytest.raises(ValueError, match="has pitched notes, and the model accompanies drums, which is drums"):
        read_track(chord, BAND, 0)
    assert read_track(chord.assign(is_drum=True), BAND, 0)[0, :, :REST].sum() == 3
