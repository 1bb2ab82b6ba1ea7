"""Whole trainings on real melodies, tiny: folders complete, resumed as if never killed, collapsed on purpose."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from counterpoint import params
from counterpoint.encodings import tones
from counterpoint.encodings.events import TRANSPOSITIONS
from counterpoint.encodings.vectors import encode
from counterpoint.models.crnn_gan.generator import load
from counterpoint.models.crnn_gan.train import train
from counterpoint.models.folder import Lineage, verify
from counterpoint.models.generator import Sampling
from tests.evaluation.bach import split

SETTINGS = params.CRNNGAN(
    generator="lstm",
    steps=16,
    noise=3,
    output="chosen",
    generator_width=0.03,
    discriminator_width=0.03,
    matching="none",
    freeze=0.7,
    steadying=10.0,
    weight_decay=1e-4,
    pretrain=4,
    grow=(8,),
    pretrain_rate=5e-3,
    batch_size=4,
    learning_rate=2e-3,
    beta_1=0.5,
    beta_2=0.9,
    average=0.9,
    iterations=6,
    check_every=2,
    patience=5,
    least_diversity=0.0,
    jit_compile=False,
    listen_at=(1, 3),
)


def changed(**changes: object) -> params.CRNNGAN:
    return params.CRNNGAN.model_validate(SETTINGS.model_dump() | changes)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoded")
    settings = params.Vectors(tones="melody", tones_per_step=1, grid_ticks=6, times="logarithmic", key="augment")
    scale = tones.fit_scale(split("train", "melody"), settings)
    splits = {
        name: encode(split(name, "melody"), scale, TRANSPOSITIONS if name == "train" else range(1))
        for name in ("train", "validation", "test")
    }
    tones.save_splits(folder / "encoded.npz", splits)
    (folder / "vocabulary.json").write_text(scale.to_json(), encoding="utf-8")
    (folder / "facts.json").write_text('{"pieces": 36}\n', encoding="utf-8")
    return folder


class _Killed(Exception):
    pass


def _train(encoded: Path, place: Path, settings: params.CRNNGAN = SETTINGS, *, killed_after: int = 0):
    rows = []

    def log(check: int, row: dict[str, float]) -> None:
        rows.append((check, row))
        if killed_after and check == killed_after + 1:
            raise _Killed

    manifest = train(
        "crnn_gan",
        encoded / "encoded.npz",
        encoded / "vocabulary.json",
        settings,
        seed=7,
        out=place / "model",
        lineage=Lineage("data", "code", "params"),
        corpus_facts=encoded / "facts.json",
        log=log,
        checkpoints=place / "checkpoints",
    )
    return manifest, rows


def test_the_folder_is_complete_and_killed_in_its_second_check_it_ends_in_the_same_bytes(encoded, tmp_path):
    whole, rows = _train(encoded, tmp_path / "whole")
    assert [check for check, _ in rows] == [1, 2, 3, 4] and [row["iteration"] for _, row in rows] == [0, 2, 4, 6]
    assert ["next_tone_error" in row for _, row in rows] == [True, False, False, False]  # the first is before the game
    assert ["generator_loss" in row for _, row in rows] == [False, True, True, True]
    assert all("distance_to_validation" in row and "repetitions_test" in row for _, row in rows)
    folder = tmp_path / "whole/model"
    listened = {f"listen/epoch-{check:03d}.{kind}" for check in (1, 3) for kind in ("mid", "png")}
    files = {"network.json", "model.weights.h5", "encoding.json", "params.json", "history.csv", "data.json"}
    assert set(verify(folder).files) == files | listened
    history = pd.read_csv(folder / "history.csv")
    shown = {"discriminator_loss", "generator_loss", "real_accuracy", "generated_accuracy", "generator_waits"}
    assert shown | {"distance_to_validation", "diversity", "unique_windows", "used_pitch_classes"} <= {*history}
    assert not any((tmp_path / "whole/checkpoints").glob("*"))
    with pytest.raises(_Killed):
        _train(encoded, tmp_path / "killed", killed_after=1)
    resumed, rows = _train(encoded, tmp_path / "killed")
    assert [check for check, _ in rows] == [2, 3, 4]  # the first whole check is not trained again
    assert resumed.digest == whole.digest
    assert json.loads((folder / "params.json").read_text())["crnn_gan"]["noise"] == SETTINGS.noise
    model = load(folder)
    notes = model.generate(Sampling(count=2, length=20, seed=5))
    assert notes.groupby("piece").size().tolist() == [20, 20]
    assert model.network.sizes.choices  # they are what training has
    assert {*notes["velocity"]} <= {*split("train", "melody")["velocity"]}


@pytest.mark.parametrize(("kind", "output"), [("dense", "chosen"), ("lstm", "continuous")])
def test_each_kind_learns_each_output(encoded, tmp_path, kind, output):
    """The rest of both is trained above and below."""
    _, rows = _train(encoded, tmp_path, changed(generator=kind, output=output, noise=33, pretrain=0, grow=()))
    assert len(rows) == 3 and np.isfinite(rows[-1][1]["generator_loss"])
    model = load(tmp_path / "model")
    assert bool(model.network.sizes.choices) == (output == "chosen")
    assert len(model.generate(Sampling(count=2, length=20, seed=5))) == 40


def test_pre_training_has_a_learning_rate_of_its_own(encoded, tmp_path):
    rows = {}
    for rate in (1e-9, 5e-3):
        settings = changed(pretrain_rate=rate, pretrain=60, grow=(), iterations=2)
        rows[rate] = _train(encoded, tmp_path / str(rate), settings)[1]
    still, taught = (rows[rate][0][1]["next_tone_error"] for rate in (1e-9, 5e-3))
    assert taught < 0.95 * still


def test_it_gets_nearer_to_held_out_music(encoded, tmp_path):
    wider = {"generator_width": 0.1, "discriminator_width": 0.1, "batch_size": 16, "learning_rate": 5e-3}
    game = {"matching": "means", "freeze": 0.0, "weight_decay": 0.0, "iterations": 200, "check_every": 40}
    longer = changed(generator="dense", output="continuous", noise=32, pretrain=0, grow=(), **wider, **game)
    _, rows = _train(encoded, tmp_path, longer)
    distances = [row["distance_to_validation"] for _, row in rows]
    assert min(distances[1:]) < distances[0] - 0.05, distances


def test_one_that_collapses_is_ended_with_the_reason(encoded, tmp_path, capsys):
    # Its weights decay to nothing, and what noise says with them.
    wild = changed(
        output="continuous",
        weight_decay=100.0,
        learning_rate=0.1,
        average=0.0,
        least_diversity=0.4,
        pretrain=0,
        grow=(),
    )
    wild = wild.model_copy(update={"iterations": 60, "check_every": 10, "patience": 6})
    _, rows = _train(encoded, tmp_path, wild)
    assert len(rows) == 3
    assert "it collapsed; another matching" in capsys.readouterr().out
    assert verify(tmp_path / "model").generator == "crnn_gan"  # the best check is kept


@pytest.mark.parametrize("output", ["chosen", "continuous"])
def test_one_that_diverges_is_ended_and_says_so(encoded, tmp_path, capsys, output):
    _, rows = _train(encoded, tmp_path, changed(output=output, learning_rate=1e30, pretrain=0, grow=()))
    assert len(rows) < 3 and np.isnan(rows[-1][1]["distance_to_validation"])
    assert "training diverged" in capsys.readouterr().out
