"""MusicXML, read back by music21: the same notes, spelt and barred as a person would."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from music21 import converter

from counterpoint.notes.midi import read_midi
from counterpoint.notes.musicxml import on_grid, to_musicxml
from counterpoint.notes.table import empty_notes, note_table

DATA = Path(__file__).parents[1] / "data"


def read(name: str) -> pd.DataFrame:
    return read_midi((DATA / f"{name}.mid").read_bytes(), name, max_notes=9_999, max_beats=999)[0]


def read_back(text: str) -> list[tuple[int, int, int, int]]:
    """Track, onset and duration in ticks, MIDI number of every note, tied heads joined."""
    found = []
    for track, part in enumerate(converter.parse(text, format="musicxml").parts):
        held: dict[int, int] = {}
        for element in part.flatten().notes:
            begin = Fraction(element.offset) * 24
            end = begin + Fraction(element.quarterLength) * 24
            assert begin.denominator == end.denominator == 1
            for head in element.notes if element.isChord else [element]:
                kind = head.tie.type if head.tie else None
                onset = held.pop(head.pitch.midi) if kind in ("continue", "stop") else int(begin)
                if kind in ("start", "continue"):
                    held[head.pitch.midi] = onset
                else:
                    found.append((track, onset, int(end) - onset, head.pitch.midi))
        assert not held
    return sorted(found)


def rows(notes: pd.DataFrame) -> list[tuple[int, int, int, int]]:
    return sorted(notes[["track", "onset", "duration", "pitch"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("name", ["bwv17.7", "bwv244.15", "bwv64.8", "bwv66.6", "bwv87.7"])
def test_a_real_chorale_is_read_back_note_for_note(name):
    notes = read(f"chorales/{name}")
    text = to_musicxml(notes, title=name)
    assert read_back(text) == rows(notes)
    assert f'"notes-moved">0 of {len(notes)}<' in text


def test_equal_arguments_give_equal_text_without_a_date():
    notes = read("chorales/bwv66.6")
    first = to_musicxml(notes, title="A & B")
    assert first == to_musicxml(notes, title="A & B")
    assert "date" not in first and "A &amp; B" in first
    assert re.findall(r'<score-part id="([^"]*)"', first) == ["P1", "P2", "P3", "P4"]


def test_a_long_note_is_tied_over_the_bar_line():
    text = to_musicxml(note_table(piece="p", onset=[0, 72], duration=[72, 60], pitch=[60, 65]))
    assert read_back(text) == [(0, 0, 72, 60), (0, 72, 60, 65)]
    assert text.count("<measure ") == 2
    assert re.findall(r'<tie type="(\w+)"', text) == ["start", "stop"]


def test_notes_that_overlap_in_one_part_are_cut_and_tied():
    notes = note_table(piece="p", onset=[0, 24, 36], duration=[96, 24, 60], pitch=[48, 64, 67])
    assert read_back(to_musicxml(notes)) == rows(notes)


@pytest.mark.parametrize(
    ("fifths", "pitches", "names"),
    [
        (0, [61, 63, 66, 68, 70], ["C#", "E-", "F#", "G#", "B-"]),
        (-4, [61, 63, 66, 68, 69], ["D-", "E-", "G-", "A-", "A"]),
        (4, [61, 63, 65, 72, 70], ["C#", "D#", "E#", "B#", "A#"]),
        (-7, [59, 64, 60, 61], ["C-", "F-", "C", "D-"]),
    ],
)
def test_accidentals_are_those_of_the_key(fifths, pitches, names):
    count = len(pitches)
    notes = note_table(piece="p", onset=np.arange(count) * 12, duration=[12] * count, pitch=pitches)
    score = converter.parse(to_musicxml(notes, key_fifths=fifths), format="musicxml")
    assert [note.pitch.name for note in score.flatten().notes] == names
    assert [note.pitch.midi for note in score.flatten().notes] == pitches
    assert next(iter(score.recurse().getElementsByClass("KeySignature"))).sharps == fifths


def test_the_likeliest_key_is_taken_where_none_is_given():
    a_minor = [57, 59, 60, 62, 64, 65, 68, 69, 69, 64, 60, 57, 63]
    notes = note_table(piece="p", onset=np.arange(13) * 24, duration=[24] * 13, pitch=a_minor)
    text = to_musicxml(notes)
    assert "<fifths>0</fifths>" in text
    spelt = [note.pitch.name for note in converter.parse(text, format="musicxml").flatten().notes]
    assert "G#" in spelt and "D#" in spelt  # the leading notes of A minor and of its dominant
    assert "<fifths>3</fifths>" in to_musicxml(read("chorales/bwv66.6"))


def test_clefs_follow_the_range():
    notes = note_table(piece="p", track=[0, 1, 2], onset=[0, 0, 0], duration=[24] * 3, pitch=[72, 50, 30])
    text = to_musicxml(notes)
    assert re.findall(r"<sign>(\w)</sign>", text) == ["G", "F", "F"]
    assert text.count("<clef-octave-change>-1</clef-octave-change>") == 1


def test_metre_decides_the_bars():
    notes = note_table(piece="p", onset=[0, 36, 108], duration=[36, 72, 36], pitch=[60, 62, 64])
    text = to_musicxml(notes, time_signature=(6, 8))
    assert (text.count("<measure "), read_back(text)) == (2, rows(notes))
    assert "<beats>6</beats>" in text and "<beat-type>8</beat-type>" in text


def test_triplets_are_written_as_triplets():
    notes = note_table(piece="p", onset=[0, 8, 16, 24], duration=[8, 8, 8, 24], pitch=[60, 62, 64, 65])
    text = to_musicxml(notes)
    assert text.count("<actual-notes>3</actual-notes>") == 3
    assert read_back(text) == rows(notes)


def test_what_no_score_can_show_is_moved_least_and_counted():
    notes = note_table(piece="p", onset=[1, 24, 49], duration=[23, 1, 7], pitch=[60, 62, 64])
    moved = on_grid(notes)
    assert rows(moved) == [(0, 0, 24, 60), (0, 24, 6, 62), (0, 48, 8, 64)]
    assert 'name="notes-moved">3 of 3<' in to_musicxml(notes)
    assert read_back(to_musicxml(notes)) == rows(moved)


def test_a_note_struck_again_ends_the_one_before():
    notes = note_table(piece="p", onset=[0, 24, 24], duration=[72, 12, 48], pitch=[60, 60, 64])
    assert read_back(to_musicxml(notes)) == [(0, 0, 24, 60), (0, 24, 12, 60), (0, 24, 48, 64)]


def test_a_bar_line_within_a_quarter_note_is_a_place_of_it():
    """7/16: the first bar ends at tick 42, where eighth triplets have no place."""
    notes = note_table(piece="p", onset=[0, 32, 40], duration=[32, 8, 44], pitch=[60, 62, 64])
    assert rows(on_grid(notes)) == [(0, 0, 32, 60), (0, 32, 8, 62), (0, 40, 44, 64)]
    moved = on_grid(notes, bar_ticks=42)
    assert rows(moved) == [(0, 0, 33, 60), (0, 33, 6, 62), (0, 39, 45, 64)]
    assert read_back(to_musicxml(notes, time_signature=(7, 16))) == rows(moved)


NOTES = st.lists(
    st.tuples(st.integers(0, 250), st.integers(1, 150), st.integers(21, 108), st.integers(0, 2)),
    min_size=1,
    max_size=12,
)


METRES = st.sampled_from([(4, 4), (3, 4), (6, 8), (5, 8), (7, 16), (3, 32)])


@settings(max_examples=20)
@given(NOTES, METRES)
def test_any_notes_are_written_where_the_grid_has_them(drawn, metre):
    onsets, durations, pitches, tracks = (list(column) for column in zip(*drawn, strict=True))
    notes = note_table(piece="p", onset=onsets, duration=durations, pitch=pitches, track=tracks)
    moved = on_grid(notes, bar_ticks=96 * metre[0] // metre[1])
    assert (np.sort(moved["onset"]) - np.sort(notes["onset"])).max() <= 3
    number = {track: place for place, track in enumerate(sorted(moved["track"].unique()))}
    expected: dict[tuple[int, int, int], int] = {}
    for track, onset, duration, pitch in rows(moved.assign(track=moved["track"].map(number))):
        for struck, until in list(expected.items()):
            if struck[0] == track and struck[2] == pitch and struck[1] < onset < until:
                expected[struck] = onset
        expected[track, onset, pitch] = max(onset + duration, expected.get((track, onset, pitch), 0))
    found = read_back(to_musicxml(notes, time_signature=metre))
    assert found == sorted((track, onset, until - onset, pitch) for (track, onset, pitch), until in expected.items())


def test_drums_are_left_out_and_silence_is_a_rest():
    drums = note_table(piece="p", onset=[0], duration=[24], pitch=[38], is_drum=True)
    for nothing in (drums, empty_notes()):
        text = to_musicxml(nothing)
        assert "<rest" in text and "<pitch>" not in text


def test_what_is_no_score_is_refused():
    two = note_table(piece=["p", "q"], onset=[0, 0], duration=[24, 24], pitch=[60, 62])
    one = two[two["piece"] == "p"]
    with pytest.raises(ValueError, match="2 pieces"):
        to_musicxml(two)
    with pytest.raises(ValueError, match="metre 4/5"):
        to_musicxml(one, time_signature=(4, 5))
    with pytest.raises(ValueError, match="a key of 9 fifths"):
        to_musicxml(one, key_fifths=9)
    with pytest.raises(ValueError, match="2001 bars, at most 2000"):
        to_musicxml(one.assign(onset=96 * 2_000))


def test_parts_are_called_as_their_tracks_are():
    notes = note_table(piece="p", track=[0, 2], onset=[0, 0], duration=[24, 24], pitch=[72, 48])
    for names, expected in (((), ["Track 1", "Track 3"]), (("soprano", "alto"), ["soprano", "Track 3"])):
        text = to_musicxml(notes, track_names=names)
        assert re.findall("<part-name>(.*?)</part-name>", text) == expected
