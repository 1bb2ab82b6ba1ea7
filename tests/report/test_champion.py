import pytest

from counterpoint.report.champion import answer, key_measures, measured, nearest_first
from counterpoint.report.contents import Generator, Row, Texture
from tests.report.invented import judgement


def row(name: str, value: float | None, low: float | None, high: float | None, kind: str = "generator") -> Row:
    return Row(name, name.title(), kind, {"distance_to_real": {"value": value, "low": low, "high": high}})


GENERATORS = (Generator("lstm", "Lstm"), Generator("gan", "Gan", failed={"collapsed": "all alike"}))
REFERENCES = (row("noise", 2.0, 1.9, 2.1, "reference"), row("bach", 0.1, 0.05, 0.2, "reference"))


def test_rows_stand_nearest_first_and_unknown_ones_last():
    rows = (row("a", None, None, None), row("b", 0.7, 0.6, 0.8), row("c", 0.3, 0.2, 0.4), row("d", float("nan"), 0, 1))
    assert [each.name for each in nearest_first(Texture("melody", "Melody", rows))] == ["c", "b", "a", "d"]


def test_the_nearest_is_named_with_its_neighbours():
    texture = Texture("melody", "Melody", (*REFERENCES, row("gan", 0.9, 0.8, 1.1), row("lstm", 0.3, 0.25, 0.4)))
    assert answer(texture, GENERATORS) == (
        "Lstm stands nearest to the held-out music: 0.300, 95 % interval 0.250 to 0.400. It is farther away than "
        "“Bach” and nearer than “Noise”."
    )


@pytest.mark.parametrize(("low", "alike"), [(0.41, False), (0.39, True), (None, False)])
def test_what_is_not_told_apart_is_said(low, alike):
    texture = Texture("melody", "Melody", (row("lstm", 0.3, 0.25, 0.4), row("gan", 0.5, low, 0.6)))
    said = answer(texture, GENERATORS)
    assert ("Its interval overlaps with that of Gan: they are not told apart." in said) is alike


def test_a_failed_guard_is_said_of_the_nearest():
    texture = Texture("melody", "Melody", (row("gan", 0.3, 0.25, 0.4), *REFERENCES[:1]))
    said = answer(texture, GENERATORS)
    assert said.startswith("Gan is the only generator: 0.300") and "But it failed a guard (collapsed)" in said
    assert "farther" not in said and said.endswith("It is nearer than “Noise”.")


def test_without_a_distance_there_is_no_answer():
    said = answer(Texture("melody", "Melody", REFERENCES), GENERATORS)
    assert said == "No generator writes in this texture: the rows show what its numbers are worth."


def test_music_that_it_is_not_told_apart_from_is_neither_nearer_nor_farther():
    rows = (*REFERENCES, row("spoilt", 0.35, 0.3, 0.5, "reference"), row("lstm", 0.3, 0.25, 0.4))
    said = answer(Texture("melody", "Melody", rows), GENERATORS)
    assert "not told apart from “Spoilt”. It is farther away than “Bach” and nearer than “Noise”." in said


def test_key_measures_are_those_asked_for_or_one_a_family():
    rows = (Row("lstm", "Lstm", "generator", judgement(0.3, 5)),)
    names = [measure["name"] for measure in key_measures(Texture("melody", "Melody", rows))]
    assert names == ["used_pitch_classes", "qualified_notes", "empty_bars"]
    asked = Texture("melody", "Melody", rows, key_measures=("groove_consistency", "pitch_range", "nothing_such"))
    assert [measure["name"] for measure in key_measures(asked)] == ["groove_consistency", "pitch_range"]
    assert measured(rows[0], "pitch_range") == pytest.approx(17.3 * 1.1)
    assert measured(rows[0], "nothing_such") is measured(REFERENCES[0], "pitch_range") is None
