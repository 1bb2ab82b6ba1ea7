import pytest

from counterpoint.registry.card import description


@pytest.mark.parametrize("length", [0, 1, 4999, 5000])
def test_a_card_that_fits_is_the_description(length):
    assert description("x" * length) == "x" * length


def test_a_longer_one_is_cut_after_a_line_and_says_where_the_rest_is():
    lines = [f"line {number:04d}" for number in range(1000)]
    card = "\n".join(lines)
    shown = description(card)
    kept, note = shown.split("\n\n…")
    assert len(shown) <= 5000
    assert kept.splitlines() == lines[: len(kept.splitlines())]
    assert len(shown) > 4950
    assert "`card.md`" in note


def test_one_endless_line_is_cut_too():
    shown = description("x" * 5001)
    assert len(shown) == 5000
    assert "`card.md`" in shown
