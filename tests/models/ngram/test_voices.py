import numpy as np
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


def test_imitations_are_four_voices_of_known_slices():
    training, validation = bach.split("train", "voices"), bach.split("validation", "voices")
    small = training[training["piece"].isin(sorted(training["piece"].unique())[:40])]
    notes, who = imitate(small, validation, orders=3, count=5, length=40, seed=3)
    assert who.endswith(("order 1", "order 2", "order 3"))
    known = {row.tobytes() for table in slices(small).values() for row in table}
    pitches = {row[:8] for row in known}
    # Two slices that sound and strike alike may be one in the notes only if nothing is struck: so ticks may add up.
    assert all(row.tobytes()[:8] in pitches for table in slices(notes).values() for row in table)
    assert set(notes["track"]) == {0, 1, 2, 3}
    assert render(notes, "voices")["piece"].nunique() == notes["piece"].nunique() <= 5
    again, _ = imitate(small, validation, orders=3, count=5, length=40, seed=3)
    assert again.equals(notes)
    assert not np.array_equal(imitate(small, validation, orders=3, count=5, length=40, seed=4)[0], notes)
