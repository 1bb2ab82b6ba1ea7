"""`counterpoint accompany` and `counterpoint interpolate`, from a real store to real files."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from counterpoint import paths
from counterpoint.cli import app
from counterpoint.models.musegan.generator import MuseGAN
from counterpoint.notes.lines import highest_line
from counterpoint.notes.midi import read_midi, write_midi
from tests.models.musegan.untrained import CHOIR, bach, network, write
from tests.notes.files import END, smf, strike

ROOT = Path(__file__).resolve().parents[2]


def command(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def heard(path: Path) -> pd.DataFrame:
    notes, _ = read_midi(path.read_bytes(), "x", max_notes=9999, max_beats=999)
    return notes[["track", "onset", "duration", "pitch"]]


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose real store holds a MuseGAN and one that accompanies the soprano."""
    import numpy as np

    from counterpoint.encodings.pianoroll import encode
    from counterpoint.models.musegan.given import Given
    from counterpoint.registry.store import connect
    from counterpoint.registry.sync import sync_model

    root = tmp_path_factory.mktemp("choir") / "project"
    (root / paths.MODELS).mkdir(parents=True)
    shutil.copyfile(ROOT / "params.yaml", root / "params.yaml")
    (root / "dvc.yaml").write_text("stages: {}\n")
    real = Given.of(encode(bach(2), CHOIR), np.zeros(2, np.int8), 0)
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME"):
            patch.delenv(variable, raising=False)
        store = connect(root)
        for name, given in (("musegan", None), ("musegan_accompany", 0)):
            made = MuseGAN(name, network(given=given), CHOIR, "argmax", given=None if given is None else real)
            write(root / paths.model(name), made, name=name)
            sync_model(store, root / paths.model(name), root / "no evaluation", root / "no samples")
    return root


@pytest.fixture
def project(registered: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(registered)
    return registered


def test_a_files_melody_gets_other_voices(project: Path, tmp_path: Path) -> None:
    chorale = bach(1)
    (tmp_path / "chorale.mid").write_bytes(write_midi(chorale, tempo_bpm=64.0))
    got = command("accompany", tmp_path / "chorale.mid", "-n", 2, "--seed", 5, "-o", tmp_path)
    assert got.exit_code == 0, got.output
    first, second = (heard(tmp_path / f"piece-00{number}.mid") for number in range(2))
    melody = highest_line(chorale)[["onset", "duration", "pitch"]]
    assert f"chorale.mid: its highest line is taken, {len(melody)} of {len(chorale)} notes" in got.output
    for piece in (first, second):
        assert piece["track"].nunique() == 4
        kept = piece.loc[piece["track"] == 0, ["onset", "duration", "pitch"]]
        assert kept.to_numpy().tolist() == melody.to_numpy().tolist()
    assert not first.equals(second)
    _, facts = read_midi((tmp_path / "piece-000.mid").read_bytes(), "x", max_notes=9999, max_beats=999)
    assert facts.tempo_bpm == pytest.approx(64.0, abs=0.01)
    assert facts.track_names == ("soprano", "alto", "tenor", "bass")


def test_a_file_in_another_metre_and_off_the_grid_is_taken_and_said(project: Path, tmp_path: Path) -> None:
    three_four = bytes([0, 0xFF, 0x58, 4, 3, 2, 24, 8])
    played = strike(0, 72, 480) + strike(7, 74, 473) + strike(3, 76, 480)  # at 0, 487 and 963 of 480 to a quarter
    (tmp_path / "waltz.mid").write_bytes(smf(three_four + played + END))
    got = command("accompany", tmp_path / "waltz.mid", "--seed", 5, "-o", tmp_path)
    assert got.exit_code == 0, got.output
    said = " ".join(got.output.split())
    assert (
        "waltz.mid: 2 of its notes were moved onto the grid of 24 ticks a quarter note, by at most 0.015 quarter"
        in said
    )
    assert "waltz.mid: its metre is 3/4, but the model hears and writes bars of 4 quarter notes" in said
    assert "highest line" not in said
    given = heard(tmp_path / "piece-000.mid").query("track == 0")
    assert given[["onset", "pitch"]].to_numpy().tolist() == [[0, 72], [24, 74], [48, 76]]


def test_a_tempo_of_the_tracks_own_that_is_not_written(project: Path, tmp_path: Path) -> None:
    (tmp_path / "fast.mid").write_bytes(write_midi(bach(1), tempo_bpm=500.0))
    got = command("accompany", tmp_path / "fast.mid", "-o", tmp_path)
    assert got.exit_code == 1
    words = "the track's tempo, if no --tempo is said: got 500, allowed: a number from 20 to 400 quarter notes a minute"
    assert words in got.output


def test_models_that_do_not_accompany_and_files_that_are_no_midi(project: Path, tmp_path: Path) -> None:
    (tmp_path / "tune.mid").write_bytes(write_midi(bach(1), tempo_bpm=64.0))
    got = command("accompany", tmp_path / "tune.mid", "-m", "musegan", "-o", tmp_path / "out")
    assert got.exit_code == 1 and "this model, musegan, does not accompany" in got.output
    assert "seed" not in got.output and "highest line" not in got.output  # no work is announced
    got = command("accompany", tmp_path / "none.mid", "-o", tmp_path / "out")
    assert got.exit_code == 1 and f"the track {tmp_path / 'none.mid'} is missing" in got.output
    assert not (tmp_path / "out").exists()


def test_the_way_from_one_piece_to_another(project: Path, tmp_path: Path) -> None:
    got = command("interpolate", "--seed", 3, "--to", 8, "--steps", 4, "--bars", 3, "-o", tmp_path / "way")
    assert got.exit_code == 0, got.output
    for seed, number in ((3, 0), (8, 3)):
        out = tmp_path / f"seed-{seed}"
        assert command("generate", "-m", "musegan", "--seed", seed, "--bars", 3, "-o", out).exit_code == 0
        pd.testing.assert_frame_equal(heard(out / "piece-000.mid"), heard(tmp_path / "way" / f"piece-00{number}.mid"))
    for option, value, words in (("--steps", 1, "from 2 to 64"), ("--to", 2**31, "from 0 to 2147483647")):
        asked = {"--seed": 3, "--to": 8, "--steps": 4, "-o": tmp_path / "none"} | {option: value}
        got = command("interpolate", *(word for pair in asked.items() for word in pair))
        assert got.exit_code == 1 and f"{option}: got {value}, allowed: a whole number {words}\n" in got.output
