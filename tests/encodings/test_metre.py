import numpy as np
import pandas as pd
import pytest

from counterpoint.encodings.metre import wrong_metre


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


@pytest.mark.parametrize(("metre", "tick", "wrong"), [((4, 4), 240, True), ((5, 4), 240, False), ((5, 8), 240, False)])
def test_a_signature_within_a_bar_moves_the_bar_lines(metre, tick, wrong):
    found = wrong_metre(piece_table(moved=[(0, *metre), (tick, *metre)]), metre)
    assert found == ({"moved": "its bar lines move: 4/4 begins anew within bar 3"} if wrong else {})
