import re
import time

import numpy as np
import pytest
import yaml

from counterpoint import params
from counterpoint.encodings import rolls
from counterpoint.encodings.pianoroll import PITCHES, Bars, encode
from counterpoint.encodings.rolls import NoPhrasesError, Split
from counterpoint.notes.table import note_table
from tests.encodings.rolls import CHOIR, TRIO

NOTES = note_table(
    piece=["naïve"] * 4 + ["b"],
    track=[0, 1, 1, 2, 1],
    is_drum=[True, False, False, False, False],
    onset=[0, 6, 12, 48, 100],
    duration=[6, 6, 6, 60, 6],
    pitch=[36, 60, 60, 40, 71],
)
SPLITS = [
    Split("train", encode(NOTES, TRIO), np.array([-5, 6], np.int8), 2, {"c": "3/4, not 4/4", "d": "no note"}),
    Split("validation", Bars((), np.array([0]), np.zeros((0, 3, 8, PITCHES), bool)), np.array([], np.int8), 3, {}),
]


def test_every_split_comes_back(tmp_path):
    path = tmp_path / "folder" / "encoded.npz"
    rolls.save_splits(path, SPLITS)
    for split in SPLITS:
        back = rolls.load_split(path, split.name)
        assert (back.name, back.least_tracks, back.left_out) == (split.name, split.least_tracks, split.left_out)
        assert back.bars.pieces == split.bars.pieces
        for got, wanted in (
            (back.bars.offsets, split.bars.offsets),
            (back.bars.rolls, split.bars.rolls),
            (back.shift, split.shift),
        ):
            np.testing.assert_array_equal(got, wanted)
            assert got.dtype == wanted.dtype


def test_equal_bars_are_equal_bytes(tmp_path, monkeypatch):
    rolls.save_splits(tmp_path / "one.npz", SPLITS)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 100_000.0)
    rolls.save_splits(tmp_path / "two", SPLITS)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two").read_bytes()


def test_where_no_piece_has_four_voices_the_lines_that_make_bands_are_said():
    nothing = Split("train", Bars((), np.array([0]), np.zeros((0, 4, 16, PITCHES), bool)), np.array([], np.int8), 4, {})
    with pytest.raises(NoPhrasesError) as caught:
        rolls.require_phrases(nothing, CHOIR, 2)
    _, lines = str(caught.value).split("follow:\n")
    changed = params.overlay(params.read_yaml(params.paths.PARAMS), yaml.safe_load(lines))
    with pytest.raises(params.ParamsError) as following:
        params.parse(changed)
    models = {
        name: {"binarise": "threshold"} for name in re.findall(r"models\.(\w+)\.binarise is", str(following.value))
    }
    assert params.parse(params.overlay(changed, {"models": models})).pianoroll.view == "band"


def test_a_split_that_is_not_there_is_named(tmp_path):
    rolls.save_splits(tmp_path / "encoded.npz", SPLITS)
    with pytest.raises(ValueError, match="no split 'test'; it has train, validation"):
        rolls.load_split(tmp_path / "encoded.npz", "test")


def test_phrases_there_are_or_it_is_said_what_was_left_out():
    assert rolls.require_phrases(SPLITS[0], TRIO, 1).tolist() == [3]  # drums and piano in the first bar of "naïve"
    with pytest.raises(NoPhrasesError) as caught:
        rolls.require_phrases(SPLITS[0], TRIO, 4)
    for part in (
        "train split has no phrases of 4 bars in which 2 tracks sound",
        "6 bars of 2 pieces (2 were left out, such as c: 3/4, not 4/4)",
        "pianoroll.least_tracks",
    ):
        assert part in str(caught.value)
    assert "view" not in str(caught.value)  # it is a band already
    with pytest.raises(
        NoPhrasesError, match=r"validation split has no phrases.*0 bars of 0 pieces \(0 were left out\)"
    ):
        rolls.require_phrases(SPLITS[1], TRIO, 2)
