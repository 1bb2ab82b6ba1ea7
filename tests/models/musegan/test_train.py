"""Whole trainings on real chorales, tiny: folders complete, resumed as if never killed, collapsed on purpose."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from counterpoint import params
from counterpoint.encodings.arrange import fit_layout, rolled_splits
from counterpoint.encodings.rolls import NoPhrasesError, load_split, save_splits
from counterpoint.models import catalog
from counterpoint.models.folder import Lineage, verify
from counterpoint.models.generator import Sampling
from counterpoint.models.musegan.given import Given
from counterpoint.models.musegan.material import gather
from counterpoint.models.musegan.train import train
from tests.evaluation.bach import split

VIEW = params.PianoRoll(view="voices", metre=(4, 4), steps=16, least_tracks=4)
SETTINGS = params.MuseGAN(
    composition="composer",  # the smallest graph, and so the quickest to compile
    conditioning="none",
    bars=2,
    noise=3,
    join="concatenate",
    width=0.02,
    conductor=False,
    streams=False,
    key="common",
    binarise="argmax",
    batch_size=4,
    critic_updates=2,
    penalty=10.0,
    learning_rate=1e-3,
    beta_1=0.5,
    beta_2=0.9,
    average=0.9,
    iterations=6,
    check_every=2,
    patience=5,
    least_diversity=0.0,
    precision="float32",
    jit_compile=False,
    listen_at=(1, 3),
)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoded")
    tables = {}
    for name in ("train", "validation", "test"):
        notes = split(name, "voices")
        tables[name] = (notes[notes["piece"].isin(sorted(notes["piece"].unique())[:12])], {})
    layout = fit_layout(tables["train"][0], VIEW)
    save_splits(folder / "encoded.npz", rolled_splits(tables, layout, VIEW).values())
    (folder / "vocabulary.json").write_text(layout.to_json(), encoding="utf-8")
    (folder / "facts.json").write_text('{"pieces": 36}\n', encoding="utf-8")
    return folder


class _Killed(Exception):
    pass


def _train(encoded: Path, place: Path, settings: params.MuseGAN = SETTINGS, *, killed_after: int = 0):
    rows = []

    def log(check: int, row: dict[str, float]) -> None:
        rows.append((check, row))

    name = "musegan_accompany" if settings.conditioning == "track" else "musegan"

    def kill(check: int, row: dict[str, float]) -> None:
        log(check, row)
        if check == killed_after + 1:
            raise _Killed

    manifest = train(
        name,
        encoded / "encoded.npz",
        encoded / "vocabulary.json",
        settings,
        seed=7,
        out=place / "model",
        lineage=Lineage("data", "code", "params"),
        corpus_facts=encoded / "facts.json",
        log=kill if killed_after else log,
        checkpoints=place / "checkpoints",
    )
    return manifest, rows


def test_the_folder_is_complete_and_killed_in_its_second_check_it_ends_in_the_same_bytes(encoded, tmp_path):
    whole, rows = _train(encoded, tmp_path / "whole")
    assert [check for check, _ in rows] == [1, 2, 3] and [row["iteration"] for _, row in rows] == [2, 4, 6]
    folder = tmp_path / "whole/model"
    listened = {f"listen/epoch-{check:03d}.{kind}" for check in (1, 3) for kind in ("mid", "png")}
    files = {
        "network.json",
        "model.weights.h5",
        "encoding.json",
        "keys.json",
        "params.json",
        "history.csv",
        "data.json",
    }
    assert set(verify(folder).files) == files | listened
    history = pd.read_csv(folder / "history.csv")
    assert {"wasserstein", "penalty", "judged", "distance_to_validation", "diversity", "unique_bars"} <= {*history}
    assert not (tmp_path / "whole/checkpoints").exists() or not any((tmp_path / "whole/checkpoints").iterdir())
    with pytest.raises(_Killed):
        _train(encoded, tmp_path / "killed", killed_after=1)
    resumed, rows = _train(encoded, tmp_path / "killed")
    assert [check for check, _ in rows] == [2, 3]  # the first whole check is not trained again
    assert resumed.digest == whole.digest
    assert json.loads((folder / "params.json").read_text())["musegan"]["width"] == SETTINGS.width
    notes = catalog.load(folder).generate(Sampling(count=2, bars=3, seed=5))
    assert set(notes["track"]) <= {0, 1, 2, 3} and (notes["onset"] < 3 * 96).all()


def test_an_accompanist_carries_held_out_sopranos_and_writes_under_them(encoded, tmp_path):
    settings = params.MuseGAN.model_validate(
        SETTINGS.model_dump(exclude_unset=True)
        | {"conditioning": "track", "given": 0, "embedding": 5, "streams": True, "iterations": 2}
    )
    _train(encoded, tmp_path, settings)
    generator = catalog.load(tmp_path / "model")
    written = generator.generate(Sampling(count=1, bars=2, seed=3))
    own, sopranos = written[written["track"] == 0], split("validation", "voices").query("track == 0")
    assert len(own) > 1 and set(np.diff(own["pitch"])) <= set(np.diff(sopranos["pitch"]))  # a passage of a real one
    kept = Given.load(tmp_path / "model/given.npz")
    assert set(kept.pieces) <= set(split("validation", "voices")["piece"])  # by the test split it is judged
    moved = gather(encoded / "encoded.npz", _layout(encoded), settings).splits["validation"]
    own_key = Given.of(moved.bars, moved.shift, 0).by_its_own_key(0, _layout(encoded))
    assert np.array_equal(kept.rolls, own_key.rolls) and np.array_equal(kept.shift, own_key.shift)


def test_one_that_collapses_is_ended_with_the_reason(encoded, tmp_path, capsys):
    # The generator's steps are so long that one phrase swallows all noise.
    wild = SETTINGS.model_copy(update={"learning_rate": 0.2, "least_diversity": 0.4, "iterations": 20, "patience": 20})
    _, rows = _train(encoded, tmp_path, wild)
    assert len(rows) < 10
    said = capsys.readouterr().out
    assert "collapsed" in said or "silent" in said
    assert verify(tmp_path / "model").generator == "musegan"  # the best check is kept


def test_in_the_common_key_pieces_are_moved_and_in_the_original_they_are_not(encoded):
    layout = gather(encoded / "encoded.npz", _layout(encoded), SETTINGS).layout
    raw = load_split(encoded / "encoded.npz", "train")
    moved = gather(encoded / "encoded.npz", layout, SETTINGS).splits["train"].bars
    stayed = (
        gather(encoded / "encoded.npz", layout, SETTINGS.model_copy(update={"key": "original"})).splits["train"].bars
    )
    assert np.array_equal(stayed.rolls, raw.bars.rolls)
    piece = int(np.flatnonzero(raw.shift)[0])
    bars, shift = slice(*raw.bars.offsets[piece : piece + 2]), int(raw.shift[piece])
    track, step, row = np.argwhere(raw.bars.rolls[bars][0, :, :, 20:60])[0]
    assert moved.rolls[bars][0, track, step, row + 20 + shift]


def test_a_phrase_longer_than_any_piece_is_refused_by_name(encoded):
    with pytest.raises(NoPhrasesError, match="least_tracks"):
        gather(encoded / "encoded.npz", _layout(encoded), SETTINGS.model_copy(update={"bars": 500}))


def _layout(encoded: Path):
    from counterpoint.encodings.layout import Layout

    return Layout.from_json((encoded / "vocabulary.json").read_text(encoding="utf-8"))
