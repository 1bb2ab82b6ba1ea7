import numpy as np
import pandas as pd

from counterpoint.encodings.metre import wrong_metre
from counterpoint.notes.table import read_pieces
from tests.stages.small import BACH


def piece_table(**signatures: list[tuple[int, int, int]]) -> pd.DataFrame:
    """Piece → (tick, numerator, denominator), held as Parquet gives it back: arrays of dictionaries."""
    named = ("tick", "numerator", "denominator")
    held = [np.array([dict(zip(named, one, strict=True)) for one in of], object) for of in signatures.values()]
    return pd.DataFrame({"piece": list(signatures), "time_signatures": held})


def test_the_metre_throughout_is_right():
    pieces = piece_table(silent=[], plain=[(0, 4, 4)], said_twice=[(0, 4, 4), (192, 4, 4)], late=[(288, 4, 4)])
    assert wrong_metre(pieces, (4, 4)) == {}


def test_another_metre_is_named():
    pieces = piece_table(waltz=[(0, 3, 4)], alla_breve=[(0, 2, 2)], common=[(0, 4, 4)])
    found = wrong_metre(pieces, (4, 4))
    assert found == {"waltz": "its metre is 3/4, not 4/4", "alla_breve": "its metre is 2/2, not 4/4"}


def test_a_change_is_named_with_its_bar():
    pieces = piece_table(changes=[(0, 4, 4), (480, 7, 8), (564, 4, 4)], waits=[(96, 3, 4)])
    found = wrong_metre(pieces, (4, 4))
    assert found["changes"] == "its metre changes to 7/8 in bar 6"
    assert found["waits"] == "its metre changes to 3/4 in bar 2"


def test_silence_on_metre_is_four_four_and_nothing_else():
    pieces = piece_table(silent=[], waltz=[(0, 3, 4)], becomes_one=[(72, 3, 4)])
    found = wrong_metre(pieces, (3, 4))
    assert found == dict.fromkeys(["silent", "becomes_one"], "its metre is 4/4, not 3/4")


def test_the_same_metre_again_is_no_change_even_within_a_bar():
    assert wrong_metre(piece_table(upbeat=[(0, 4, 4), (456, 4, 4)]), (4, 4)) == {}


def test_the_chorales_that_repeat_are_in_one_metre():
    found = wrong_metre(read_pieces(BACH / "pieces.parquet"), (4, 4))
    assert len(found) == 39 and {reason.partition(" in ")[0] for reason in found.values()} == {
        "its metre is 3/4, not 4/4",
        "its metre is 3/2, not 4/4",
        "its metre changes to 3/4",
    }
