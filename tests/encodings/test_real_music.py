"""Real MIDI files, from bytes to tokens and back."""

from pathlib import Path

import pandas as pd
import pytest

from counterpoint.encodings import events, vocabulary
from counterpoint.encodings.pitch_sets import to_pitches
from counterpoint.notes import lines, midi
from counterpoint.notes.table import TICKS_PER_QUARTER

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(DATA.glob("chorales/*.mid")) + sorted(DATA.glob("freedoom/*.mid"))


@pytest.fixture(scope="module")
def melodies() -> pd.DataFrame:
    tables = [midi.read_midi(file.read_bytes(), file.stem, max_notes=50_000, max_beats=5_000)[0] for file in FILES]
    return lines.highest_line(pd.concat(tables, ignore_index=True))


def test_every_line_comes_back_from_its_tokens(melodies):
    encoded = events.encode(melodies, "melody")
    assert set(encoded.pieces) == {file.stem for file in FILES}
    known = vocabulary.fit("melody", encoded)
    back = events.decode(known.events(known.tokens(encoded)))
    columns = ["piece", "onset", "duration", "pitch"]
    pd.testing.assert_frame_equal(back[columns], melodies[columns])


def test_a_chorale_in_the_opening_by_hand():
    notes, _ = midi.read_midi((DATA / "chorales" / "bwv66.6.mid").read_bytes(), "bwv66.6", max_notes=999, max_beats=999)
    opening = events.encode(lines.highest_line(notes), "melody")
    # Christ ist erstanden, the soprano: C sharp and B in eighths, then A, B, C sharp, E in quarters.
    assert to_pitches(opening.chords[:6]) == ((73,), (71,), (69,), (71,), (73,), (76,))
    assert opening.ticks[:6].tolist() == [12, 12, 24, 24, 24, 24]


@pytest.mark.parametrize("file", sorted(DATA.glob("chorales/*.mid")), ids=lambda file: file.stem)
def test_chords_are_those_that_music21_makes(file):
    """The same slices, offset, duration and pitches, as `chordify` on the same file."""
    from music21 import converter

    notes, _ = midi.read_midi(file.read_bytes(), file.stem, max_notes=9_999, max_beats=9_999)
    encoded = events.encode(notes, "chords")
    ends = encoded.ticks.cumsum()
    ours = [
        (int(end - ticks), int(ticks), pitches)
        for end, ticks, pitches in zip(ends, encoded.ticks, to_pitches(encoded.chords), strict=True)
        if pitches
    ]
    theirs: list[tuple[int, int, tuple[int, ...]]] = []
    for chord in converter.parse(file, forceSource=True).chordify().flatten().getElementsByClass("Chord"):
        onset, ticks = (round(quarters * TICKS_PER_QUARTER) for quarters in (chord.offset, chord.quarterLength))
        pitches = tuple(sorted({pitch.midi for pitch in chord.pitches}))
        goes_on = all(note.tie is not None and note.tie.type in ("stop", "continue") for note in chord.notes)
        if goes_on and theirs and theirs[-1][2] == pitches:  # nothing begins: music21 cuts at bar lines too
            theirs[-1] = (theirs[-1][0], theirs[-1][1] + ticks, pitches)
        else:
            theirs.append((onset, ticks, pitches))
    assert len(ours) > 30 and ours == theirs


def test_chords_of_real_music_come_back_from_their_tokens():
    tables = [midi.read_midi(file.read_bytes(), file.stem, max_notes=50_000, max_beats=5_000)[0] for file in FILES]
    notes = pd.concat(tables, ignore_index=True)
    encoded = events.encode(notes[~notes["is_drum"]], "chords")
    known = vocabulary.fit("chords", encoded)
    assert known.note_size > 500
    back = events.encode(events.decode(known.events(known.tokens(encoded))), "chords")
    assert (
        back.pieces == encoded.pieces and (back.chords == encoded.chords).all() and (back.ticks == encoded.ticks).all()
    )
