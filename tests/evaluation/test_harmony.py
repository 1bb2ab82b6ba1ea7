import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.evaluation.harmony import strong_beat_dissonance, tonal_distance, tonal_distances
from counterpoint.evaluation.music import Music, music
from counterpoint.evaluation.textures import render
from counterpoint.notes.table import note_table
from tests.evaluation.scores import CHORALES, chorale, sounding, spelled, voices, written


def harte(chroma: list[float]) -> list[float]:
    """The tonal centroid of Harte et al., equations 1 and 2, number by number."""
    angles_and_radii = ((7 * math.pi / 6, 1.0), (3 * math.pi / 2, 1.0), (2 * math.pi / 3, 0.5))
    total = sum(chroma)
    return [
        sum(share * radius * turn(pitch_class * angle) for pitch_class, share in enumerate(chroma)) / total
        for angle, radius in angles_and_radii
        for turn in (math.sin, math.cos)
    ]


def slow_distance(notes: pd.DataFrame, one: int, other: int) -> float:
    """TD of a one-piece table, tick by tick."""
    chroma: dict[tuple[int, int], list[float]] = {}
    for row in notes.itertuples():
        for tick in range(row.onset, row.onset + row.duration):
            chroma.setdefault((row.track, tick // 24), [0.0] * 12)[row.pitch % 12] += 1
    beats = [beat for track, beat in chroma if track == one and (other, beat) in chroma]
    apart = [math.dist(harte(chroma[one, beat]), harte(chroma[other, beat])) for beat in beats]
    return sum(apart) / len(apart) if apart else math.nan


def test_a_unison_is_no_distance_and_an_octave_neither():
    assert tonal_distance(written("72 74", "60 62")) == pytest.approx([0.0])


@pytest.mark.parametrize(
    ("interval", "squared"),
    [
        # Squared chords of the angles on the circles of fifths and of minor thirds (radius 1) and major ones (1/2).
        (7, (2 - math.sqrt(3)) + 2 + 0.75),  # 30, 90, 120 degrees
        (5, (2 - math.sqrt(3)) + 2 + 0.75),
        (4, 3 + 0 + 0.75),  # 120, 0, 120
        (3, 2 + 2 + 0),  # 90, 90, 0
        (2, 1 + 4 + 0.75),  # 60, 180, 120
        (1, (2 + math.sqrt(3)) + 2 + 0.75),  # 150, 90, 120
        (6, 4 + 4 + 0),  # 180, 180, 0: the furthest
    ],
)
def test_the_distance_of_two_pitch_classes_by_hand(interval, squared):
    assert tonal_distance(written(f"{60 + interval}", "48")) == pytest.approx([math.sqrt(squared)])


def test_chroma_is_by_duration_and_normalised():
    lopsided = note_table(piece="only", track=[0, 0, 1], onset=[0, 18, 0], duration=[18, 6, 24], pitch=[60, 64, 67])
    centroid = 0.75 * np.array(harte([1] + [0] * 11)) + 0.25 * np.array(harte([0] * 4 + [1] + [0] * 7))
    apart = np.linalg.norm(centroid - np.array(harte([0] * 7 + [1] + [0] * 4)))
    assert tonal_distance(music(lopsided)) == pytest.approx([apart])
    doubled = pd.concat([lopsided, lopsided.assign(pitch=lopsided["pitch"] + 12)], ignore_index=True)
    assert tonal_distance(music(doubled)) == pytest.approx([apart])


def test_only_beats_in_which_both_sound_count():
    both = written("60 . 64 62", "67 65 . -")
    assert tonal_distance(both) == pytest.approx(tonal_distance(written("60", "67")))


def test_a_held_note_sounds_in_every_beat_it_touches():
    held, struck = written("60 - - 62", "67 66 65 65"), written("60 60 60 62", "67 66 65 65")
    assert tonal_distance(held) == pytest.approx(tonal_distance(struck))


def test_pairs_weigh_alike_however_often_they_sound_and_come_with_their_tracks():
    three = written("60 62 64 65", "67 69 71 72", ". . 66 .")
    by_pair = tonal_distances(three)
    assert list(by_pair) == [(0, 1), (0, 2), (1, 2)]
    assert by_pair[0, 1] == pytest.approx(tonal_distance(written("60", "67")))
    assert by_pair[0, 2] == pytest.approx(tonal_distance(written("64", "66")))
    assert by_pair[1, 2] == pytest.approx(tonal_distance(written("71", "66")))
    assert tonal_distance(three) == pytest.approx(np.mean([*by_pair.values()], axis=0))


def test_what_has_no_two_pitched_tracks_has_no_distance():
    table = pd.concat(
        [voices("alone", "60 64"), voices("drummed", "60 64", "38 40", drums=(1,)), voices("paired", "60", "64")]
    )
    result = tonal_distance(music(table, pieces=["alone", "drummed", "empty", "paired", "zero"]))
    assert np.isnan(result).tolist() == [True, True, True, False, True]
    assert np.isnan(tonal_distance(written())).all()
    assert tonal_distances(written("60 64")) == {}


def test_tracks_that_never_meet_are_no_pair():
    apart = written("60 .", ". 64", "67 67")
    assert np.isnan(tonal_distances(apart)[0, 1]).all()
    assert tonal_distance(apart) == pytest.approx((tonal_distances(apart)[0, 2] + tonal_distances(apart)[1, 2]) / 2)


def test_agrees_with_the_formula_beat_by_beat_on_real_chorales():
    names = CHORALES[:3]
    found = tonal_distances(music(pd.concat([chorale(name) for name in names])))
    for place, name in enumerate(names):
        for pair in combinations(range(4), 2):
            assert found[pair][place] == pytest.approx(slow_distance(chorale(name), *pair)), (name, pair)


NOTES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 100), st.integers(1, 60), st.integers(30, 90)), min_size=2, max_size=25
)


def tables(notes: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    track, onset, duration, pitch = (list(column) for column in zip(*notes, strict=True))
    return note_table(piece="only", track=track, onset=onset, duration=duration, pitch=pitch)


@given(NOTES)
def test_agrees_with_the_formula_on_any_music(notes):
    table = tables(notes)
    for pair, values in tonal_distances(music(table)).items():
        assert values == pytest.approx([slow_distance(table, *pair)], nan_ok=True)


@given(NOTES, st.integers(-30, 30))
def test_transposing_all_tracks_together_changes_nothing(notes, semitones):
    table = tables(notes)
    moved = table.assign(pitch=table["pitch"] + semitones)
    for metric in (tonal_distance, strong_beat_dissonance):
        assert metric(music(table)) == pytest.approx(metric(music(moved)), nan_ok=True)


def one_chord(*pitches: int) -> Music:
    return written("+".join(map(str, pitches)))


@pytest.mark.parametrize(
    ("pitches", "dissonant"),
    [
        ((60, 64, 67), False),  # major
        ((57, 60, 64), False),  # minor
        ((64, 67, 72), False),  # first inversion: the fourth is between upper voices
        ((67, 72, 76), True),  # second inversion: a fourth above the bass
        ((67, 84), True),  # also octaves wider
        ((72, 79), False),  # a fifth
        ((60, 69), False),
        ((60, 61), True),
        ((60, 74), True),  # a ninth
        ((60, 66), True),
        ((60, 70), True),
        ((60, 83), True),
        ((60, 72), False),
        ((62, 65, 71), True),  # a diminished triad in first inversion: a tritone between upper voices
        ((60, 64, 68), False),  # an augmented triad has no spelling
    ],
)
def test_which_chords_are_dissonant(pitches, dissonant):
    assert strong_beat_dissonance(one_chord(*pitches)) == [dissonant]


@pytest.mark.parametrize(
    ("bar_ticks", "share"),
    [
        (96, 3 / 4),  # beats 0, 2, 4, 6
        (72, 2 / 3),  # beats 0, 3, 6
        (48, 3 / 4),
        (144, 2 / 2),  # beats 0, 6: six quarters may be 6/4 or 3/2
        (192, 1 / 1),  # no beat but the first
    ],
)
def test_strong_beats_of_a_bar(bar_ticks, share):
    # A semitone over the bass on beats 0, 2, 6 and 7, a third on the others.
    clashing = written("61 64 61 64 64 64 61 61", "60 60 60 60 60 60 60 60", bar_ticks=bar_ticks)
    assert strong_beat_dissonance(clashing) == pytest.approx([share])


def test_a_suspension_held_into_the_strong_beat_counts_and_what_follows_it_does_not():
    # Three beats of upbeat to a bar of four, then two halves: C held over to a D bass, resolved within the half.
    suspended = written("72 - - 71 67 67", "64 64 62 62 60 60")
    assert strong_beat_dissonance(suspended) == pytest.approx([1 / 3])


def test_a_note_released_on_the_beat_is_not_heard_there():
    assert strong_beat_dissonance(written("61 61 . . 64", "60 60 60 60 60")) == pytest.approx([1 / 2])


def test_beats_with_fewer_than_two_pitches_are_left_out():
    assert strong_beat_dissonance(written("61 . . . 60 . 64", "60 . 60 . 60 . 60")) == pytest.approx([1 / 2])


def test_what_has_no_two_pitches_at_once_is_not_defined():
    table = pd.concat(
        [voices("drummed", "60 64", "38 40", drums=(1,)), voices("melody", "60 61 62"), voices("two", "60", "61")]
    )
    result = strong_beat_dissonance(music(table, pieces=["drummed", "empty", "melody", "two"]))
    np.testing.assert_array_equal(result, [np.nan, np.nan, np.nan, 1.0])


def test_drums_are_no_pitches():
    assert strong_beat_dissonance(written("64", "60", "61", drums=(2,))) == [0.0]


def test_the_texture_makes_no_difference():
    notes = pd.concat([chorale(name) for name in CHORALES])
    as_chords, as_voices = (strong_beat_dissonance(music(render(notes, texture))) for texture in ("chords", "voices"))
    np.testing.assert_array_equal(as_chords, as_voices)


@pytest.mark.parametrize("name", CHORALES)
def test_agrees_with_music21s_chords_on_real_chorales(name):
    from music21 import chord

    parts, bar_ticks = spelled(name), 72 if name == "bwv17.7" else 96
    heard = [
        [pitch for part in parts if (pitch := sounding(part, tick)) is not None]
        for tick in range(0, max(release for part in parts for _, release, _ in part), 48 if bar_ticks == 96 else 72)
    ]
    chords = [chord.Chord(pitches) for pitches in heard if len({pitch.midi for pitch in pitches}) > 1]
    dissonant = [not (each.isConsonant() or each.isAugmentedTriad()) for each in chords]
    assert 0 < sum(dissonant) < len(dissonant)
    assert strong_beat_dissonance(music(chorale(name), bar_ticks=bar_ticks)) == pytest.approx([np.mean(dissonant)])
