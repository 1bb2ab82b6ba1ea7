"""`counterpoint render`, from real files to real files."""

import wave
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from click.testing import Result
from typer.testing import CliRunner

from counterpoint.cli import app
from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import note_table

THEME = note_table(piece="x", onset=[0, 24, 48], duration=[24, 24, 48], pitch=[60, 64, 67])


def command(*words: object) -> Result:
    return CliRunner().invoke(app, ["render", *map(str, words)])


def theme(folder: Path, name: str = "theme.mid") -> Path:
    (folder / name).write_bytes(write_midi(THEME, tempo_bpm=60.0))
    return folder / name


def test_a_file_is_heard_beside_it_at_its_own_tempo(tmp_path: Path) -> None:
    assert command(theme(tmp_path)).exit_code == 0
    with wave.open(str(tmp_path / "theme.wav")) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        assert 4 < sound.getnframes() / sound.getframerate() < 7  # four quarter notes, and what rings on
    assert 8_000 < np.abs(samples.astype(int)).max() < 32_767


def test_files_are_seen_in_another_folder(tmp_path: Path) -> None:
    files = [theme(tmp_path, name) for name in ("a.mid", "b.mid")]
    assert command(*files, "-f", "svg", "-f", "png", "-f", "musicxml", "-o", tmp_path / "out").exit_code == 0
    kinds = ("musicxml", "png", "svg")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"{of}.{kind}" for of in "ab" for kind in kinds
    ]
    pitches = [pitch.findtext("step") for pitch in ElementTree.parse(tmp_path / "out/a.musicxml").iter("pitch")]
    assert pitches == ["C", "E", "G"]


def test_files_that_are_there_are_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "theme.wav").write_bytes(b"mine")
    got = command(theme(tmp_path))
    assert (got.exit_code, (tmp_path / "theme.wav").read_bytes()) == (1, b"mine")
    assert f"there already: {tmp_path / 'theme.wav'};" in got.output
    assert command(tmp_path / "theme.mid", "--force").exit_code == 0


def test_what_cannot_be_rendered_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    assert f"{tmp_path / 'broken.mid'} cannot be rendered" in command(tmp_path / "broken.mid").output
    assert "there is no such file" in command(tmp_path / "missing.mid").output
    assert "--format: got midi, allowed: musicxml" in command(theme(tmp_path), "-f", "midi").output
    assert "--tempo: got 5, allowed: a number from 20 to 400" in command(theme(tmp_path), "--tempo", 5).output
    (tmp_path / "other").mkdir()
    got = command(theme(tmp_path), theme(tmp_path / "other"), "-o", tmp_path / "out")
    assert "two of the files would be written to one place" in got.output
