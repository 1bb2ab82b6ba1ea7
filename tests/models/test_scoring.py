"""What only some models are judged by."""

import json

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation.judge import judge, prepare
from counterpoint.evaluation.pairing import pairing
from counterpoint.models.scoring import judged_figures, pairing_figures, write_json, write_training
from counterpoint.notes.keys import to_common_key
from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import note_table
from counterpoint.render.pianoroll import draw_grid
from tests.evaluation import bach
from tests.evaluation.test_learning import game, history

VOICES = bach.split("test", "voices")
NAMES = ("soprano", "alto", "tenor", "bass")


@pytest.mark.parametrize("given", [0, 2])
def test_a_model_that_accompanies_is_judged_by_the_track_it_was_given(given):
    right = pairing(to_common_key(VOICES), given)
    expected = {"paired_tonal_distance": right.paired, "shuffled_tonal_distance": right.shuffled}
    assert pairing_figures(VOICES, given) == pytest.approx(expected, rel=1e-5)


def test_a_model_that_is_given_nothing_is_not():
    assert pairing_figures(VOICES, None) == {}


def test_what_too_little_music_leaves_undefined_is_none():
    one = VOICES[VOICES["piece"] == VOICES["piece"].iloc[0]]
    found = pairing_figures(one, 1)
    assert found["shuffled_tonal_distance"] is None and found["paired_tonal_distance"] is not None
    silent = pairing_figures(one[one["track"] != 1], 1)
    assert silent == {"paired_tonal_distance": None, "shuffled_tonal_distance": None}


def test_a_given_track_is_no_merit_of_the_model():
    """A soprano as it was, under it others that use twice as many pitch classes as theirs."""
    judgement = judge(VOICES, prepare(VOICES, None, "voices", seed=1))
    for row in judgement["tracks"]:
        row["generated"] = row["real"] * (1 if row["track"] == 0 else 2)
    judgements = {"voices": judgement, "melody": judgement}
    found = {given: judged_figures(judgements, "voices", given) for given in (None, 0)}
    assert found[None]["used_pitch_classes_difference"] == pytest.approx(0.75)
    assert found[0]["used_pitch_classes_difference"] == pytest.approx(1)
    assert found[0]["tonal_distance_difference"] == found[None]["tonal_distance_difference"]


def test_a_given_alto_above_its_soprano_is_left_out_and_not_the_soprano():
    """An alto of one high note was given, and the others are Bach's own: nothing tells these from real ones."""
    given_alto = VOICES["track"] == 1
    written = VOICES.assign(pitch=VOICES["pitch"].where(~given_alto, 90))
    judgement = judge(written, prepare(VOICES, None, "voices", seed=1), numbered=True)
    assert judged_figures({"voices": judgement}, "voices", 1)["used_pitch_classes_difference"] == 0
    assert judged_figures({"voices": judgement}, "voices", 0)["used_pitch_classes_difference"] > 0.1


@pytest.mark.parametrize("learned", [history(3), game(3)], ids=["epochs", "checks"])
def test_how_it_learned_is_copied_and_drawn(tmp_path, learned):
    learned.to_csv(tmp_path / "history.csv", index=False)
    out = tmp_path / "out"
    out.mkdir()
    write_training(tmp_path, out, "a name", "melody")
    pd.testing.assert_frame_equal(pd.read_csv(out / "training.csv"), learned)
    assert (out / "training.png").read_bytes().startswith(b"\x89PNG")
    assert not (out / "listen.png").exists()  # nothing was heard


def test_what_was_heard_on_the_way_is_drawn_below_one_another(tmp_path):
    game(3).assign(epoch=[1, 2, 3]).to_csv(tmp_path / "history.csv", index=False)
    (tmp_path / "listen").mkdir()
    heights = []
    for number in (1, 3):
        notes = VOICES[VOICES["piece"] == VOICES["piece"].iloc[0]]
        midi = write_midi(notes, tempo_bpm=80, track_names=NAMES)
        (tmp_path / "listen" / f"epoch-{number:03d}.mid").write_bytes(midi)
        write_training(tmp_path, tmp_path, "a name", "voices")
        heights.append(matplotlib.image.imread(tmp_path / "listen.png").shape[0])
    assert heights[1] > 1.8 * heights[0]


def test_a_voice_that_was_silent_at_first_leaves_the_others_their_names(tmp_path):
    game(2).assign(epoch=[1, 2], iteration=[30, 60]).to_csv(tmp_path / "history.csv", index=False)
    (tmp_path / "listen").mkdir()
    full = VOICES[VOICES["piece"] == VOICES["piece"].iloc[0]]
    heard = pd.concat(
        [full[full["track"].isin([0, 2])].assign(piece="epoch-001"), full[full["track"] != 0].assign(piece="epoch-002")]
    )
    for name, notes in heard.groupby("piece"):
        (tmp_path / "listen" / f"{name}.mid").write_bytes(write_midi(notes, tempo_bpm=80, track_names=NAMES))
    write_training(tmp_path, tmp_path, "a name", "voices")
    draw_grid(heard, tmp_path / "named.png", ["Iteration 30", "Iteration 60"], track_names=NAMES)
    assert (tmp_path / "listen.png").read_bytes() == (tmp_path / "named.png").read_bytes()


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    write_json(tmp_path / "a.json", {"für": [1.5, None]})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"für": [1.5, None]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "b.json", {"a": np.inf})


def test_voices_that_hear_nothing_pair_no_better_than_shuffled_in_whatever_keys():
    random = np.random.default_rng(5)
    scale = np.array([0, 2, 4, 5, 7, 9, 11])
    parts = []
    for number in range(40):
        key = int(random.integers(-5, 7))
        for track, lowest in enumerate((72, 60, 48)):
            pitch = lowest + random.choice(scale, 48, p=[0.3, 0.1, 0.2, 0.1, 0.2, 0.05, 0.05]) + key
            parts.append(
                pd.DataFrame({"piece": f"{number:03d}", "track": track, "onset": np.arange(48) * 24, "pitch": pitch})
            )
    joined = pd.concat(parts)
    notes = note_table(**{name: joined[name].to_numpy() for name in joined}, duration=24)
    found = pairing_figures(notes, 0)
    assert found["paired_tonal_distance"] == pytest.approx(found["shuffled_tonal_distance"], rel=0.03)
