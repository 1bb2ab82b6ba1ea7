"""Real MIDI files, from bytes to tokens and back."""

from pathlib import Path

import pandas as pd
import pytest

from counterpoint.encodings import events, vocabulary
from counterpoint.notes import lines, midi

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(DATA.glob("chorales/*.mid")) + sorted(DATA.glob("freedoom/*.mid"))


@pytest.fixture(scope="module")
def melodies() -> pd.DataFrame:
    tables = [midi.read_midi(file.read_bytes(), file.stem, max_notes=50_000, max_beats=5_000)[0] for file in FILES]
    return lines.highest_line(pd.concat(tables, ignore_index=True))


def test_every_line_comes_back_from_its_tokens(melodies):
    encoded = events.encode(melodies)
    assert set(encoded.pieces) == {file.stem for file in FILES}
    known = vocabulary.fit(encoded)
    back = events.decode(known.events(known.tokens(encoded)))
    columns = ["piece", "onset", "duration", "pitch"]
    pd.testing.assert_frame_equal(back[columns], melodies[columns])


def test_a_chorale_in_the_opening_by_hand():
    notes, _ = midi.read_midi((DATA / "chorales" / "bwv66.6.mid").read_bytes(), "bwv66.6", max_notes=999, max_beats=999)
    opening = events.encode(lines.highest_line(notes))
    # Christ ist erstanden, the soprano: C sharp and B in eighths, then A, B, C sharp, E in quarters.
    assert opening.pitches[:6].tolist() == [73, 71, 69, 71, 73, 76]
    assert opening.ticks[:6].tolist() == [12, 12, 24, 24, 24, 24]
