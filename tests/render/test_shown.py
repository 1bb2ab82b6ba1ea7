"""Pieces as a person takes them in: the names of their tracks are in the MIDI and in the pictures."""

from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import note_table
from counterpoint.render.pianoroll import draw, draw_grid
from counterpoint.render.shown import show

NAMES = ("soprano", "alto", "tenor")
NOTES = note_table(
    piece=["000", "000", "002", "002"],
    track=[0, 2, 1, 2],
    onset=[0, 24, 12, 36],
    duration=[24, 48, 6, 18],
    pitch=[72, 50, 64, 55],
)


def test_pieces_are_heard_and_seen_with_the_names_of_their_tracks(tmp_path):
    show(NOTES, ["000", "001"], tmp_path, "choir", 90.0, NAMES)
    shown = [f"{piece}.{kind}" for piece in ("000", "001") for kind in ("mid", "png", "wav")]
    assert sorted(file.name for file in tmp_path.iterdir()) == [*shown, "all.png"]
    _, facts = read_midi((tmp_path / "000.mid").read_bytes(), "000", max_notes=9, max_beats=9)
    assert facts.track_names == ("soprano", "tenor")
    first = NOTES[NOTES["piece"] == "000"]
    draw(first, tmp_path / "named.png", title="choir, piece 000", track_names=NAMES)
    assert (tmp_path / "000.png").read_bytes() == (tmp_path / "named.png").read_bytes()
    draw_grid(first, tmp_path / "grid.png", ["piece 000"], track_names=NAMES)
    assert (tmp_path / "all.png").read_bytes() == (tmp_path / "grid.png").read_bytes()
