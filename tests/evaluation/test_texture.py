"""Texture metrics by hand, and against muspy on real files."""

import muspy
import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation import texture
from counterpoint.evaluation.music import music
from tests.evaluation.small import as_muspy, one, random_music, real, small

NOTHING = np.nan


def test_polyphony_by_hand():
    # four four: 218 ticks of notes, at 48 + 120 + 9 + 11 ticks. three four: A 72, B 72, C 9, D 63, E 36, F 8, G sharp
    # 72, what is doubled counted once, over three full bars.
    np.testing.assert_allclose(texture.polyphony(small()), [NOTHING, 218 / 188, NOTHING, NOTHING, 332 / 216])


def test_polyphonic_onsets_by_hand():
    # four four: 8 notes, none together; three four: at 0 a unison, at 72 B over F, at 144 C over G sharp, of 6 onsets
    np.testing.assert_allclose(texture.polyphonic_onsets(small()), [NOTHING, 0, NOTHING, NOTHING, 2 / 6])
    chords = [(0, 0, 24, 60), (0, 0, 12, 64), (1, 0, 24, 67), (0, 24, 24, 60), (1, 25, 24, 64)]
    assert texture.polyphonic_onsets(one(chords)) == pytest.approx(1 / 3)


def test_empty_bars_by_hand_and_not_inverted():
    """Public code under this name returns the share that is not empty: 2 / 3 of the first piece.

    Of its nine (track, bar), track 0's third, track 1's first and the drums' third are empty; a held note is not.
    """
    np.testing.assert_allclose(texture.empty_bars(small()), [0, 3 / 9, NOTHING, NOTHING, 0])
    assert texture.empty_bars(one([(0, 0, 96, 60), (0, 288, 96, 62)])) == 0.5


def test_drum_pattern_by_hand():
    # 0 12 144 of 0 12 20 144; 0 of 0 31
    np.testing.assert_allclose(texture.drum_pattern(small()), [1 / 2, 3 / 4, NOTHING, NOTHING, NOTHING])


def test_drum_pattern_counts_from_the_bar_line():
    bar_of_63 = music(
        pd.DataFrame(
            {
                "piece": "odd",
                "track": 0,
                "is_drum": True,
                "onset": [63, 69, 66, 78],
                "duration": 1,
                "pitch": 36,
                "velocity": 90,
            }
        ),
        bar_ticks=63,
    )
    assert texture.drum_pattern(bar_of_63) == 2 / 4  # 0, 6 and not 3, 15


@pytest.mark.parametrize("seed", range(6))
def test_polyphony_and_empty_bars_are_those_of_a_piano_roll(seed):
    given = random_music(seed)
    found = np.stack([texture.polyphony(given), texture.empty_bars(given)])
    assert np.isnan(found[:, 3]).all()
    for piece in range(3):
        of_piece, bar_ticks = given.piece == piece, given.bar_ticks[piece]
        roll = np.zeros((3, given.bars[piece] * bar_ticks, 128), bool)
        for track, onset, release, pitch in zip(
            *(getattr(given, name)[of_piece] for name in ("track", "onset", "release", "pitch")), strict=True
        ):
            roll[track, onset:release, pitch] = True
        counts = roll[np.unique(given.track[of_piece & ~given.is_drum])].any(axis=0).sum(axis=1)
        of_tracks = roll[np.unique(given.track[of_piece])].any(axis=2)
        bars = of_tracks.reshape(len(of_tracks), -1, bar_ticks).any(axis=2)
        np.testing.assert_allclose(found[:, piece], (counts[counts > 0].mean(), 1 - bars.mean()))


@pytest.fixture(scope="module")
def files():
    return real()


def test_polyphony_as_muspy_has_it(files):
    given, tables = files
    expected = [muspy.polyphony(as_muspy(tables[piece])) for piece in given.pieces]
    np.testing.assert_allclose(texture.polyphony(given), expected)


def test_empty_bars_as_muspy_has_it(files):
    """muspy takes all tracks together, counts floor(length / bar) + 1 bars, and lets a note sound in the bar that
    begins as it ends. So: all on one track here, and notes a tick shorter there."""
    given, tables = files
    bars = dict(zip(given.pieces, given.bar_ticks.tolist(), strict=True))
    gaps = {piece: _with_a_gap(table, 2 * bars[piece]) for piece, table in tables.items()}
    merged = music(pd.concat(table.assign(track=0) for table in gaps.values()), bar_ticks=bars)
    expected = [
        muspy.empty_measure_rate(as_muspy(gaps[piece].assign(duration=gaps[piece]["duration"] - 1)), bars[piece])
        for piece in merged.pieces
    ]
    found = texture.empty_bars(merged)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert (found > 0).all()


def _with_a_gap(notes: pd.DataFrame, ticks: int) -> pd.DataFrame:
    """`notes` with `ticks` of silence after the fifth onset, for music that has no empty bars of its own."""
    fifth = np.unique(notes["onset"])[5]
    held = notes["onset"] + notes["duration"] > fifth
    later = notes["onset"] >= fifth
    return notes.assign(onset=notes["onset"] + np.where(later, ticks, 0))[later | ~held]


def test_drum_pattern_as_muspy_has_it(files):
    """muspy's duple pattern is every quarter of a beat, the same as every sixteenth of a bar in 4/4; its
    `drum_pattern_consistency` takes the better of that and of triplets, which are no 8- or 16-beat pattern."""
    given, tables = files
    expected = [muspy.drum_in_pattern_rate(as_muspy(tables[piece]), "duple") for piece in given.pieces]
    np.testing.assert_allclose(texture.drum_pattern(given), expected)
    assert 0 < np.isfinite(expected).sum() < len(expected)
