"""What stands around every training: its key, what is heard on the way, the folder at its end."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pydantic import BaseModel

from counterpoint.models.folder import Lineage, verify
from counterpoint.models.training_folder import Training
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table
from counterpoint.render.pianoroll import draw
from counterpoint.training.checkpoint import Checkpoint

NOTES = note_table(piece="000", track=[0, 1], onset=[0, 24], duration=[24, 48], pitch=[60, 67])
HISTORY = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, 0.25]})


class Settings(BaseModel):
    units: int = 3
    listen_at: tuple[int, ...] = (1, 2)


@pytest.fixture
def training(tmp_path: Path) -> Training:
    (tmp_path / "facts.json").write_text('{"pieces": 48}\n')
    return Training("parrot", Settings(), 5, Lineage("data", "code", "params"), tmp_path / "checkpoints")


def test_all_that_decides_the_result_is_in_the_key_and_nothing_else(training, tmp_path):
    others = [
        replace(training, settings=Settings(units=4)),
        replace(training, seed=6),
        replace(training, lineage=Lineage("data", "other code", "params")),
    ]
    assert len({training.key, *(other.key for other in others)}) == 4
    assert replace(training, checkpoints=tmp_path / "elsewhere").key == training.key


def test_what_is_heard_is_there_by_its_number(training, tmp_path):
    training.keep_heard(NOTES, 12, "check", ("soprano", "alto"))
    heard = training.checkpoints / training.key / "listen"
    assert sorted(file.name for file in heard.iterdir()) == ["epoch-012.mid", "epoch-012.png"]
    notes, piece = read_midi((heard / "epoch-012.mid").read_bytes(), "000", max_notes=9, max_beats=9)
    assert notes["pitch"].tolist() == [60, 67] and list(piece.track_names) == ["soprano", "alto"]
    draw(NOTES, tmp_path / "named.png", title="Check 12", track_names=("soprano", "alto"))
    assert (heard / "epoch-012.png").read_bytes() == (tmp_path / "named.png").read_bytes()


def test_silence_is_neither_drawn_nor_written(training):
    training.keep_heard(empty_notes(), 1, "epoch", ("soprano",))
    assert not any((training.checkpoints / training.key / "listen").iterdir())


def test_the_folder_holds_what_every_model_has_and_what_its_kind_writes(training, tmp_path):
    kept = Checkpoint.at(training.checkpoints, training.key)
    kept.save({}, {})
    training.keep_heard(NOTES, 1, "epoch", ("soprano", "alto"))
    with training.sealed(tmp_path / "out", "melody", HISTORY, tmp_path / "facts.json") as folder:
        (folder / "own.txt").write_text("mine")
        assert kept.restore() is not None  # nothing is forgotten before all is safe
    manifest = verify(tmp_path / "out")
    assert (manifest.generator, manifest.texture, manifest.lineage) == ("parrot", "melody", training.lineage)
    listened = ["listen/epoch-001.mid", "listen/epoch-001.png"]
    assert sorted(manifest.files) == ["data.json", "history.csv", *listened, "own.txt", "params.json"]
    wanted = {"seed": 5, "parrot": {"units": 3, "listen_at": [1, 2]}}
    assert json.loads((tmp_path / "out/params.json").read_text()) == wanted
    assert (tmp_path / "out/data.json").read_text() == '{"pieces": 48}\n'
    assert (tmp_path / "out/history.csv").read_text() == "epoch,loss\n1,0.5\n2,0.25\n"
    assert not any(training.checkpoints.iterdir())


def test_what_cannot_be_written_leaves_all_as_it_was(training, tmp_path):
    kept = Checkpoint.at(training.checkpoints, training.key)
    kept.save({}, {"epoch": 7})
    (tmp_path / "out").mkdir()
    (tmp_path / "out/old").write_text("old")
    with (
        pytest.raises(OSError, match="full"),
        training.sealed(tmp_path / "out", "melody", HISTORY, tmp_path / "facts.json"),
    ):
        raise OSError("the disk is full")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["old"]
    assert kept.restore() == ({}, {"epoch": 7})
