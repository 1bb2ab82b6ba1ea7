"""`counterpoint continue`, from a real store and a real file to real files."""

from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from counterpoint.cli import app
from counterpoint.notes.midi import read_midi, write_midi
from counterpoint.notes.table import note_table

THEME = write_midi(
    note_table(piece="theme", onset=[48, 72, 72], duration=[24, 12, 12], pitch=[62, 65, 48]), tempo_bpm=60.0
)
DRUMS = write_midi(note_table(piece="x", onset=[0], duration=[12], pitch=[36], is_drum=[True]), tempo_bpm=60.0)


def command(folder: Path, *words: object, theme: bytes = THEME) -> Result:
    (folder / "theme.mid").write_bytes(theme)
    return CliRunner().invoke(app, ["continue", str(folder / "theme.mid"), *map(str, words), "-o", str(folder / "out")])


def test_every_piece_begins_with_the_primer_from_its_first_note(project: Path, tmp_path: Path) -> None:
    got = command(tmp_path, "-m", "champion", "--length", 30, "-n", 2, "--seed", 6)
    assert got.exit_code == 0, got.output
    assert "2 continuations of theme.mid, seed 6" in got.output
    for number in range(2):
        content = (tmp_path / "out" / f"piece-{number:03d}.mid").read_bytes()
        notes, facts = read_midi(content, "x", max_notes=1000, max_beats=1000)
        assert list(zip(notes["onset"], notes["pitch"], strict=True))[:2] == [(0, 62), (24, 65)]
        assert len(notes) > 2
        assert round(facts.tempo_bpm) == 60  # the primer's own


def test_a_primer_must_leave_room(project: Path, tmp_path: Path) -> None:
    got = command(tmp_path, "--length", 2)
    assert got.exit_code == 1
    assert "the primer has 2 events" in got.output


def test_a_primer_that_is_no_midi(project: Path, tmp_path: Path) -> None:
    got = command(tmp_path, theme=b"RIFF")
    assert got.exit_code == 1
    assert f"the primer {tmp_path / 'theme.mid'} cannot be read" in got.output


def test_a_primer_of_drums_alone(project: Path, tmp_path: Path) -> None:
    got = command(tmp_path, theme=DRUMS)
    assert got.exit_code == 1
    assert "has no melody: all its notes are drums" in got.output
