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
    """Of four tones and five, three are common: pitch, onset, length and track agree."""
    other = [(0, 0, 24, 60), (0, 24, 12, 62), (0, 36, 12, 62), (0, 48, 24, 64), (0, 72, 24, 65)]
    found = sameness(pieces(TUNE, other))
    assert (found.distinct, found.most_shared) == (1, 3 / 4)
    assert sameness(pieces(TUNE, [(1, *rest) for _, *rest in TUNE])).most_shared == 0
    assert sameness(pieces(TUNE, TUNE[:2])).most_shared == 1  # a beginning is contained, and no equal piece
    assert sameness(pieces(TUNE, TUNE[:2])).distinct == 1


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
