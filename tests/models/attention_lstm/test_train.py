"""Whole trainings, tiny: they learn, they repeat byte for byte, and a killed one ends where an unbroken one does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from counterpoint import params
from counterpoint.encodings import events
from counterpoint.encodings import vocabulary as vocabularies
from counterpoint.encodings.events import Events
from counterpoint.encodings.pitch_sets import from_pitches, shifted
from counterpoint.encodings.store import load_split, save_splits
from counterpoint.models import catalog
from counterpoint.models.attention_lstm import fit as fitting
from counterpoint.models.attention_lstm.train import train
from counterpoint.models.folder import Lineage, NonFiniteWeights, verify
from counterpoint.models.generator import Sampling
from tests.models.attention_lstm.small import VOCABULARY, scales

ROOT = Path(__file__).parents[3]
LINEAGE = Lineage("data", "code", "params")
SETTINGS = params.AttentionLSTM(
    embedding=12,
    units=24,
    layers=2,
    attention="beside_state",
    note_symbols="plain",
    dropout=0.1,
    optimizer="adam",
    learning_rate=0.02,
    decay="cosine",
    clip_norm=1.0,
    batch_size=2,
    length=16,
    epochs=4,
    patience=3,
    precision="float32",
    jit_compile=False,
    listen_at=(1, 3),
)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoded")
    everything = scales(48)
    splits = {
        "train": events.select(everything, np.arange(40)),
        "validation": events.select(everything, np.arange(40, 48)),
    }
    save_splits(folder / "events.npz", VOCABULARY, splits)
    (folder / "vocabulary.json").write_text(VOCABULARY.to_json(), encoding="utf-8")
    (folder / "facts.json").write_text('{"pieces": 48}\n', encoding="utf-8")
    return folder


def _train(encoded, place, settings=SETTINGS, seed=5, rows=None):
    return train(
        "attention_lstm",
        encoded / "events.npz",
        encoded / "vocabulary.json",
        settings,
        seed=seed,
        out=place / "model",
        lineage=LINEAGE,
        corpus_facts=encoded / "facts.json",
        log=lambda epoch, row: rows.append((epoch, row)) if rows is not None else None,
        checkpoints=place / "checkpoints",
    )


@pytest.fixture(scope="module")
def trained(encoded, tmp_path_factory):
    place, rows = tmp_path_factory.mktemp("trained"), []
    return place, _train(encoded, place, rows=rows), rows


def test_the_folder_is_complete_and_the_generator_loads(trained):
    place, manifest, rows = trained
    assert verify(place / "model") == manifest
    assert sorted(manifest.files) == [
        "data.json",
        "encoding.json",
        "history.csv",
        *(f"listen/epoch-{epoch:03d}.{kind}" for epoch in (1, 3) for kind in ("mid", "png")),
        "model.weights.h5",
        "network.json",
        "params.json",
    ]
    assert (place / "model" / "data.json").read_text() == '{"pieces": 48}\n'
    assert not any((place / "checkpoints").iterdir())
    history = pd.read_csv(place / "model" / "history.csv")
    assert [epoch for epoch, _ in rows] == list(history["epoch"]) == [1, 2, 3, 4]
    np.testing.assert_allclose([row["validation_joint"] for _, row in rows], history["validation_joint"])
    np.testing.assert_allclose(history["train_note"] + history["train_duration"], history["train_joint"])
    assert history["learning_rate"].iloc[0] == pytest.approx(0.02) and history["learning_rate"].is_monotonic_decreasing
    assert json.loads((place / "model" / "params.json").read_text()) == {
        "seed": 5,
        "attention_lstm": SETTINGS.model_dump(mode="json"),
    }
    assert len(catalog.load(place / "model").generate(Sampling(length=20))) > 0


def test_it_learns_and_keeps_the_best_epoch(trained, encoded):
    place, _, _ = trained
    history = pd.read_csv(place / "model" / "history.csv")
    nats, _ = catalog.load(place / "model").likelihood(load_split(encoded / "events.npz", "validation")[1])
    assert nats.joint.mean() == pytest.approx(history["validation_joint"].min(), abs=1e-5)
    # Who knows how often each symbol comes, but not what came before it, needs 2.4 nats.
    assert history["validation_joint"].min() < 1.6


def test_a_melody_is_learnt_as_it_was_before_there_were_chords(trained):
    """Validation nats of the same training by the code of commit 17797a2, whose notes were numbers and not sets."""
    history = pd.read_csv(trained[0] / "model" / "history.csv")
    np.testing.assert_allclose(history["validation_joint"], [2.057874, 1.292631, 1.082121, 1.036548], rtol=1e-3)


def test_trained_again_it_is_the_same_bytes(trained, encoded, tmp_path):
    assert _train(encoded, tmp_path) == trained[1]


def test_another_seed_or_setting_is_another_model(trained, encoded, tmp_path):
    other = SETTINGS.model_copy(
        update={"note_symbols": "composed", "epochs": 1, "optimizer": "rmsprop", "decay": "none"}
    )
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").write_text("what was there before")
    manifest = _train(encoded, tmp_path, other, seed=6)
    assert manifest.digest != trained[1].digest and "old" not in manifest.files


@pytest.mark.parametrize(
    "change", [{"precision": "mixed_bfloat16"}, {"precision": "mixed_float16"}, {"jit_compile": True}]
)
def test_precision_and_xla_train_to_nearly_the_same(trained, encoded, tmp_path, change):
    settings = SETTINGS.model_copy(update={"epochs": 1, "decay": "none", "listen_at": (), **change})
    _train(encoded, tmp_path, settings)
    usual = pd.read_csv(trained[0] / "model" / "history.csv")["validation_joint"].iloc[0]
    assert pd.read_csv(tmp_path / "model" / "history.csv")["validation_joint"].iloc[0] == pytest.approx(usual, rel=0.15)


def test_killed_in_training_the_rerun_ends_in_the_same_bytes(trained, encoded, tmp_path):
    """A real kill -9 in the third epoch, at its seventh batch of twenty; the first two epochs are in the checkpoint."""
    script = f"""
import os, signal, sys
from pathlib import Path
from counterpoint.models.attention_lstm import fit
from tests.models.attention_lstm import test_train
usual = fit._step
def deadly(*arguments):
    step, calls = usual(*arguments), []
    def counted(*batch):
        calls.append(1)
        if len(calls) == 2 * 20 + 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*batch)
    return counted
fit._step = deadly
test_train._train(Path({str(encoded)!r}), Path({str(tmp_path)!r}))
"""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr[-2000:]
    assert not (tmp_path / "model").exists()
    rows: list = []
    assert _train(encoded, tmp_path, rows=rows) == trained[1]
    assert [epoch for epoch, _ in rows] == [3, 4]


def test_a_training_that_diverges_at_once_ends_in_a_sealed_folder(encoded, tmp_path):
    manifest = _train(encoded, tmp_path, SETTINGS.model_copy(update={"learning_rate": 1e38}))
    assert verify(tmp_path / "model") == manifest
    assert len(pd.read_csv(tmp_path / "model" / "history.csv")) == 1
    assert not [file for file in manifest.files if file.startswith("listen")]
    with pytest.raises(NonFiniteWeights, match="not all finite"):
        catalog.load(tmp_path / "model")


@pytest.mark.parametrize("note_symbols", ["plain", "composed"])
def test_chords_are_learnt(tmp_path, note_symbols):
    """Scales in thirds over a bass: the next chord hangs on the one before."""
    line = scales(48)
    chords = line.chords | shifted(line.chords, np.full(len(line.ticks), -4)) | from_pitches([(40,)])
    thirds = Events(line.pieces, line.offsets, chords, line.ticks)
    known = vocabularies.fit("chords", thirds)
    splits = {
        "train": events.select(thirds, np.arange(40)),
        "validation": events.select(thirds, np.arange(40, 48)),
    }
    save_splits(tmp_path / "events.npz", known, splits)
    (tmp_path / "vocabulary.json").write_text(known.to_json(), encoding="utf-8")
    (tmp_path / "facts.json").write_text("{}", encoding="utf-8")
    manifest = _train(tmp_path, tmp_path, SETTINGS.model_copy(update={"note_symbols": note_symbols, "listen_at": ()}))
    assert manifest.texture == "chords"
    history = pd.read_csv(tmp_path / "model" / "history.csv")
    assert history["validation_joint"].min() < 1.6  # 2.4 without the chord before
    notes = catalog.load(tmp_path / "model").generate(Sampling(length=12, seed=2))
    assert notes.groupby("onset").size().max() == 3


def test_an_empty_split_is_a_clear_error(encoded, tmp_path):
    tokens = {split: load_split(encoded / "events.npz", split)[1] for split in ("train", "validation")}
    tokens["validation"] = VOCABULARY.tokens(events.select(scales(), np.zeros(12, bool)))
    with pytest.raises(ValueError, match="the validation split has no piece"):
        fitting.fit(
            "attention_lstm",
            tokens,
            VOCABULARY,
            SETTINGS,
            seed=1,
            checkpoints=tmp_path,
            key="k",
            log=print,
            listen=lambda *_: None,
        )
