"""Histograms by hand, and what must hold of any."""

import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation import histograms
from counterpoint.evaluation.histograms import Histogram
from counterpoint.evaluation.music import music
from counterpoint.notes.table import empty_notes
from tests.evaluation.small import one, real, small, table


def found(generated, real) -> dict[str, Histogram]:
    return {histogram.name: histogram for histogram in histograms.histograms(generated, real)}


def shares(histogram: Histogram, side: str) -> dict[str, float]:
    values = getattr(histogram, side)
    return {label: share for label, share in zip(histogram.labels, values.tolist(), strict=True) if share}


def test_note_lengths_by_hand():
    generated = one([(0, 0, 2, 60), (0, 24, 6, 62), (0, 48, 7, 64), (0, 72, 24, 65)])
    other = one([(0, 0, 24, 60), (0, 24, 36, 62), (0, 60, 200, 64), (0, 300, 24, 65), (0, 330, 8, 65)])
    lengths = found(generated, other)["note_length"]
    # one bin for all of 7 ticks between 1/16 and 1/8T; in the order of their lengths; none that neither has
    assert lengths.labels == ("< 1/32", "1/16", "1/16 – 1/8T", "1/8T", "1/4", "1/4.", "> 2/1")
    np.testing.assert_allclose(lengths.generated, [1 / 4, 1 / 4, 1 / 4, 0, 1 / 4, 0, 0])
    np.testing.assert_allclose(lengths.real, [0, 0, 0, 1 / 5, 2 / 5, 1 / 5, 1 / 5])
    assert lengths.overlap == 1 / 4


def test_every_length_has_one_bin_and_note_values_their_own():
    ticks = np.arange(1, 300)
    labels = [histograms._value_labels()[place] for place in histograms._binned(ticks)]
    assert {
        tick: label for tick, label in zip(ticks.tolist(), labels, strict=True) if tick in histograms.NOTE_VALUES
    } == (histograms.NOTE_VALUES)
    assert labels[0] == "< 1/32" and labels[192:] == ["> 2/1"] * 107
    assert labels[4] == "1/16T – 1/16"
    assert len(set(histograms._value_labels())) == 2 * len(histograms.NOTE_VALUES) + 1


def test_inter_onset_intervals_by_hand():
    # four four: track 0 24 12 36 48, track 1 96 24, drums 12 8 124; three four: 72 72 9, 36 36 8 64; drums alone: 31
    values, counts = np.unique(histograms.inter_onset_intervals(small()), return_counts=True)
    expected = {8: 2, 9: 1, 12: 2, 24: 2, 31: 1, 36: 3, 48: 1, 64: 1, 72: 2, 96: 1, 124: 1}
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == expected


def test_melodic_intervals_follow_the_highest_note_of_each_track():
    chords = [(0, 0, 24, 60), (0, 0, 24, 64), (0, 24, 24, 48), (0, 24, 24, 62), (0, 48, 24, 79), (1, 24, 24, 40)]
    assert histograms.melodic_intervals(one(chords)).tolist() == [62 - 64, 79 - 62]
    # four four: C D E C' F and G F sharp C sharp, drums left out; three four: A B C D, A E F B G sharp; drums none
    assert histograms.melodic_intervals(small()).tolist() == [2, 2, 8, -7, 11, -5, 2, 1, 2, -5, 1, 6, -3]
    wide = found(one(chords), one([(0, 0, 24, 80), (0, 24, 24, 50), (0, 48, 24, 50)]))["melodic_interval"]
    assert len(wide.labels) == 25 and wide.labels[12] == "0"
    assert shares(wide, "generated") == {"−2": 0.5, "≥ +12": 0.5}
    assert shares(wide, "real") == {"≤ −12": 0.5, "0": 0.5}
    assert wide.overlap == 0


def test_scale_degrees_are_of_each_piece_and_survive_transposition():
    d_major = [(0, 24 * place, 24, number) for place, number in enumerate([62, 66, 69, 74, 67, 64, 61, 62])]
    b_minor = [(0, 24 * place, 48, number) for place, number in enumerate([59, 62, 66, 71, 70, 67, 59])]
    both = music(pd.concat([table(d_major, "one"), table(b_minor, "other")]))
    assert histograms.scale_degrees(both).tolist() == [0, 4, 7, 0, 5, 2, 11, 0, 0, 3, 7, 0, 11, 8, 0]
    moved = [(track, onset, duration, number + 5) for track, onset, duration, number in d_major]
    degrees = found(one(d_major), one(moved))["scale_degree"]
    assert degrees.overlap == pytest.approx(1)
    assert shares(degrees, "real") == {"1": 3 / 8, "2": 1 / 8, "3": 1 / 8, "4": 1 / 8, "5": 1 / 8, "7": 1 / 8}


def test_beat_positions_count_from_the_bar_line():
    bars_of_60 = music(table([(0, 0, 9, 60), (0, 30, 9, 60), (0, 60, 9, 60), (0, 97, 9, 60)]), bar_ticks=60)
    assert histograms.beat_positions(bars_of_60).tolist() == [0, 6, 0, 13]
    positions = found(bars_of_60, one([(0, 0, 9, 60), (0, 30, 9, 60), (0, 60, 9, 60), (0, 97, 9, 60)]))["beat_position"]
    assert shares(positions, "generated") == {"0": 0.5, "6": 0.25, "13": 0.25}
    assert shares(positions, "real") == {"0": 0.25, "1": 0.25, "6": 0.25, "12": 0.25}
    assert positions.overlap == 0.5


def test_velocities_by_hand_in_bins_of_eight():
    notes = [(0, 24 * place, 12, 60) for place in range(5)]
    generated = music(table(notes, velocity=[1, 7, 8, 90, 127]))
    assert histograms.velocities(generated).tolist() == [1, 7, 8, 90, 127]
    other = music(table(notes, velocity=[64, 71, 72, 95, 88]))
    both = found(generated, other)["velocity"]
    assert both.labels == ("1 – 7", "8 – 15", "64 – 71", "72 – 79", "88 – 95", "120 – 127")
    np.testing.assert_allclose(both.generated, [2 / 5, 1 / 5, 0, 0, 1 / 5, 1 / 5])
    np.testing.assert_allclose(both.real, [0, 0, 2 / 5, 1 / 5, 2 / 5, 0])
    assert both.overlap == pytest.approx(1 / 5)


def test_real_music_against_itself_agrees_and_shares_sum_to_one():
    given, _ = real()
    for histogram in histograms.histograms(given, small()):
        assert histogram.generated.sum() == pytest.approx(1)
        assert histogram.real.sum() == pytest.approx(1)
        assert len(histogram.labels) == len(histogram.generated) == len(histogram.real)
        assert 0 < histogram.overlap < 1
    for histogram in histograms.histograms(given, given):
        assert histogram.overlap == pytest.approx(1)


def test_a_side_without_notes_has_no_shares():
    nothing = music(empty_notes(), pieces=["silent"])
    for histogram in histograms.histograms(nothing, small()):
        assert np.isnan(histogram.generated).all()
        assert histogram.real.sum() == pytest.approx(1)
        assert np.isnan(histogram.overlap)
    assert all(np.isnan(histogram.overlap) for histogram in histograms.histograms(nothing, nothing))
