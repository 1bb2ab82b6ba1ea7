import numpy as np
import pytest

from counterpoint.evaluation.textures import excerpt_lengths, excerpts, piece_of, render
from counterpoint.notes.lines import highest_line
from counterpoint.notes.table import note_table
from tests.evaluation import bach


def rows(notes, *columns):
    return list(notes[list(columns)].itertuples(index=False, name=None))


def test_voices_are_numbered_from_the_highest():
    notes = note_table(piece="a", track=[3, 5, 7, 9], onset=[0, 1, 2, 3], duration=4, pitch=[40, 70, 50, 60])
    assert rows(render(notes, "voices"), "track", "pitch") == [(0, 70), (1, 60), (2, 50), (3, 40)]


def test_pieces_without_four_voices_are_left_out():
    three = note_table(piece="three", track=[0, 1, 2], onset=0, duration=4, pitch=[60, 55, 50])
    drums = note_table(piece="drums", track=[0, 1, 2, 3], is_drum=[False] * 3 + [True], onset=0, duration=4, pitch=60)
    for notes in (three, drums):
        assert render(notes, "voices").empty


def test_chords_join_what_overlaps_and_keep_what_is_struck_again():
    notes = note_table(
        piece=["a"] * 5 + ["b"],
        track=[0, 1, 1, 0, 2, 0],
        onset=[0, 6, 20, 12, 0, 3],
        duration=[12, 10, 5, 8, 7, 2],
        pitch=[60, 60, 60, 60, 64, 60],
    )
    # At 60: 0 to 12 and 6 to 16 overlap, 12 to 20 begins within, 20 to 25 begins where that ends.
    assert rows(render(notes, "chords"), "piece", "track", "onset", "duration", "pitch") == [
        ("a", 0, 0, 20, 60),
        ("a", 0, 0, 7, 64),
        ("a", 0, 20, 5, 60),
        ("b", 0, 3, 2, 60),
    ]


def test_melody_is_the_highest_line_and_band_is_all():
    notes = bach.split("test", "voices")
    assert render(notes, "melody").equals(highest_line(notes))
    assert render(notes, "band").equals(notes)


def test_excerpts_by_hand():
    notes = note_table(
        piece=["a"] * 4 + ["b"],
        onset=[0, 90, 100, 200, 10],
        duration=[10, 20, 30, 60, 5],
        pitch=[60, 62, 64, 65, 67],
    )
    cut = excerpts(notes, beats=4)  # 96 ticks
    assert rows(cut, "piece", "onset", "duration", "pitch") == [
        ("a#0000", 0, 10, 60),
        ("a#0000", 90, 6, 62),  # runs over the cut
        ("a#0001", 4, 30, 64),
        ("a#0002", 8, 60, 65),  # what is left, 192 to 260, is more than half
        ("b#0000", 10, 5, 67),  # all there is
    ]
    assert piece_of("a#b#0001") == "a#b"


def test_an_excerpt_lasts_through_the_silence_at_its_end_unless_the_piece_ends():
    notes = note_table(piece=["a", "a", "b"], onset=[10, 200, 3], duration=[20, 60, 11], pitch=[60, 62, 64])
    assert excerpt_lengths(notes, beats=4) == {"a#0000": 96, "a#0002": 68, "b#0000": 14}


def test_a_short_end_is_dropped():
    notes = note_table(piece="a", onset=[0, 96], duration=[96, 47], pitch=[60, 62])
    assert rows(excerpts(notes, beats=4), "piece", "pitch") == [("a#0000", 60)]
    half = note_table(piece="a", onset=[0, 96], duration=[96, 48], pitch=[60, 62])
    assert rows(excerpts(half, beats=4), "piece", "pitch") == [("a#0000", 60), ("a#0001", 62)]


@pytest.mark.parametrize("texture", ["melody", "voices", "chords"])
def test_excerpts_of_real_music_hold_its_notes(texture):
    notes = bach.split("test", texture)
    cut = excerpts(notes)
    assert (cut["onset"] + cut["duration"]).max() == 384
    kept = cut["onset"] + 384 * cut["piece"].str[-4:].astype(int)
    known = set(zip(notes["piece"], notes["track"], notes["onset"], notes["pitch"], strict=True))
    assert set(zip(map(piece_of, cut["piece"]), cut["track"], kept, cut["pitch"], strict=True)) <= known
    assert len(cut) > 0.9 * len(notes)
    assert np.bincount(cut["onset"] % 24).argmax() == 0
