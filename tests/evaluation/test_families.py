import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation.families import CHORD_TYPES, LENGTH_EDGES, families, only_common
from counterpoint.evaluation.music import music
from counterpoint.notes.table import note_table
from tests.evaluation import bach

# C major: e' (quarter), g' (eighth), c'' (eighth) over c (half); one more excerpt with a single note.
TUNE = note_table(
    piece=["a#0000"] * 4 + ["b#0000"],
    track=[0, 0, 0, 1, 1],
    onset=[0, 24, 36, 0, 12],
    duration=[24, 12, 12, 48, 6],
    pitch=[64, 67, 72, 48, 50],
)


def melody() -> dict[str, np.ndarray]:
    return families(music(TUNE[TUNE["track"] == 0], pieces=["a#0000", "b#0000"]), "melody", 1)


def test_line_families_by_hand():
    found = melody()
    assert found["intervals"].shape == (2, 27)
    assert found["intervals"][0, 13 + 3] == found["intervals"][0, 13 + 5] == 0.5
    assert found["interval_pairs"][0, (3 + 5) * 11 + (5 + 5)] == 1
    classes = np.searchsorted(LENGTH_EDGES, [24, 12], side="right") - 1
    assert found["lengths"][0, classes] == pytest.approx([1 / 3, 2 / 3])
    assert found["length_pairs"][0, classes[0] * 10 + classes[1]] == 0.5
    assert found["beat_positions"][0, [0, 12]] == pytest.approx([2 / 3, 1 / 3])
    assert found["lengths_at_positions"][0, 2 * 10 + classes[1]] == pytest.approx(1 / 3)
    assert found["range"].tolist() == [[8.0], [0.0]]


def test_degrees_count_from_the_tonic_by_duration():
    scale = note_table(piece="a#0000", onset=np.arange(8) * 24, duration=24, pitch=[67, 69, 71, 72, 74, 76, 78, 79])
    found = families(music(scale), "melody", 1)  # G major
    assert found["degrees"][0, [0, 2, 4, 5, 7, 9, 11]] == pytest.approx([2 / 8, *[1 / 8] * 6])
    assert found["degree_pairs"][0, 0 * 12 + 2] == pytest.approx(1 / 7)


def test_an_excerpt_without_notes_is_all_zero():
    for name, vectors in melody().items():
        assert not vectors[1].any(), name


def test_tracks_stand_side_by_side_and_weigh_alike():
    found = families(music(TUNE), "voices", 2)
    assert found["range"].tolist() == [[4.0, 0.0], [0.0, 0.0]]
    assert found["lengths"].shape == (2, 20)
    assert found["lengths"].sum(axis=1) == pytest.approx([1, 0.5])  # the second excerpt has no upper voice


def test_between_voices_by_hand():
    found = families(music(TUNE), "voices", 2)
    # Eight sixteenths: e over c four times (16 semitones), g twice (19), c twice (24).
    assert found["vertical_intervals"][0, [4, 7, 0]] == pytest.approx([4 / 8, 2 / 8, 2 / 8])
    assert found["spacing"][0, [3 + 16, 3 + 19, 3 + 24]] == pytest.approx([4 / 8, 2 / 8, 2 / 8])
    assert not found["vertical_intervals"][1].any()


def test_harmony_by_hand():
    found = families(music(TUNE), "chords", 1)
    third, fifth, alone = (1 | 1 << 4, 1 | 1 << 7, 1)
    assert found["chord_types"][0, [third, fifth, alone]] == pytest.approx([4 / 8, 2 / 8, 2 / 8])
    # From the first beat (major third) to the second (a fifth alone) the bass stays.
    assert found["progressions"][0, (0 * 4 + 2) * 4 + 0] == 1
    assert found["polyphony"][0, 2] == 1
    assert found["polyphony"][1, [0, 1]] == pytest.approx([7 / 8, 1 / 8])


def test_drums_have_no_pitch_but_a_kit():
    kit = pd.concat([TUNE, note_table(piece="a#0000", track=2, is_drum=True, onset=[0, 6], duration=3, pitch=[36, 42])])
    with_drums, without = families(music(kit), "band", 3), families(music(TUNE), "band", 3)
    assert with_drums["drum_kit"][0, [36, 42]] == pytest.approx([0.5, 0.5])
    assert with_drums["drum_patterns"][0, [36 * 24 + 0, 42 * 24 + 6]] == pytest.approx([0.5, 0.5])
    for name in ("chord_types", "progressions", "polyphony", "degrees"):
        assert np.array_equal(with_drums[name], without[name]), name


def test_only_common_keeps_what_real_music_has_most_of():
    real = families(music(bach.split("test", "chords")), "chords", 1)
    narrow = only_common(real, real)["chord_types"]
    assert narrow.shape[1] == CHORD_TYPES + 1
    assert narrow.sum(axis=1) == pytest.approx(np.ones(len(narrow)))
    assert narrow[:, -1].mean() < 0.05


def test_degrees_weigh_by_duration_and_minor_keys_count_from_the_relative_major():
    # A minor: A for two quarters, every other note for one; C is degree 0, A degree 9.
    pitch, duration = [69, 71, 72, 74, 76, 68, 69], [48, 24, 24, 24, 24, 24, 48]
    scale = note_table(piece="a#0000", onset=np.cumsum([0, *duration[:-1]]), duration=duration, pitch=pitch)
    found = families(music(scale), "melody", 1)["degrees"][0]
    assert found[[9, 11, 0, 2, 4, 8]] == pytest.approx(np.array([96, 24, 24, 24, 24, 24]) / 216)


def test_voices_that_cross_and_neighbours_alone_have_a_spacing():
    four = note_table(piece="a#0000", track=[0, 1, 2, 3], onset=0, duration=24, pitch=[60, 64, 62, 50])
    found = families(music(four), "voices", 4)
    assert found["vertical_intervals"][0, (60 - 64) % 12] == pytest.approx(1 / 6)  # six pairs, each once
    assert found["spacing"].shape == (1, 3 * 29)
    assert found["spacing"][0, [0, 29 + 3 + 2, 58 + 3 + 12]] == pytest.approx([1 / 3] * 3)  # -4 counts with -3


def test_more_pitches_than_are_told_apart_are_the_most():
    many = note_table(piece=["a#0000"] * 11 + ["b#0000"], onset=0, duration=24, pitch=[*range(60, 71), 60])
    found = families(music(many), "chords", 1)["polyphony"]
    assert found[:, [1, 8]].tolist() == [[0, 1], [1, 0]]
