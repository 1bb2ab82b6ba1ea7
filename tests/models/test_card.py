import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from counterpoint import params
from counterpoint.models.card import full_card, model_card
from counterpoint.models.folder import Lineage, ModelFolderError, seal

LINEAGE = Lineage(data="da" * 32, code="c0" * 32, params="9a" * 32)
FACTS = {
    "source": {
        "kind": "music21",
        "title": "four-part chorales",
        "composer": "Johann Sebastian Bach",
        "genre": "chorale",
    },
    "licence": "The terms, in full.",
    "works": None,
    "files": {"seen": 365, "taken": 365, "left_out": {}},
    "pieces": 365,
    "notes": 97_610,
    "groups": 203,
    "largest_group": 11,
    "twins": 0.6301,
    "splits": {
        "train": {"pieces": 311, "notes": 81_930, "groups": 170},
        "validation": {"pieces": 23, "notes": 6_984, "groups": 15},
        "test": {"pieces": 31, "notes": 8_696, "groups": 18},
    },
    "quarter_notes": {"all": 23_568.0, "shortest": 27.0, "median": 63.0, "longest": 268.0},
    "ticks_per_quarter_note": 24,
    "tracks": {"a_piece": {"4": 365}, "names": None},
    "drum_notes": 0,
    "pitch": {"lowest": 36, "highest": 81},
    "velocity": {"lowest": 90, "highest": 90, "distinct": 1},
    "metres": {"first": {"4/4": 328, "3/4": 37}, "changing": 2},
    "keys": {"G major": 200, "A minor": 165},
    "key_signatures": 365,
    "tempo_bpm": {"120": 322, "96": 43},
}
# Every figure there is, as evaluate writes them
METRICS = {
    "test_joint_nll": 2.063859,
    "test_joint_nll_low": 1.928686,
    "test_joint_nll_high": 2.205207,
    "test_note_nll": 1.392739,
    "test_duration_nll": 0.67112,
    "test_note_accuracy": 0.547761,
    "test_duration_accuracy": 0.787266,
    "ngram_best_joint_nll": 2.548605,
    "ngram_best_order": 3,
    "improvement_percent": 19.02007,
    "improvement_percent_low": 16.6923,
    "improvement_percent_high": 21.1634,
    "test_events": 2010,
    "test_pieces": 31,
    "distance_to_real": 0.0412,
    "distance_to_real_low": 0.031,
    "distance_to_real_high": 0.0599,
    "copied_share": 0.2104,
    "copied_share_low": 0.19,
    "copied_share_high": 0.24,
    "human_copied_share": 0.174,
    "longest_run_notes": 19.0,
    "human_longest_run_notes": 23.0,
    "diversity": 0.97,
}
HISTORY = "epoch,train_joint,validation_joint\n1,3.2,2.5\n2,2.4,2.125\n3,2.3,2.25\n"
# Those of a GAN of several tracks that accompanies, which has no likelihood
OF_TRACKS = {name: value for name, value in METRICS.items() if "nll" not in name and "accuracy" not in name} | {
    "used_pitch_classes_difference": 0.0634,
    "tonal_distance_difference": 0.0371,
    "empty_bars_difference": 1.25,
    "overlap_note_length": 0.8125,
    "paired_tonal_distance": 1.5234,
    "shuffled_tonal_distance": 1.7456,
}
GAME = "check,iteration,wasserstein,distance_to_validation\n1,200,3.5,0.75\n2,400,2.5,0.125\n3,600,2.25,nan\n"
COPYING = "31 % of its 8-note windows stand in the training set, held-out music 12 %"


def write(folder: Path, *, facts=FACTS, history: str | None = HISTORY, params: dict | None = None) -> Path:
    folder.mkdir()
    chosen = params or {"seed": 1685, "attention_lstm": {"units": 256, "listen_at": [1, 4], "decay": "cosine"}}
    (folder / "params.json").write_text(json.dumps(chosen))
    if facts is not None:
        (folder / "data.json").write_text(json.dumps(facts))
    if history is not None:
        (folder / "history.csv").write_text(history)
    seal(folder, "attention_lstm", "melody", LINEAGE)
    return folder


def write_gan(folder: Path, network: dict) -> Path:
    folder.mkdir()
    (folder / "network.json").write_text(json.dumps(network))
    chosen = params.load(Path(__file__).parents[2] / "params.yaml").models.musegan_accompany.model_dump(mode="json")
    (folder / "params.json").write_text(json.dumps({"seed": 1685, "musegan_accompany": chosen}))
    (folder / "data.json").write_text(json.dumps(FACTS | {"licence": "x" * 600}))
    (folder / "history.csv").write_text(GAME)
    seal(folder, "musegan_accompany", "voices", LINEAGE)
    return folder


def section(card: str, title: str) -> str:
    """What stands under one heading."""
    return card.split(f"\n## {title}\n\n")[1].split("\n## ")[0]


def sections(card: str) -> list[str]:
    return [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]


def test_the_card_says_who_it_is(tmp_path):
    folder = write(tmp_path / "model")
    card = model_card(folder, METRICS)
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert card.startswith(f"# Model card: attention-lstm-{digest[:8]}\n")
    assert f"digest `{digest}`" in card
    assert "texture `melody` (one line, a note at a time)" in card
    assert sections(card) == [
        "Intended use",
        "Training data",
        "Training",
        "Figures",
        "Limits and risks",
        "Reproducing it",
        "Licence",
    ]


def test_it_says_what_it_was_trained_on_and_how(tmp_path):
    card = model_card(write(tmp_path / "model"), METRICS)
    data = section(card, "Training data")
    assert "Trained on 311 pieces (81,930 notes in all tracks)" in data
    assert "validated on 23, tested on 31" in data
    assert section(card, "Training").startswith("3 epochs; best on validation after epoch 2, 2.125 nats an event.\n")
    assert "Parameters: `seed=1685`, `decay=cosine`, `listen_at=[1, 4]`, `units=256`." in card
    assert "in the manner of Johann Sebastian Bach's four-part chorales" in section(card, "Intended use")
    assert section(card, "Licence").startswith("Training music: The terms, in full.\n")


def test_figures_are_those_given_and_the_limits_speak_of_them(tmp_path):
    card = model_card(write(tmp_path / "model"), METRICS)
    figures = section(card, "Figures")
    assert "| 2.064 nats an event | 1.929 to 2.205 | best n-gram: 2.549 |" in figures
    assert "Likelihoods are of 31 pieces, 2,010 events." in figures
    limits = section(card, "Limits and risks")
    assert "21.0 % of its eight-note windows stand there, of held-out music's 17.4 %." in limits
    assert "31 test pieces (18 tunes)" in limits


def test_what_was_not_measured_is_not_said(tmp_path):
    folder = write(tmp_path / "model")
    metrics = {"test_joint_nll": None, "copied_share": float("nan"), "distance_to_real": 0.25}
    card = model_card(folder, metrics)
    assert "nats" not in section(card, "Figures")
    assert "0.250" in section(card, "Figures")
    assert "No figure here says how much" in section(card, "Limits and risks")
    assert "None were measured" in section(model_card(folder, {}), "Figures")
    assert "nan" not in card.lower()


def test_failed_guards_come_first_in_plain_words(tmp_path):
    folder = write(tmp_path / "model")
    card = model_card(folder, METRICS, {"non_finite": "3 of 9 weights", "copying": COPYING})
    assert sections(card)[0] == "Failed guards"
    assert f"- **copying**: {COPYING}\n- **non finite**: 3 of 9 weights\n" in section(card, "Failed guards")
    assert "never promoted by itself" in section(card, "Failed guards")


def test_a_guard_s_words_are_no_markup(tmp_path):
    card = model_card(write(tmp_path / "model"), {}, {"copying": "of <img src=x>\n# a|b"})
    assert "- **copying**: of \\<img src=x\\> # a\\|b\n" in card


def test_a_folder_of_an_older_training_has_a_card_without_data(tmp_path):
    folder = write(tmp_path / "model", facts=None, history=None, params={"units": 7})
    card = model_card(folder, METRICS)
    assert "nothing is said of its training music" in section(card, "Training data")
    assert section(card, "Training") == "Parameters: `units=7`.\n"
    assert "Bach" not in card
    assert section(card, "Licence").startswith("Training music: unknown")
    assert full_card(folder, METRICS, {}) == card


@pytest.mark.parametrize(
    ("history", "says"),
    [
        ("epoch,validation_joint\n1,\n2,nan\n", "2 epochs.\n"),
        ("epoch,loss\n1,0.5\n", "1 epoch.\n"),
        (
            "epoch,validation_joint\n1,2.5\n2,2.5\n",
            "2 epochs; best on validation after epoch 1, 2.500 nats an event.\n",
        ),
    ],
)
def test_a_history_says_what_it_can(tmp_path, history, says):
    card = model_card(write(tmp_path / "model", history=history), METRICS)
    assert section(card, "Training").startswith(says)


def test_a_gan_s_history_says_which_check_was_kept(tmp_path):
    said = section(model_card(write_gan(tmp_path / "model", {"composition": "hybrid"}), {}), "Training")
    assert said.startswith(
        "3 checks, 600 iterations; nearest to validation, and kept, at iteration 400, distance 0.125.\n\n"
        "Parameters: `seed="
    )


@pytest.mark.parametrize(
    ("network", "says"),
    [
        ({"composition": "hybrid", "given": 2}, "It accompanies track 2 (0 the first), which it is given."),
        (
            {"composition": "jamming", "given": None, "noise": 32},
            "it can neither continue a beginning nor accompany a track.",
        ),
        ({"generator": "lstm", "noise": 4}, "It writes out of noise: it can neither continue a beginning"),
        ({"layers": 2}, "It can continue a beginning that it is given."),
    ],
)
def test_what_can_be_put_before_it_is_said(tmp_path, network, says):
    assert says in section(model_card(write_gan(tmp_path / "model", network), {}), "Intended use")


def test_the_figures_of_tracks_and_pairs_are_told(tmp_path):
    figures = section(model_card(write_gan(tmp_path / "model", {"given": 0}), OF_TRACKS), "Figures")
    assert "(`used_pitch_classes_difference`) | 6.3 % |" in figures
    assert "(`tonal_distance_difference`) | 3.7 % |" in figures
    assert "(`empty_bars_difference`) | 1.2 points |" in figures
    assert "(`overlap_note_length`) | 81.2 % |" in figures
    assert "(`paired_tonal_distance`) | 1.523 |  | to another piece's: 1.746 |" in figures


def test_the_lineage_is_whole(tmp_path):
    said = section(model_card(write(tmp_path / "model"), METRICS), "Reproducing it")
    assert all(digest in said for digest in (LINEAGE.data, LINEAGE.code, LINEAGE.params))
    assert "`dvc repro`" in said


def test_the_full_card_is_the_model_s_and_then_the_data_s(tmp_path):
    folder = write(tmp_path / "model")
    card = full_card(folder, METRICS, {"copying": COPYING})
    model, data = card.split("\n# Data card: ")
    assert model == model_card(folder, METRICS, {"copying": COPYING})
    assert data.startswith("four-part chorales by Johann Sebastian Bach\n")


def test_the_card_of_a_failed_model_with_every_figure_fits_a_description_in_mlflow(tmp_path):
    facts = FACTS | {"licence": "x" * 600}
    card = model_card(write(tmp_path / "model", facts=facts), METRICS, {"copying": COPYING, "collapsed": COPYING})
    assert len(card) <= 5000
    card = model_card(write_gan(tmp_path / "gan", {"given": 0}), OF_TRACKS, {"copying": COPYING, "collapsed": COPYING})
    assert len(card) <= 5000


def test_a_folder_that_is_no_model_has_no_card(tmp_path):
    with pytest.raises(ModelFolderError, match=r"holds no manifest\.json"):
        model_card(tmp_path, METRICS)


def test_a_card_is_written_without_the_heavy_libraries():
    heavy = ("tensorflow", "keras", "music21", "mlflow", "bentoml", "joblib", "matplotlib")
    code = f"import counterpoint.models.card, sys; print([name for name in {heavy!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
