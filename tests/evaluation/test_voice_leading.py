from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoint.evaluation.music import Music, music
from counterpoint.evaluation.voice_leading import RANGES, crossings, out_of_range, parallels, slices
from counterpoint.notes.table import note_table
from tests.evaluation.scores import CHORALES, chorale, sounding, spelled, voices, written

METRICS = (parallels, crossings, out_of_range)
REST = ". ."  # of a voice that a two-chord piece leaves out


def test_slices_hold_what_was_struck_before():
    found = slices(written("72 74 - .", "67 - - 65", ". 60 59 59", "48 - . 50"))
    assert found.tick.tolist() == [0, 24, 48, 72]
    assert found.pitch.tolist() == [
        [72, 67, -1, 48],
        [74, 67, 60, 48],
        [74, 67, 59, -1],
        [-1, 65, 59, 50],
    ]


def test_a_release_makes_no_slice_and_a_gap_between_two_is_not_heard():
    found = slices(written("72 . . 71", "64 - 64 -"))
    assert found.tick.tolist() == [0, 48, 72]
    assert found.pitch[:, 0].tolist() == [72, -1, 71]


def test_of_two_notes_at_once_a_voice_is_its_highest_also_where_one_outlasts_the_other():
    both = note_table(
        piece="only", track=[0, 0, 0, 1], onset=[0, 0, 24, 48], duration=[72, 24, 12, 9], pitch=[60, 64, 55, 41]
    )
    assert slices(music(both)).pitch[:, :2].tolist() == [[64, -1], [60, -1], [60, 41]]


def test_pieces_do_not_run_into_one_another():
    found = slices(
        music(pd.concat([voices("b", "60 62", "48 -"), voices("a", "71", "52", ticks=36)]), pieces=["a", "aa", "b"])
    )
    assert found.piece.tolist() == [0, 2, 2]
    assert found.tick.tolist() == [0, 0, 24]
    assert found.pitch[:, :2].tolist() == [[71, 52], [60, 48], [62, 48]]


def test_drums_and_tracks_beyond_four_are_no_voices():
    assert slices(written("60 62", "36 38", "50 -", REST, "70 71", drums=(1,))).pitch.tolist() == [
        [60, -1, 50, -1],
        [62, -1, 50, -1],
    ]


@pytest.mark.parametrize(
    ("upper", "lower", "count"),
    [
        ("67 69", "60 62", 1),  # fifths up
        ("69 67", "62 60", 1),  # and down
        ("79 81", "60 62", 1),  # twelfths
        ("67 81", "60 62", 1),  # a fifth, then a twelfth, both upwards
        ("72 74", "60 62", 1),  # octaves
        ("84 86", "60 62", 1),
        ("60 62", "60 62", 1),  # unisons
        ("72 62", "60 50", 1),  # octaves by leap
        ("67 67", "60 60", 0),  # struck again
        ("67 -", "60 62", 0),  # only one moves
        ("67 69", "60 50", 0),  # a fifth, then a twelfth, in contrary motion
        ("72 84", "60 48", 0),
        ("64 69", "60 62", 0),  # hidden: a third, then a fifth
        ("67 71", "60 62", 0),  # a fifth, then a sixth
        ("66 67", "60 61", 0),  # tritones
        ("66 69", "60 62", 0),  # a tritone, then a fifth
        ("72 65", "60 65", 0),  # an octave, then a unison by contrary motion
        ("72 62", "60 62", 0),
        ("60 74", "60 62", 0),  # a unison, then an octave
        ("72 79", "60 72", 0),  # an octave, then a fifth
        ("65 67", "60 62", 0),  # fourths
        ("60 62", "67 69", 1),  # crossed fifths are fifths still
        ("67 69", ". 62", 0),
        ("67 69", "60 .", 0),
    ],
)
def test_one_change_of_two_voices(upper, lower, count):
    # A third voice that moves against both, at no perfect interval, so that there is a chord change in any case.
    third = "41 40"
    with_third = parallels(written(upper, lower, third))
    assert with_third == [100.0 * count]


def test_all_six_pairs_count():
    # Octaves between 0 and 3, fifths between 1 and 3; 0 and 1 are in fourths, 2 stays.
    assert parallels(written("72 74", "67 69", "64 -", "60 62")) == [200.0]
    assert parallels(written("60 62", "60 62", "60 62", "60 62")) == [600.0]


def test_parallels_are_per_hundred_changes_and_a_repeated_chord_is_no_change():
    # Changes: fifths up, (struck again), the lower alone, a voice in, a voice out.
    assert parallels(written("67 69 69 - - -", "60 62 62 59 59 59", ". . . . 50 .")) == [25.0]


def test_falling_silent_is_a_change_that_the_next_onset_shows():
    assert parallels(written("67 69 . 71", "60 62 62 64")) == pytest.approx([100 / 3])


def test_parallels_across_a_passing_note_of_a_third_voice_are_found_where_the_pair_moves():
    assert parallels(written("67 - 69", "60 - 62", "52 53 50")) == [50.0]


def test_crossings_count_pairs_in_the_chord_that_a_change_leads_to():
    # First chord crossed, but nothing leads to it; then alto above soprano; then tenor above both.
    crossed = written("60 60 62", "64 61 62", "50 50 67", "40 40 41")
    assert crossings(crossed) == [100 * 3 / 2]


def test_a_unison_is_no_crossing_and_a_silent_voice_crosses_nobody():
    assert crossings(written("64 65 66", "60 65 .", "50 . 52", "48 47 46")) == [0.0]


def test_a_held_crossing_counts_at_every_change():
    assert crossings(written("72 60 - -", "67 65 - -", "50 50 52 53")) == [100.0]


def test_every_pair_of_voices_can_cross():
    assert crossings(written("60 40", "55 45", "50 51", "45 56")) == [600.0]


@pytest.mark.parametrize(("voice", "lowest", "highest"), [(0, 60, 79), (1, 55, 72), (2, 48, 67), (3, 40, 60)])
def test_the_ends_of_a_range_are_within_it(voice, lowest, highest):
    def sung(*pitches: int) -> Music:
        lines = ["64 66", "59 57", "54 52", "47 49"]
        lines[voice] = " ".join(map(str, pitches))
        return written(*lines)

    assert out_of_range(sung(lowest, highest)) == [0.0]
    assert out_of_range(sung(lowest - 1, highest)) == [100.0]
    assert out_of_range(sung(lowest, highest + 1)) == [100.0]
    assert RANGES[voice].tolist() == [lowest, highest]


def test_a_note_out_of_range_counts_once_however_long_and_also_below_another():
    # Two in the soprano (59 held, 58 under 64), one in the bass.
    assert out_of_range(written("59 - - 58+64 64", "60 62 60 59 60", REST, "45 45 45 45 61")) == pytest.approx(
        [300 / 4]
    )


def test_what_has_no_rate():
    table = pd.concat(
        [
            voices("drums", "67 69", "60 62", "36 36", drums=(2,)),
            voices("five", "67 69", "60 62", "57 56", "50 51", "40 41"),
            voices("one chord", "67", "60", "57", "50"),
            voices("one voice", "67 69"),
            voices("still", "67 67", "60 60"),
            voices("three", "67 69", REST, "60 62", "50 49"),
            voices("two", "67 69", "60 62"),
        ]
    )
    names = ["drums", "empty", "five", "one chord", "one voice", "still", "three", "two"]
    found = music(table, pieces=names)
    for metric in METRICS:
        result = metric(found)
        assert result.dtype == np.float64
        assert np.isnan(result).tolist() == [True, True, True, True, True, True, False, False], metric.__name__
    np.testing.assert_array_equal(parallels(found)[-2:], [100.0, 100.0])


def test_no_pieces_no_rates():
    nothing = music(note_table(piece=[], onset=[], duration=[], pitch=[]))
    for metric in METRICS:
        assert metric(nothing).shape == (0,)


LINES = st.lists(
    st.lists(st.sampled_from([".", "-", "59", "60", "62", "66", "67", "72"]), min_size=6, max_size=6),
    min_size=4,
    max_size=4,
)


@settings(max_examples=40)
@given(LINES, st.integers(-30, 30))
def test_transposed_music_leads_its_voices_alike(lines, semitones):
    table = voices("only", *(" ".join(line) for line in lines))
    moved = table.assign(pitch=table["pitch"] + semitones)
    for metric in (parallels, crossings):
        np.testing.assert_array_equal(*(metric(music(each, pieces=["only"])) for each in (table, moved)))


@settings(max_examples=40)
@given(LINES)
def test_upside_down_music_has_the_same_parallels_and_crossings(lines):
    table = voices("only", *(" ".join(line) for line in lines))
    turned = table.assign(pitch=127 - table["pitch"], track=3 - table["track"])
    for metric in (parallels, crossings):
        np.testing.assert_array_equal(
            *(metric(music(each, pieces=["only"])) for each in (table, turned.sort_values(["track", "onset"])))
        )


@settings(max_examples=40)
@given(LINES)
def test_slices_agree_with_a_walk_through_the_notes(lines):
    table = voices("only", *(" ".join(line) for line in lines))
    found = slices(music(table, pieces=["only"]))
    assert found.tick.tolist() == sorted(set(table["onset"]))
    notes = list(zip(table["track"], table["onset"], table["onset"] + table["duration"], table["pitch"], strict=True))
    for tick, chord in zip(found.tick, found.pitch, strict=True):
        held = [(track, pitch) for track, onset, release, pitch in notes if onset <= tick < release]
        assert chord.tolist() == [
            max((pitch for track, pitch in held if track == voice), default=-1) for voice in range(4)
        ]


@pytest.mark.parametrize("name", CHORALES)
def test_slices_agree_with_music21s_chordify(name):
    from music21 import corpus

    chords = corpus.parse(f"bach/{name}").expandRepeats().chordify().flatten().getElementsByClass("Chord")
    heard = [(round(each.offset * 24), round((each.offset + each.quarterLength) * 24), each) for each in chords]
    found = slices(music(chorale(name)))
    for tick, pitches in zip(found.tick, found.pitch, strict=True):
        assert {pitch.midi for pitch in sounding(heard, tick).pitches} == set(pitches.tolist()) - {-1}


def by_music21(parts: list) -> tuple[float, float]:
    """Parallels and crossings per 100 chord changes of four parts of spelled notes, one quartet of notes at a time."""
    from music21.note import Note
    from music21.voiceLeading import VoiceLeadingQuartet

    ticks = sorted({onset for part in parts for onset, _, _ in part})
    chords = [[sounding(part, tick) for part in parts] for tick in ticks]
    changes = [
        (before, after)
        for before, after in pairwise(chords)
        if [pitch and pitch.midi for pitch in before] != [pitch and pitch.midi for pitch in after]
    ]
    parallel = crossed = 0
    for before, after in changes:
        for upper, lower in combinations(range(4), 2):
            if after[upper] and after[lower]:
                crossed += after[upper] < after[lower]
            quartet = (before[upper], after[upper], before[lower], after[lower])
            if all(quartet):
                leading = VoiceLeadingQuartet(*(Note(pitch) for pitch in quartet))
                perfect = leading.parallelFifth() or leading.parallelOctave() or leading.parallelUnison()
                parallel += perfect and leading.similarMotion()
    return 100 * parallel / len(changes), 100 * crossed / len(changes)


@pytest.mark.parametrize("name", CHORALES)
def test_agrees_with_music21s_voice_leading_on_real_chorales(name):
    found = music(chorale(name))
    assert (parallels(found)[0], crossings(found)[0]) == pytest.approx(by_music21(spelled(name)))


def test_agrees_with_music21s_voice_leading_on_voices_shuffled_between_chorales():
    chosen = [CHORALES[place] for place in (5, 1, 4, 3)]
    parts = [spelled(name)[voice] for voice, name in enumerate(chosen)]
    table = pd.concat(
        [chorale(name).query("track == @voice").assign(piece="shuffled") for voice, name in enumerate(chosen)],
    )
    expected = by_music21(parts)
    assert min(expected) > 1
    found = music(table)
    assert (parallels(found)[0], crossings(found)[0]) == pytest.approx(expected)


def test_voices_that_fall_silent_together_are_no_parallel():
    assert parallels(written("60 . .", "60 . .", "48 50 -")).tolist() == [0]
