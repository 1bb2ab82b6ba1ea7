"""A band by hand, of real bands, and of any notes at all."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterpoint.encodings.band import NO_TRACK, TRACKS, as_band, band_tracks, effects
from counterpoint.encodings.grid import on_grid
from counterpoint.encodings.layout import Layout, Track
from counterpoint.encodings.pianoroll import decode, encode
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table
from tests.evaluation.bands import bands
from tests.notes.files import FREEDOOM

DRUMS, PIANO, GUITAR, BASS, STRINGS = range(5)


def rows(notes: pd.DataFrame, *names: str) -> list[tuple]:
    return list(notes[list(names)].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("programs", "track"),
    [
        (range(0, 8), PIANO),
        (range(8, 24), STRINGS),  # chromatic percussion, organ
        (range(24, 32), GUITAR),
        (range(32, 40), BASS),
        (range(40, 96), STRINGS),  # strings, ensemble, brass, reed, pipe, lead, pad
        (range(96, 104), NO_TRACK),  # synth effects
        (range(104, 112), STRINGS),  # ethnic
        (range(112, 128), NO_TRACK),  # percussive, sound effects
    ],
)
def test_every_program_has_its_track(programs, track):
    notes = note_table(piece="a", program=list(programs), onset=np.arange(len(programs)), duration=1, pitch=60)
    assert set(band_tracks(notes)) == {track}
    drums = notes.assign(is_drum=True)
    assert set(band_tracks(drums)) == {DRUMS}


def test_the_tracks_bear_their_familys_program():
    notes = note_table(
        piece="a",
        track=[7, 6, 5, 4, 3, 2],
        program=[0, 5, 29, 33, 19, 122],
        is_drum=[True, False, False, False, False, False],
        onset=[0, 6, 12, 18, 24, 30],
        duration=[1, 2, 3, 4, 5, 6],
        pitch=[36, 61, 52, 33, 67, 70],
        velocity=[100, 101, 102, 103, 104, 105],
    )
    found = rows(as_band(notes), "track", "program", "is_drum", "onset", "duration", "pitch", "velocity")
    assert found == [
        (DRUMS, 0, True, 0, 1, 36, 100),
        (PIANO, 0, False, 6, 2, 61, 101),
        (GUITAR, 24, False, 12, 3, 52, 102),
        (BASS, 32, False, 18, 4, 33, 103),
        (STRINGS, 48, False, 24, 5, 67, 104),
    ]
    assert [name for name, _, _ in TRACKS] == ["drums", "piano", "guitar", "bass", "strings"]


def test_instruments_of_a_family_play_at_once():
    violin, flute = (
        note_table(piece="a", track=track, program=program, onset=0, duration=[24, 48], pitch=pitches)
        for track, program, pitches in ((0, 40, [60, 64]), (1, 73, [67, 72]))
    )
    merged = as_band(pd.concat([violin, flute], ignore_index=True))
    assert rows(merged, "track", "pitch", "duration") == [
        (STRINGS, 60, 24),
        (STRINGS, 64, 48),
        (STRINGS, 67, 24),
        (STRINGS, 72, 48),
    ]


def test_one_pitch_of_two_instruments():
    """Together: the longest. One in the other: struck anew, and held as long as either holds it."""
    one = note_table(piece="a", track=0, program=30, onset=[0, 24, 72], duration=[6, 36, 12], pitch=50, velocity=70)
    other = note_table(piece="a", track=1, program=25, onset=[0, 36, 84], duration=[12, 6, 12], pitch=50, velocity=80)
    bass = note_table(piece="a", track=2, program=35, onset=[3], duration=200, pitch=50)
    band = as_band(pd.concat([one, other, bass], ignore_index=True))
    guitar = band[band["track"] == GUITAR]
    assert rows(guitar, "onset", "duration", "velocity") == [
        (0, 12, 80),
        (24, 12, 70),
        (36, 24, 80),
        (72, 12, 70),
        (84, 12, 80),
    ]
    assert rows(band[band["track"] == BASS], "onset", "duration") == [(3, 200)]


def test_pieces_do_not_meet():
    notes = note_table(piece=["a", "b"], program=30, onset=[0, 24], duration=[96, 12], pitch=50)
    assert rows(as_band(notes), "piece", "onset", "duration") == [("a", 0, 96), ("b", 24, 12)]


def test_effects_alone_are_no_band():
    rain = note_table(piece="a", program=96, onset=[0], duration=24, pitch=60)
    assert as_band(rain).empty and as_band(empty_notes()).empty


def test_effects_are_counted_by_family():
    programs = [96] * 2 + [103] + [112, 119] * 2 + [120] + [3, 40, 95, 104]
    notes = note_table(piece="a", program=programs, onset=np.arange(len(programs)), duration=1, pitch=60)
    assert effects(notes) == {"synth effects": 3, "percussive": 4, "sound effects": 1}
    assert effects(notes.assign(is_drum=True)) == {"synth effects": 0, "percussive": 0, "sound effects": 0}


NOTES = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from([3, 30, 39, 60]),
        st.booleans(),
        st.integers(0, 40),
        st.integers(1, 30),
        st.integers(60, 62),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(NOTES)
def test_any_notes_sound_when_they_did_and_are_struck_when_they_were(notes):
    piece, program, is_drum, onset, duration, pitch = (list(of) for of in zip(*notes, strict=True))
    given_notes = note_table(piece=piece, program=program, is_drum=is_drum, onset=onset, duration=duration, pitch=pitch)
    band = as_band(given_notes)
    before = given_notes.assign(track=band_tracks(given_notes))

    def sounding(table: pd.DataFrame) -> list[tuple]:
        return [
            (name, track, key, tick)
            for name, track, key, start, ticks in rows(table, "piece", "track", "pitch", "onset", "duration")
            for tick in range(start, start + ticks)
        ]

    assert sorted(sounding(band)) == sorted(set(sounding(before)))  # each tick once: nothing overlaps
    names = ["piece", "track", "pitch", "onset"]
    assert sorted(rows(band, *names)) == sorted(set(rows(before, *names)))
    assert as_band(band).equals(band)


def test_a_real_band():
    """Fourteen tracks of which two are effects; the others are a piano, and strings that often double each other."""
    notes, _ = read_midi((FREEDOOM / "freedoom1_D_E3M8.mid").read_bytes(), "x", max_notes=5_000, max_beats=500)
    assert notes["track"].nunique() == 14
    of = band_tracks(notes)
    assert {track: int((of == track).sum()) for track in np.unique(of)} == {NO_TRACK: 311, PIANO: 128, STRINGS: 848}
    assert sum(effects(notes).values()) == 311
    band = as_band(notes)
    assert band["track"].value_counts().to_dict() == {PIANO: 122, STRINGS: 688}
    doubled = notes.assign(track=of)[of != NO_TRACK].duplicated(["track", "onset", "pitch"])
    assert len(band) == 128 + 848 - doubled.sum()


def test_real_bands_as_rolls_and_back():
    """Exact wherever no pitch is struck again while another is held, which is never so of drums."""
    layout = Layout("band", tuple(Track(*of) for of in TRACKS), bar_ticks=96, steps=16)
    exact, columns = set(), ["onset", "pitch", "duration"]
    for piece, notes in bands().groupby("piece"):
        kept = on_grid(notes, layout)
        found = decode(encode(notes, layout).rolls.transpose(1, 0, 2, 3)[None], [str(piece)], layout)
        for track, of_track in kept.groupby("track"):
            if not repeats_under_a_held_note(of_track):
                assert rows(found[found["track"] == track], *columns) == rows(of_track, *columns), (piece, track)
                exact.add((piece, track))
    assert {track for _, track in exact} == set(range(5))
    assert sum(track == DRUMS for _, track in exact) == bands().loc[bands()["is_drum"], "piece"].nunique()


def repeats_under_a_held_note(of_track: pd.DataFrame) -> bool:
    onset, pitch = (of_track[name].to_numpy() for name in ("onset", "pitch"))
    release = onset + of_track["duration"].to_numpy()
    again = {tick for tick, key in zip(onset, pitch, strict=True) if ((release == tick) & (pitch == key)).any()}
    return any(((onset < tick) & (tick < release)).any() for tick in again)
