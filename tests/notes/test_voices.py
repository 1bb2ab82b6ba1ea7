import pandas as pd

from counterpoint.notes.table import note_table
from counterpoint.notes.voices import four_voices


def test_four_tracks_are_numbered_by_mean_pitch():
    notes = note_table(
        piece="a", track=[2, 3, 5, 7, 7, 9], onset=[0, 1, 2, 3, 9, 4], duration=4, pitch=[40, 70, 50, 60, 76, 66]
    )
    # Means: 40, 70, 50, 68, 66.
    assert four_voices(notes).empty
    four = four_voices(notes[notes["track"] != 2])
    assert list(zip(four["track"], four["pitch"], four["onset"], strict=True)) == [
        (0, 70, 1),
        (1, 60, 3),
        (1, 76, 9),
        (2, 66, 4),
        (3, 50, 2),
    ]


def test_voices_in_their_order_stay_in_it():
    notes = note_table(piece="a", track=[1, 2, 5, 9], onset=[3, 2, 1, 4], duration=[4, 5, 6, 7], pitch=[60, 72, 55, 50])
    four = four_voices(notes, numbered=True)
    assert list(zip(four["track"], four["pitch"], strict=True)) == [(0, 60), (1, 72), (2, 55), (3, 50)]
    assert four_voices(notes)["pitch"].tolist() == [72, 60, 55, 50]
    assert four_voices(notes[notes["track"] != 5], numbered=True).empty


def test_voices_that_are_called_so_are_what_they_are_called():
    """Bass, soprano, tenor and alto in the file, its alto the highest; beside it pieces whose names do not say all."""
    one = note_table(piece="a", track=range(4), onset=[3, 2, 1, 4], duration=[4, 5, 6, 7], pitch=[40, 66, 55, 72])
    called = (" Bass", "SOPRANO", "Tenor", "alto")
    others = {
        "b": ("alto", "soprano", "alto", "bass"),
        "c": ("soprano", "alto", "tenor", ""),
        "d": ("bass", "soprano", "tenor", "alto", "flute"),
    }
    notes = pd.concat([one, *(one.assign(piece=name) for name in "bce")], ignore_index=True)
    flute = note_table(piece="d", track=range(5), onset=0, duration=2, pitch=[40, 66, 55, 72, 80])
    four = four_voices(pd.concat([notes, flute], ignore_index=True), track_names={"a": called} | others)
    pitches = {str(piece): of["pitch"].tolist() for piece, of in four.groupby("piece")}
    assert pitches == {"a": [66, 72, 55, 40], "b": [72, 66, 55, 40], "c": [72, 66, 55, 40], "e": [72, 66, 55, 40]}


def test_a_drum_is_no_voice_whatever_it_is_called():
    notes = note_table(
        piece="a", track=range(5), is_drum=[True] + [False] * 4, onset=0, duration=2, pitch=[36, 60, 72, 40, 50]
    )
    four = four_voices(notes, track_names={"a": ("bass", "soprano", "alto", "bass", "tenor")})
    assert four["pitch"].tolist() == [60, 72, 50, 40]


def test_drums_are_dropped_and_do_not_count():
    notes = note_table(
        piece=["a"] * 5 + ["b"] * 4,
        track=[0, 1, 2, 3, 4, 0, 1, 2, 3],
        is_drum=[False, False, True, False, False, False, True, False, False],
        onset=0,
        duration=[3, 4, 5, 6, 7, 8, 9, 10, 11],
        pitch=[50, 50, 36, 61, 43, 70, 36, 71, 72],
    )
    four = four_voices(notes)
    # Of the two at 50 the lower track is the higher voice.
    assert list(zip(four["piece"], four["track"], four["pitch"], four["duration"], strict=True)) == [
        ("a", 0, 61, 6),
        ("a", 1, 50, 3),
        ("a", 2, 50, 4),
        ("a", 3, 43, 7),
    ]


def test_no_notes_are_no_voices():
    assert four_voices(note_table(piece=[], onset=[], duration=[], pitch=[])).empty
