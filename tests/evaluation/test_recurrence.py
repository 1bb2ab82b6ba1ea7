import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation import recurrence
from counterpoint.evaluation.music import music
from tests.evaluation.small import one, random_music, real, small, table


def line(*pitches, piece="piece", track=0, step=24):
    return table([(track, step * place, 12, pitch) for place, pitch in enumerate(pitches)], piece)


def test_runs_by_hand():
    """C D E C D E F: of six pairs CD and DE come again, of five threes CDE, of four fours none."""
    tune = music(line(60, 62, 64, 60, 62, 64, 65))
    assert [recurrence.repeated(tune, length)[0] for length in (2, 3, 4, 5, 7)] == pytest.approx(
        [2 / 6, 1 / 5, 0, 0, 0]
    )
    assert np.isnan(recurrence.repeated(tune, 8)).all()


def test_repetitions_are_of_the_first_ten_tones_by_hand():
    """C D E C D E F G A B: of nine pairs two come again, of eight threes one, of longer runs none."""
    tune = (60, 62, 64, 60, 62, 64, 65, 67, 69, 71)
    expected = pytest.approx([(2 / 9 + 1 / 8) / 8])
    assert recurrence.repetitions(music(line(*tune))) == expected
    assert recurrence.repetitions(music(line(*tune, *tune, *tune))) == expected  # however long it goes on
    assert np.isnan(recurrence.repetitions(music(line(*tune[:9])))).all()
    short = pd.concat([line(*tune), line(*[50] * 9, track=1)])  # no line of ten: left out
    assert recurrence.repetitions(music(short)) == expected
    same = pd.concat([line(*tune), line(*[50] * 10, track=1)])
    assert recurrence.repetitions(music(same)) == pytest.approx(
        [
            np.mean(
                [
                    (of_tune + runs - 1) / (2 * runs)
                    for runs, of_tune in zip(range(9, 1, -1), [2, 1, *[0] * 6], strict=True)
                ]
            )
        ]
    )


def test_chance_repeats_no_more_in_longer_pieces():
    random = np.random.default_rng(8)
    tunes = random.integers(60, 72, (200, 64))
    means = [
        recurrence.repetitions(
            music(pd.concat([line(*tune[:tones], piece=f"{number:03d}") for number, tune in enumerate(tunes)]))
        ).mean()
        for tones in (10, 64)
    ]
    assert means[0] == means[1] > 0


def test_lengths_are_means_over_the_pieces_that_have_them():
    tune = line(60, 62, 64, 60, 62, 64, 65, 67, 69, 71, piece="a")
    both = music(pd.concat([tune, line(*[60] * 12, piece="b"), line(*[60] * 9, piece="too short")]))
    of_a = [2 / 9, 1 / 8, 0, 0, 0, 0, 0, 0]
    expected = [(share + (runs - 1) / runs) / 2 for share, runs in zip(of_a, range(9, 1, -1), strict=True)]
    np.testing.assert_allclose(recurrence.by_length(both), expected)
    assert np.isnan(recurrence.by_length(music(line(60)))).all()


def test_only_pitches_and_their_order_count():
    uneven = table([(0, onset, 5 + onset, pitch) for onset, pitch in ((0, 60), (7, 72), (50, 60), (300, 72))])
    assert recurrence.repeated(music(uneven), 2) == pytest.approx(1 / 3)
    assert recurrence.repeated(music(line(60, 72, 61, 73)), 2) == 0  # the same interval is another pair
    assert recurrence.repeated(music(line(60, 72, 48, 72, 60)), 2) == 0  # nor is a pair turned round


def test_a_run_is_of_one_track_of_one_piece():
    two = music(
        pd.concat([line(60, 62, piece="a"), line(60, 62, piece="b"), line(60, 62, track=1, step=30, piece="b")])
    )
    assert recurrence.repeated(two, 2).tolist() == [0, 0]
    assert recurrence.repeated(music(line(*[60] * 5)), 2) == pytest.approx(3 / 4)


def test_of_a_chord_the_highest_and_no_drums():
    chords = one([(0, 0, 24, 60), (0, 0, 24, 50), (0, 24, 24, 62), (0, 48, 24, 60), (0, 48, 24, 41), (0, 72, 24, 62)])
    assert recurrence.repeated(chords, 2) == pytest.approx(1 / 3)
    assert np.isnan(recurrence.repeated(small(), 2)).tolist() == [True, False, True, True, False]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("length", [2, 4, 9])
def test_runs_are_those_of_lists(seed, length):
    given = random_music(seed)
    for piece, share in enumerate(recurrence.repeated(given, length)):
        runs, again = 0, 0
        for track in range(3):
            of = (given.piece == piece) & (given.track == track) & ~given.is_drum
            highest = {}
            for onset, pitch in zip(given.onset[of].tolist(), given.pitch[of].tolist(), strict=True):
                highest[onset] = max(pitch, highest.get(onset, 0))
            tones = [highest[onset] for onset in sorted(highest)]
            found = [tuple(tones[at : at + length]) for at in range(len(tones) - length + 1)]
            runs, again = runs + len(found), again + len(found) - len(set(found))
        assert share == pytest.approx(again / runs) if runs else np.isnan(share)


def test_longer_runs_come_back_less_often_in_real_music():
    given, _ = real()
    means = [np.nanmean(recurrence.repeated(given, length)) for length in recurrence.LENGTHS]
    assert means == sorted(means, reverse=True) and 0 < means[-1] < means[0] < 1


@pytest.mark.parametrize("length", [1, 10])
def test_other_lengths_are_refused(length):
    with pytest.raises(ValueError, match=f"length is {length} tones, expected 2 to 9"):
        recurrence.repeated(small(), length)
