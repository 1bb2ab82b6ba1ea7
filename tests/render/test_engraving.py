"""Engraved scores: what stands in them, and that they need nothing from outside."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table
from counterpoint.render.engraving import to_svg

DATA = Path(__file__).parents[1] / "data"


def count(svg: str, kind: str) -> int:
    """How many groups of a class, as verovio names them, are drawn."""
    return sum(kind in group.get("class", "").split() for group in ElementTree.fromstring(svg).iter())


def test_a_real_chorale_has_all_its_notes_and_four_staves_a_bar():
    notes = read_midi((DATA / "chorales/bwv66.6.mid").read_bytes(), "p", max_notes=999, max_beats=99)[0]
    svg = to_svg(notes, bars=2)
    begun = notes[notes["onset"] < 2 * 96]
    assert count(svg, "measure") == 2 and count(svg, "staff") == 8
    assert count(svg, "notehead") == len(begun)
    assert svg == to_svg(notes, bars=2) != to_svg(notes, bars=3)


def test_nothing_from_outside_is_needed():
    svg = to_svg(note_table(piece="p", onset=[0, 30], duration=[20, 90], pitch=[61, 66]))
    addresses = set(re.findall(r'https?://[^"\s)]+', svg))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "@import" not in svg and "url(" not in svg and "<script" not in svg
    assert all(address.startswith("#") for address in re.findall(r'href="([^"]*)"', svg))


def test_it_has_a_size_of_its_own_and_a_last_note_is_cut():
    svg = to_svg(note_table(piece="p", onset=[0], duration=[24 * 40], pitch=[60]), bars=3, width=700)
    width, height = (float(number) for number in ElementTree.fromstring(svg).get("viewBox", "").split()[2:])
    assert width == 700 and 40 < height < 700
    assert count(svg, "measure") == 3 and count(svg, "tie") == 2


def test_silence_and_drums_are_rests():
    drums = note_table(piece="p", onset=[0], duration=[24], pitch=[38], is_drum=True)
    for nothing in (drums, empty_notes()):
        svg = to_svg(nothing)
        assert count(svg, "notehead") == 0 and count(svg, "rest") + count(svg, "mRest") == 1


def test_no_bars_are_refused():
    with pytest.raises(ValueError, match="0 bars"):
        to_svg(empty_notes(), bars=0)
