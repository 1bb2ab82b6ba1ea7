"""What only some models are judged by."""

import json

import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation.pairing import pairing
from counterpoint.models.scoring import pairing_figures, write_json, write_training
from tests.evaluation import bach
from tests.evaluation.test_learning import game, history

VOICES = bach.split("test", "voices")


@pytest.fixture
def folder(tmp_path):
    def of(given: int | None):
        (tmp_path / "network.json").write_text(json.dumps({"composition": "hybrid", "given": given}))
        return tmp_path

    return of


@pytest.mark.parametrize("given", [0, 2])
def test_a_model_that_accompanies_is_judged_by_the_track_it_was_given(folder, given):
    right = pairing(VOICES, given)
    found = pairing_figures(folder(given), VOICES)
    assert found == pytest.approx(
        {"paired_tonal_distance": right.paired, "shuffled_tonal_distance": right.shuffled}, rel=1e-5
    )


def test_a_model_that_is_given_nothing_is_not(folder):
    assert pairing_figures(folder(None), VOICES) == {}


def test_what_too_little_music_leaves_undefined_is_none(folder):
    one = VOICES[VOICES["piece"] == VOICES["piece"].iloc[0]]
    found = pairing_figures(folder(1), one)
    assert found["shuffled_tonal_distance"] is None and found["paired_tonal_distance"] is not None
    silent = pairing_figures(folder(1), one[one["track"] != 1])
    assert silent == {"paired_tonal_distance": None, "shuffled_tonal_distance": None}


@pytest.mark.parametrize("learned", [history(3), game(3)], ids=["epochs", "checks"])
def test_how_it_learned_is_copied_and_drawn(tmp_path, learned):
    learned.to_csv(tmp_path / "history.csv", index=False)
    out = tmp_path / "out"
    out.mkdir()
    write_training(tmp_path, out, "a name")
    pd.testing.assert_frame_equal(pd.read_csv(out / "training.csv"), learned)
    assert (out / "training.png").read_bytes().startswith(b"\x89PNG")


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    write_json(tmp_path / "a.json", {"für": [1.5, None]})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"für": [1.5, None]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "b.json", {"a": np.inf})
