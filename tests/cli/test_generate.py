"""`counterpoint generate`, from a real store to real files."""

import json
import wave
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from counterpoint.cli import app
from counterpoint.cli.options import FormatName
from counterpoint.models import catalog
from counterpoint.models.folder import Manifest
from counterpoint.models.generator import Sampling
from counterpoint.notes.midi import read_midi, write_midi
from counterpoint.serving.request import FORMATS


def command(*words: object) -> Result:
    return CliRunner().invoke(app, ["generate", *map(str, words)])


def pitches(path: Path) -> list[tuple[int, int]]:
    notes, _ = read_midi(path.read_bytes(), "x", max_notes=1000, max_beats=1000)
    return list(zip(notes["onset"].tolist(), notes["pitch"].tolist(), strict=True))


def test_the_champion_writes_what_its_folder_generates(project: Path, manifest: Manifest, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = Sampling(count=3, length=17, temperature=0.75, duration_temperature=1.25, top_k=5, top_p=0.875, seed=21)
    got = command(
        "-n", 3, "--length", 17, "--temperature", 0.75, "--duration-temperature", 1.25, "--top-k", 5,
        "--top-p", 0.875, "--seed", 21, "--tempo", 96, "-o", out,
    )  # fmt: skip
    assert got.exit_code == 0, got.output
    notes = catalog.load(project / "trained" / "attention_lstm").generate(asked)
    assert sorted(path.name for path in out.iterdir()) == ["piece-000.mid", "piece-001.mid", "piece-002.mid"]
    for number in range(3):
        piece = notes[notes["piece"] == f"{number:03d}"].reset_index(drop=True)
        said = (f"counterpoint {manifest.run_name}", f"seed 21, piece {number} of 3")
        written = (out / f"piece-{number:03d}.mid").read_bytes()
        assert written == write_midi(piece, tempo_bpm=96.0, track_names=("melody",), text=said)


@pytest.mark.parametrize("spec", ["attention_lstm", "attention_lstm@1", "champion@1", "1"])
def test_every_way_to_name_a_model(project: Path, tmp_path: Path, spec: str) -> None:
    assert command("-m", spec, "--seed", 2, "--length", 4, "-o", tmp_path).exit_code == 0
    assert (tmp_path / "piece-000.mid").is_file()


def test_a_model_that_is_not_there_lists_what_is(project: Path, manifest: Manifest, tmp_path: Path) -> None:
    got = command("--model", "musegan", "-o", tmp_path)
    assert got.exit_code == 1
    assert "'musegan' names no version" in got.output
    assert manifest.run_name in got.output
    assert not list(tmp_path.iterdir())


def test_files_that_are_there_are_kept_unless_forced(project: Path, tmp_path: Path) -> None:
    (tmp_path / "piece-001.mid").write_bytes(b"mine")
    got = command("-n", 2, "--length", 4, "--seed", 1, "-o", tmp_path)
    assert got.exit_code == 1
    assert f"there already: {tmp_path / 'piece-001.mid'};" in got.output
    assert (tmp_path / "piece-001.mid").read_bytes() == b"mine"
    assert not (tmp_path / "piece-000.mid").exists()
    assert command("-n", 2, "--length", 4, "--seed", 1, "-o", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "piece-001.mid").read_bytes().startswith(b"MThd")


def test_what_the_model_does_not_obey_is_refused_by_name(project: Path, tmp_path: Path) -> None:
    got = command("--bars", 4, "--noise-scale", 1, "-o", tmp_path)
    assert got.exit_code == 1
    assert "attention_lstm does not obey bars, noise_scale: leave it out" in got.output
    assert "of at most" not in got.output  # no work is announced
    assert not list(tmp_path.iterdir())


def test_greedy_pieces_are_all_the_likeliest(project: Path, tmp_path: Path) -> None:
    assert command("--greedy", "-n", 2, "--seed", 1, "--length", 9, "-o", tmp_path).exit_code == 0
    assert pitches(tmp_path / "piece-000.mid") == pitches(tmp_path / "piece-001.mid")
    assert command("-n", 2, "--seed", 1, "--length", 9, "-o", tmp_path, "--force").exit_code == 0
    assert pitches(tmp_path / "piece-000.mid") != pitches(tmp_path / "piece-001.mid")


def test_every_format_of_the_same_piece(project: Path, tmp_path: Path) -> None:
    kinds = [word for kind in FORMATS for word in ("-f", kind)]
    assert command(*kinds, "--seed", 1, "--length", 5, "--key", "D", "-o", tmp_path).exit_code == 0
    names = [f"piece-000.{suffix}" for suffix in ("mid", "musicxml", "png", "svg", "wav")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.json", *names]
    assert (tmp_path / "piece-000.png").read_bytes().startswith(b"\x89PNG")
    with wave.open(str(tmp_path / "piece-000.wav")) as sound:
        assert sound.getnframes() > 0
    (piece,) = json.loads((tmp_path / "notes.json").read_text())["pieces"]
    assert pitches(tmp_path / "piece-000.mid") == [(note["onset"], note["pitch"]) for note in piece["notes"]]
    assert piece["key"].startswith("D ")


def test_formats_are_the_services() -> None:
    assert tuple(FormatName) == FORMATS


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("-n", "0"), "--count: got 0, allowed: a whole number from 1 to 64"),
        (("--top-p", "1.5"), "--top-p: got 1.5, allowed: a number above 0 and at most 1"),
        (("--bars", "257"), "--bars: got 257, allowed: a whole number from 1 to 256"),
        (("--noise-scale", "5.5"), "--noise-scale: got 5.5, allowed: a number from 0 to 5"),
        (("--temperature", "nan"), "--temperature: got nan, allowed: a number from 0 to 5"),
        (("--key", "H"), "--key: got H, allowed: a tonic, C to B, with # or b, such as F# or Bb"),
        (("--tempo", "9"), "--tempo: got 9, allowed: a number from 20 to 400 quarter notes a minute"),
    ],
)
def test_what_cannot_be_asked_for(project: Path, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    got = command(*words, "-o", tmp_path)
    assert got.exit_code == 1
    assert says in got.output


def test_outside_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    got = command("-o", tmp_path)
    assert got.exit_code == 1
    assert "run this inside a Counterpoint project" in got.output


def test_the_seed_that_was_drawn_is_said(project: Path, tmp_path: Path) -> None:
    got = command("--length", 6, "-o", tmp_path / "first")
    seed = got.output.split("seed ")[1].split()[0]
    assert command("--length", 6, "--seed", seed, "-o", tmp_path / "again").exit_code == 0
    first, again = (tmp_path / name / "piece-000.mid" for name in ("first", "again"))
    assert first.read_bytes() == again.read_bytes()
