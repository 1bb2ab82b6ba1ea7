import math

import pandas as pd
import pytest

from counterpoint.evaluation.pairing import pairing
from tests.evaluation import bach
from tests.evaluation.scores import voices

# How far apart are classes that lie so many semitones from each other (`tests.evaluation.test_tracks`).
APART = {
    semitones: math.sqrt(
        sum((2 * r * math.sin(math.pi / 12 * semitones * k)) ** 2 for r, k in ((1, 7), (1, 9), (0.5, 4)))
    )
    for semitones in range(7)
}


def pieces(*tables: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True)


def test_the_right_pairing_and_each_wrong_one_by_hand():
    # Given: track 1. In "a" C beside C and E, in "b" D beside D and F sharp, in "c" G beside G and B.
    music = pieces(voices("a", "60", "72", "64"), voices("b", "62", "74", "66"), voices("c", "67", "79", "71"))
    right = (0 + APART[4]) / 2
    # a turn by 1: C of "a" beside "b", D of "b" beside "c", G of "c" beside "a"
    first = [(APART[2] + APART[6]) / 2, (APART[5] + APART[3]) / 2, (APART[5] + APART[3]) / 2]
    # by 2: C beside "c", D beside "a", G beside "b"
    second = [(APART[5] + APART[1]) / 2, (APART[2] + APART[2]) / 2, (APART[5] + APART[1]) / 2]
    found = pairing(music, 1)
    assert found.paired == pytest.approx(right)
    assert found.shuffled == pytest.approx((sum(first) / 3 + sum(second) / 3) / 2)
    assert pairing(music, 1, shuffles=1).shuffled == pytest.approx(sum(first) / 3)


def test_pieces_weigh_alike_whatever_their_tracks_and_lengths():
    music = pieces(voices("a", "60 60 60 60", "64 64 64 64"), voices("b", "60", "61", "66"))
    assert pairing(music, 0).paired == pytest.approx((APART[4] + (APART[1] + APART[6]) / 2) / 2)


def test_distances_among_the_others_do_not_count():
    music = pieces(voices("a", "60", "60", "66"), voices("b", "62", "62", "68"))
    assert pairing(music, 0).paired == pytest.approx(APART[6] / 2)
    assert pairing(music, 1).paired == pytest.approx(APART[6] / 2)
    assert pairing(music, 2).paired == pytest.approx(APART[6])


def test_one_piece_has_no_other_to_meet():
    found = pairing(voices("a", "60", "64"), 0)
    assert found.paired == pytest.approx(APART[4]) and math.isnan(found.shuffled)


def test_accompaniments_that_are_all_the_same_go_with_any_track_alike():
    music = pieces(*(voices(f"{n}", f"{60 + n}", "64", "67") for n in range(4)))
    found = pairing(music, 0)
    assert found.paired == pytest.approx(found.shuffled)


def test_real_voices_go_with_their_own_soprano():
    found = pairing(bach.split("test", "voices"), 0)
    assert found.paired < 0.9 * found.shuffled


def test_a_track_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"no piece has a track 5; there are \[0, 1\]"):
        pairing(voices("a", "60", "64"), 5)
