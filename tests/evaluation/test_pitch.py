"""Pitch metrics by hand, against counting with sets, and against muspy on real files."""

import muspy
import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation import pitch
from counterpoint.evaluation.music import music
from tests.evaluation.small import as_muspy, one, random_music, real, small

NOTHING = np.nan
HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)


def line(*pitches: int):
    """A melody of quarters."""
    return one([(0, 24 * place, 24, number) for place, number in enumerate(pitches)])


def test_used_pitch_classes_by_hand():
    # four four: track 0 C D E | C (held over) F | -, track 1 - | G | F sharp, C sharp: (3 + 2 + 1 + 2) / 4 bars that
    # sound. three four: A | B | C D and A E | F B | G sharp: (1 + 1 + 2 + 2 + 2 + 1) / 6.
    np.testing.assert_allclose(
        pitch.used_pitch_classes(small()), [NOTHING, (3 + 2 + 1 + 2) / 4, NOTHING, NOTHING, (1 + 1 + 2 + 2 + 2 + 1) / 6]
    )


def test_adjacent_semitones_are_two_classes_and_octaves_one():
    """Public code reshapes 84 pitches to 12 × 7 and so counts runs of neighbouring semitones as one class."""
    assert pitch.used_pitch_classes(line(60, 61)) == 2
    assert pitch.used_pitch_classes(line(60, 72, 48)) == 1
    assert pitch.used_pitch_classes(one([(0, 24 * i, 24, 48 + i) for i in range(4)])) == 4


@pytest.mark.parametrize("seed", range(6))
def test_used_pitch_classes_is_counting_with_sets(seed):
    given = random_music(seed)
    sounding: dict = {}
    for piece, track, drum, onset, release, number in zip(
        given.piece, given.track, given.is_drum, given.onset, given.release, given.pitch, strict=True
    ):
        for tick in range(onset, release) if not drum else ():
            sounding.setdefault((piece, track, tick // given.bar_ticks[piece]), set()).add(number % 12)
    expected = [
        np.mean([len(classes) for (of, _, _), classes in sounding.items() if of == piece] or [np.nan])
        for piece in range(4)
    ]
    np.testing.assert_allclose(pitch.used_pitch_classes(given), expected)


def test_entropy_by_hand():
    four_four = 2.75  # C twice, D, E, F, F sharp, G, C sharp once: 1/4 · 2 + 6 · 1/8 · 3
    three_four = 2 * 2 / 9 * np.log2(9 / 2) + 5 / 9 * np.log2(9)  # A and B twice, C D E F G sharp once
    np.testing.assert_allclose(pitch.pitch_class_entropy(small()), [NOTHING, four_four, NOTHING, NOTHING, three_four])
    assert pitch.pitch_class_entropy(line(60, 72, 60)) == 0
    assert not np.signbit(pitch.pitch_class_entropy(line(60, 72, 60)))[0]
    np.testing.assert_allclose(pitch.pitch_class_entropy(line(*range(60, 72))), np.log2(12))


def test_scale_consistency_by_hand():
    # four four: C major or G major hold 6 of the 8; three four: all of A harmonic minor, of which no major scale
    # holds both F and G sharp.
    np.testing.assert_allclose(pitch.scale_consistency(small()), [NOTHING, 6 / 8, NOTHING, NOTHING, 1])


def test_scales_are_wrapped():
    """Public code tests pitches against tonic + degree without modulo 12, and so loses B major's A sharp below B."""
    b_major = [59, 61, 63, 64, 66, 68, 70]
    assert pitch.scale_consistency(line(*b_major, *(p - 12 for p in b_major), *(p + 36 for p in b_major))) == 1
    assert pitch.scale_consistency(line(*((69 + degree) % 12 for degree in HARMONIC_MINOR))) == 1
    assert pitch.scale_consistency(line(*range(60, 72))) == 7 / 12


@pytest.mark.parametrize("semitones", range(1, 12))
def test_scale_consistency_does_not_change_when_transposed(semitones):
    notes = [60, 62, 64, 65, 66, 67, 71, 75]
    assert pitch.scale_consistency(line(*notes)) == pitch.scale_consistency(line(*(p + semitones for p in notes)))


def test_range_by_hand_and_without_drums():
    """Public code gives drums alone the range of their key numbers, or of nothing at all: 0 - 127."""
    np.testing.assert_array_equal(pitch.pitch_range(small()), [NOTHING, 72 - 43, NOTHING, NOTHING, 74 - 64])
    assert pitch.pitch_range(line(67, 67)) == 0


@pytest.fixture(scope="module")
def files():
    return real()


@pytest.mark.parametrize("name", ["pitch_class_entropy", "pitch_range"])
def test_as_muspy_has_it(files, name):
    given, tables = files
    expected = [getattr(muspy, name)(as_muspy(tables[piece])) for piece in given.pieces]
    np.testing.assert_allclose(getattr(pitch, name)(given), expected)


def test_used_pitch_classes_of_one_long_bar_as_muspy_has_it(files):
    """muspy counts over a whole piece: a bar as long as the piece, and all pitched notes on one track."""
    _, tables = files
    merged = pd.concat(table.assign(track=table["is_drum"].astype(int)) for table in tables.values())
    whole = music(merged.astype({"track": "int16"}), bar_ticks=100_000)
    expected = [muspy.n_pitch_classes_used(as_muspy(tables[piece])) for piece in whole.pieces]
    np.testing.assert_allclose(pitch.used_pitch_classes(whole), expected)


def test_scale_consistency_is_muspys_or_a_harmonic_minor(files):
    """muspy's minor scales are natural: the twelve major ones over again. Ours are harmonic."""
    given, tables = files
    found = pitch.scale_consistency(given)
    muspys = np.array([muspy.scale_consistency(as_muspy(tables[piece])) for piece in given.pieces])
    minors = []
    for piece in given.pieces:
        numbers = tables[piece].loc[~tables[piece]["is_drum"], "pitch"].tolist()
        scales = [{(tonic + degree) % 12 for degree in HARMONIC_MINOR} for tonic in range(12)]
        minors.append(max(sum(number % 12 in scale for number in numbers) for scale in scales) / len(numbers))
    np.testing.assert_allclose(found, np.maximum(muspys, minors))
    assert (np.array(minors) > muspys).any()
    assert (np.array(minors) < muspys).any()
