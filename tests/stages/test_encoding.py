"""What the stages `vocabulary` and `tensorise` leave, by encoding."""

import json

import pandas as pd
import pytest

from counterpoint import paths
from counterpoint.encodings import rolls, store
from counterpoint.encodings.layout import Layout
from counterpoint.encodings.rolls import NoPhrasesError
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


def test_a_second_run_writes_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    polyphonic = {name: {"binarise": "threshold"} for name in ("musegan", "musegan_accompany")}
    small.write_project(*small.chorales(), {"pianoroll": {"view": "band", "least_tracks": 1}, "models": polyphonic})
    made = []
    for _ in range(2):
        encode("pianoroll")
        made.append({file.name: file.read_bytes() for file in sorted(paths.encoded("pianoroll").parent.iterdir())})
    assert made[0] == made[1]
    assert sorted(made[0]) == ["coverage.json", "encoded.npz", "frequencies.csv", "vocabulary.json"]
