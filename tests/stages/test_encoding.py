"""What the stages `vocabulary` and `tensorise` leave, by encoding."""

import json

import numpy as np
import pandas as pd
import pytest

from counterpoint import paths
from counterpoint.encodings import rolls, store, tones
from counterpoint.encodings.layout import Layout
from counterpoint.encodings.rolls import NoPhrasesError
from counterpoint.encodings.scale import Scale
from counterpoint.encodings.vectors import windows
from counterpoint.stages import tensorise, vocabulary
from tests.stages import small


def encode(encoding: str) -> None:
    vocabulary.main(encoding)
    tensorise.main(encoding)


def test_chorales_become_a_layout_and_rolls(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    small.write_project(*small.chorales(), {})
    encode("pianoroll")
    layout = Layout.from_json(paths.vocabulary("pianoroll").read_text(encoding="utf-8"))
    assert [track.name for track in layout.tracks] == ["soprano", "alto", "tenor", "bass"]
    covered = json.loads(paths.coverage("pianoroll").read_text(encoding="utf-8"))
    for name, count in small.PIECES.items():
        split = rolls.load_split(paths.encoded("pianoroll"), name)
        assert covered[name]["pieces"] + covered[name]["left_out_pieces"] == count
        assert covered[name]["pieces"] == len(split.bars.pieces) == len(split.shift) > 0
        assert covered[name]["left_out"] == split.left_out
        assert covered[name]["phrases"]["2"] == len(rolls.require_phrases(split, layout, 2)) > 10
        assert split.bars.rolls.shape[1:] == (4, 16, 84)
    table = pd.read_csv(paths.frequencies("pianoroll"))
    train = rolls.load_split(paths.encoded("pianoroll"), "train")
    assert table["steps"].tolist() == train.bars.rolls.sum(axis=(0, 2)).ravel().tolist()
    assert f"the train split has {covered['train']['phrases']['2']} phrases of 2 bars" in capsys.readouterr().out


def test_music_without_four_voices_is_no_error_before_training(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    notes, pieces = small.chorales()
    small.write_project(notes[notes["track"] < 2], pieces, {})
    encode("pianoroll")
    encode("melody")
    assert "the train split has no phrases of 2 bars in which 4 tracks sound" in capsys.readouterr().out
    assert store.load_split(paths.encoded("melody"), "train")[0].pieces
    layout = Layout.from_json(paths.vocabulary("pianoroll").read_text(encoding="utf-8"))
    with pytest.raises(NoPhrasesError, match="2 tracks have pitched notes, not 4"):
        rolls.require_phrases(rolls.load_split(paths.encoded("pianoroll"), "train"), layout, 2)


@pytest.mark.parametrize(("chosen", "texture", "tones_of"), [("melody", "melody", 1), ("all", "chords", 4)])
def test_chorales_become_a_scale_and_tones(tmp_path, monkeypatch, chosen, texture, tones_of):
    monkeypatch.chdir(tmp_path)
    notes, pieces = small.chorales()
    small.write_project(notes, pieces, {"vectors": {"tones": chosen, "key": "augment"}})
    encode("vectors")
    scale = Scale.from_json(paths.vocabulary("vectors").read_text(encoding="utf-8"))
    assert scale.texture == texture and scale.low[2] == scale.high[2] == 90
    covered = json.loads(paths.coverage("vectors").read_text(encoding="utf-8"))
    split_of = notes["piece"].map(pieces.set_index("piece")["split"])
    for name, count in small.PIECES.items():
        split = tones.load_split(paths.encoded("vectors"), name)
        assert len(split.pieces) == covered[name]["pieces"] == count
        assert len(split.values) == covered[name]["tones"] == covered[name]["notes"] * (1 - covered[name]["merged"])
        # of a chorale's notes a quarter or so are the soprano's
        assert len(split.values) == pytest.approx(tones_of / 4 * (split_of == name).sum(), rel=0.15)
        assert covered[name]["windows"]["32"]["windows"] == len(windows(split, 32, 1)) > 10
        assert (split.shifts[:, 1] > split.shifts[:, 0]).all() == (name == "train")
        assert 0.5 < np.abs(split.values).max() <= 1 and not split.values[:, 2].any()
    table = pd.read_csv(paths.frequencies("vectors"))
    assert table.groupby("feature")["count"].sum().tolist() == [covered["train"]["tones"]] * 4


@pytest.mark.parametrize("encoding", ["pianoroll", "vectors"])
def test_a_second_run_writes_the_same_bytes(tmp_path, monkeypatch, encoding):
    monkeypatch.chdir(tmp_path)
    polyphonic = {name: {"binarise": "threshold"} for name in ("musegan", "musegan_accompany")}
    small.write_project(*small.chorales(), {"pianoroll": {"view": "band", "least_tracks": 1}, "models": polyphonic})
    made = []
    for _ in range(2):
        encode(encoding)
        made.append({file.name: file.read_bytes() for file in sorted(paths.encoded(encoding).parent.iterdir())})
    assert made[0] == made[1]
    assert sorted(made[0]) == ["coverage.json", "encoded.npz", "frequencies.csv", "vocabulary.json"]
