import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation.textures import render
from counterpoint.models.ngram.voices import imitate, notes_of, slices
from counterpoint.notes.table import note_table
from tests.evaluation import bach

COLUMNS = ["piece", "track", "onset", "duration", "pitch"]
# Soprano struck twice at one pitch, alto begins late, tenor is silent, bass is held.
FOUR = note_table(piece="a", track=[0, 0, 1, 3], onset=[0, 12, 6, 0], duration=[12, 12, 18, 24], pitch=[72, 72, 65, 48])


def test_slices_by_hand():
    assert slices(FOUR)["a"].tolist() == [
        [72, -1, -1, 48, 1, 0, 0, 1, 6],
        [72, 65, -1, 48, 0, 1, 0, 0, 6],
        [72, 65, -1, 48, 1, 0, 0, 0, 12],
    ]


@pytest.mark.parametrize("split", ["validation", "test"])
def test_real_chorales_come_back(split):
    notes = bach.split(split, "voices")
    assert notes_of(slices(notes))[COLUMNS].equals(notes[COLUMNS])
    assert notes_of(slices(FOUR))[COLUMNS].equals(FOUR[COLUMNS])


def chords(piece: str, names: str):
    """A piece of four-voice chords, a quarter each: the same for the same letter."""
    place = np.repeat(np.arange(len(names)), 4)
    voice = np.tile(np.arange(4), len(names))
    letter = np.array([ord(name) - ord("A") for name in names])[place]
    return note_table(piece=piece, track=voice, onset=24 * place, duration=24, pitch=72 - 6 * voice + letter)


def test_an_unknown_slice_is_no_beginning_of_a_piece():
    # C follows B in training, and every piece begins with A; U is not there.
    training = pd.concat([chords(f"t{i}", "ABCBCBC") for i in range(20)], ignore_index=True)
    validation = chords("v", "ABC" + "UBC" * 6)
    known = {row.tobytes() for table in slices(training).values() for row in table}
    assert sum(row.tobytes() not in known for row in slices(validation)["v"]) == 6
    _, who = imitate(training, validation, orders=2, count=1, length=5, seed=1)
    assert who.endswith("order 2")


def test_imitations_are_four_voices_of_known_slices():
    training, validation = bach.split("train", "voices"), bach.split("validation", "voices")
    small = training[training["piece"].isin(sorted(training["piece"].unique())[:40])]
    notes, who = imitate(small, validation, orders=3, count=5, length=40, seed=3)
    assert who.endswith(("order 1", "order 2", "order 3"))
    known = {row.tobytes() for table in slices(small).values() for row in table}
    # Two slices in which the same pitches are held may be one in the notes, and what was held may have to be struck.
    pitches = {np.frombuffer(row, np.int64)[:4].tobytes() for row in known}
    assert all(row[:4].tobytes() in pitches for table in slices(notes).values() for row in table)
    assert set(notes["track"]) == {0, 1, 2, 3}
    assert render(notes, "voices")["piece"].nunique() == notes["piece"].nunique() <= 5
    again, _ = imitate(small, validation, orders=3, count=5, length=40, seed=3)
    assert again.equals(notes)
    assert not np.array_equal(imitate(small, validation, orders=3, count=5, length=40, seed=4)[0], notes)
