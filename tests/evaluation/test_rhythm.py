"""Rhythm metrics by hand, and against muspy on real files."""

import muspy
import numpy as np
import pytest

from counterpoint.evaluation import rhythm
from tests.evaluation.small import as_muspy, one, random_music, real, small

NOTHING = np.nan


def test_qualified_notes_by_hand():
    # four four: 24 12 12 48 96 of 24 12 12 48 6 96 9 11 last the 12 ticks, drums left out. three four: an eighth of the
    # bar is 9 ticks, which the C has and the F's 8 are not.
    np.testing.assert_allclose(rhythm.qualified_notes(small()), [NOTHING, 5 / 8, NOTHING, NOTHING, 8 / 9])


def test_a_note_over_the_bar_line_is_one_note():
    assert rhythm.qualified_notes(one([(0, 90, 12, 60)])) == 1
    assert rhythm.qualified_notes(one([(0, 84, 11, 60)])) == 0


def test_groove_by_hand():
    # four four, steps of 6 ticks: {0 2 3 4 6 12} | {0 4 8} | {0 4}, drums among them: distances 5 and 1.
    # three four, steps of 4.5 ticks: {0 8} | {0 1} | {0 2}: distances 2 and 2. Drums alone have one bar.
    np.testing.assert_allclose(
        rhythm.groove_consistency(small()), [NOTHING, 1 - (5 + 1) / 2 / 16, NOTHING, NOTHING, 1 - (2 + 2) / 2 / 16]
    )


def test_groove_of_equal_and_of_opposite_bars():
    eighths = [(0, 12 * place, 12, 60) for place in range(16)]
    assert rhythm.groove_consistency(one(eighths)) == 1
    full_then_held = [(0, 6 * place, 6, 60) for place in range(16)] + [(1, 0, 192, 48)]
    assert rhythm.groove_consistency(one(full_then_held)) == 0


@pytest.mark.parametrize("seed", range(4))
def test_groove_is_comparing_patterns(seed):
    given = random_music(seed)
    for piece, found in enumerate(rhythm.groove_consistency(given)):
        bar_ticks = given.bar_ticks[piece]
        patterns = np.zeros((given.bars[piece], 16), bool)
        for onset in given.onset[given.piece == piece]:
            patterns[onset // bar_ticks, onset % bar_ticks * 16 // bar_ticks] = True
        expected = 1 - (patterns[1:] != patterns[:-1]).mean() if len(patterns) > 1 else np.nan
        np.testing.assert_allclose(found, expected)


def test_groove_as_muspy_has_it():
    """muspy counts floor(length / bar) + 1 bars, an empty one more where the piece ends on a bar line, and compares at
    its resolution's every step. It agrees on notes at 16 steps a bar whose ends lie within the last bar."""
    given, tables = real()
    for piece, bar_ticks, found in zip(given.pieces, given.bar_ticks, rhythm.groove_consistency(given), strict=True):
        notes = tables[piece]
        onset = notes["onset"] * 16 // bar_ticks
        last = (notes["onset"] + notes["duration"] - 1) * 16 // bar_ticks
        steps = as_muspy(notes.assign(onset=onset, duration=last - onset), resolution=4)
        np.testing.assert_allclose(found, muspy.groove_consistency(steps, 16), err_msg=piece)
