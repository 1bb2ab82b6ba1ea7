import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation import sameness as module
from counterpoint.evaluation.music import music
from counterpoint.evaluation.sameness import sameness
from counterpoint.notes.table import empty_notes
from tests.evaluation.small import random_music, table

TUNE = [(0, 0, 24, 60), (0, 24, 24, 62), (0, 48, 24, 64), (0, 72, 24, 65)]


def pieces(*rows):
    return music(pd.concat([table(of, f"p{number}") for number, of in enumerate(rows)]))


def test_equal_pieces_count_once_and_share_everything():
    other = [(0, 0, 24, 61), (0, 24, 24, 62)]
    found = sameness(pieces(TUNE, other, TUNE, TUNE, other))
    assert (found.distinct, found.most_shared) == (2 / 5, 1)


def test_tones_in_common_by_hand():
    """Of four tones and five, the first two and the fourth are common: track, number, length and pitch agree."""
    other = [(0, 0, 24, 60), (0, 24, 24, 62), (0, 48, 12, 64), (0, 60, 24, 65), (0, 84, 24, 67)]
    found = sameness(pieces(TUNE, other))
    assert (found.distinct, found.most_shared) == (1, 3 / 5)
    assert sameness(pieces(TUNE, [(1, *rest) for _, *rest in TUNE])).most_shared == 0
    beginning = sameness(pieces(TUNE, TUNE[:1]))  # one note is not all of the piece that begins with it
    assert (beginning.distinct, beginning.most_shared) == (1, 1 / 4)


def test_a_tune_written_later_slower_to_come_or_in_other_keys_is_one_tune():
    delayed = [[(0, onset + 6 * copy, *rest) for _, onset, *rest in TUNE] for copy in range(8)]
    halting = [[(0, onset + copy * (onset > 30), *rest) for _, onset, *rest in TUNE] for copy in range(1, 5)]
    in_keys = [[(*rest, pitch + by) for *rest, pitch in TUNE] for by in (-20, -3, 1, 40)]
    for copies in (delayed, halting, in_keys):
        found = sameness(pieces(*copies))
        assert (found.distinct, found.most_shared) == (1 / len(copies), 1)


def test_one_changed_note_is_another_piece_in_any_key():
    for place, changed in [(2, (0, 48, 24, 63)), (2, (0, 48, 18, 64)), (0, (0, 0, 24, 59)), (3, (0, 72, 24, 70))]:
        one_changed = [*TUNE[:place], changed, *TUNE[place + 1 :]]
        for by in (0, -30, 5):
            found = sameness(pieces(TUNE, [(*rest, pitch + by) for *rest, pitch in one_changed]))
            assert (found.distinct, found.most_shared) == (1, 3 / 4)


def test_in_common_is_what_agrees_in_one_key():
    """The first half is a fifth up, the second a tone down: no key has more than one of them."""
    halves = [(*rest, pitch + (7 if place < 2 else -2)) for place, (*rest, pitch) in enumerate(TUNE)]
    assert sameness(pieces(TUNE, halves)).most_shared == 2 / 4


def test_tracks_are_moved_together_and_of_a_chord_the_highest_comes_first():
    duet = [(0, 24, 24, 72), (1, 0, 48, 60), (1, 48, 48, 55), (1, 48, 48, 59)]
    lower = [(track, onset + 96, length, pitch - 7) for track, onset, length, pitch in duet]
    assert sameness(pieces(duet, lower)).distinct == 1 / 2
    apart = sameness(pieces(duet, [*lower[:1], *duet[1:]]))
    assert (apart.distinct, apart.most_shared) == (1, 3 / 4)
    spread = sameness(pieces(duet, [*duet[:2], (1, 48, 48, 59), (1, 50, 48, 55)]))
    assert spread.distinct == 1 / 2


def test_drums_are_what_is_struck_in_any_key():
    def band(by, struck):
        rows = [(0, 0, 3, struck), (0, 24, 3, 38), (1, 0, 24, 60 + by), (1, 24, 24, 64 + by)]
        return table(rows, f"band {by} {struck}", is_drum=[True, True, False, False])

    assert sameness(music(pd.concat([band(0, 36), band(5, 36)]))).distinct == 1 / 2
    other = sameness(music(pd.concat([band(0, 36), band(5, 42)])))
    assert (other.distinct, other.most_shared) == (1, 3 / 4)


def test_velocity_makes_no_other_piece():
    loud = table(TUNE, "loud", velocity=120)
    assert sameness(music(pd.concat([table(TUNE, "soft", velocity=30), loud]))).distinct == 1 / 2


def test_too_little_to_compare():
    one, none = sameness(pieces(TUNE)), sameness(music(empty_notes(), pieces=["silent", "still"]))
    assert one.distinct == 1 and np.isnan(one.most_shared)
    assert np.isnan(none.distinct) and np.isnan(none.most_shared)
    with_silence = sameness(music(table(TUNE, "a"), pieces=["a", "silent"]))
    assert with_silence.distinct == 1 and np.isnan(with_silence.most_shared)


@pytest.mark.parametrize("block", [1, 2, 3])
def test_blocks_change_nothing(monkeypatch, block):
    given = random_music(5)
    whole = sameness(given)
    monkeypatch.setattr(module, "BLOCK", block)
    assert sameness(given) == whole
    assert sameness(pieces(TUNE, TUNE[:3], TUNE)) == module.Sameness(2 / 3, 1)
