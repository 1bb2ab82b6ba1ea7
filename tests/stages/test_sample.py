"""What stage `sample` leaves, of a generator that can write and of one that cannot."""

import h5py
import numpy as np
import pytest
import yaml

from counterpoint import params, paths
from counterpoint.models import catalog, requests
from counterpoint.models.folder import seal
from counterpoint.models.generator import Sampling
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import read_notes
from counterpoint.stages.sample import main
from tests.serving.untrained import LINEAGE, write_model

NAME = "attention_lstm"


@pytest.fixture
def project(tmp_path, monkeypatch):
    asked = {"seed": 3, "sample": {NAME: {"count": 5, "shown": 2, "length": 20, "top_p": 1.0}}}
    content = params.overlay(params.read_yaml(paths.PARAMS), asked)
    (tmp_path / paths.PARAMS).write_text(yaml.safe_dump(content), encoding="utf-8")
    write_model(tmp_path / paths.model(NAME))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_pieces_are_in_the_table_and_the_first_are_shown(project):
    main(NAME)
    folder = project / paths.samples(NAME)
    shown = [f"{piece}.{kind}" for piece in ("000", "001") for kind in ("mid", "png", "wav")]
    assert sorted(file.name for file in folder.iterdir()) == sorted([*shown, "all.png", "notes.parquet"])
    notes = read_notes(folder / "notes.parquet")
    assert set(notes["piece"]) == {"000", "001", "002", "003", "004"}
    heard, _ = read_midi((folder / "001.mid").read_bytes(), "001", max_notes=100, max_beats=1000)
    columns = ["onset", "duration", "pitch"]
    np.testing.assert_array_equal(heard[columns], notes.loc[notes["piece"] == "001", columns])


def test_more_pieces_than_a_request_allows_are_several_requests_of_different_seeds(project, monkeypatch):
    monkeypatch.setattr(requests, "MOST_PIECES", 2)
    main(NAME)
    notes = read_notes(project / paths.samples(NAME) / "notes.parquet")
    assert set(notes["piece"]) == {"000", "001", "002", "003", "004"}
    settings, generator = params.load(), catalog.load(project / paths.model(NAME))
    asked = settings.sample.attention_lstm.model_dump(exclude={"shown"})
    second = generator.generate(Sampling(**asked | {"count": 2, "seed": settings.seed + 1}))
    columns = ["onset", "duration", "pitch"]
    for piece, number in (("000", "002"), ("001", "003")):
        written, expected = notes[notes["piece"] == number], second[second["piece"] == piece]
        np.testing.assert_array_equal(written[columns], expected[columns])


def _fill_with_nan(_: str, item: h5py.Group | h5py.Dataset) -> None:
    if isinstance(item, h5py.Dataset):
        item[...] = np.nan


def test_a_model_that_diverged_writes_an_empty_table_and_says_so(project, capsys):
    folder = project / paths.model(NAME)
    with h5py.File(folder / "model.weights.h5", "r+") as file:
        file.visititems(_fill_with_nan)
    (folder / "manifest.json").unlink()
    seal(folder, NAME, "melody", LINEAGE)
    main(NAME)
    assert [file.name for file in (project / paths.samples(NAME)).iterdir()] == ["notes.parquet"]
    assert read_notes(project / paths.samples(NAME) / "notes.parquet").empty
    said = capsys.readouterr().out
    assert f"nothing is written by {NAME}" in said and "training diverged" in said
