"""A model that is itself an n-gram: what is said of it must be what the table says of that n-gram."""

import numpy as np
import pytest

from counterpoint.encodings import events
from counterpoint.encodings.events import END, START, Tokens
from counterpoint.encodings.store import load_split, save_splits
from counterpoint.encodings.vocabulary import fit
from counterpoint.evaluation.likelihood import EventNats
from counterpoint.models.ngram import streams
from counterpoint.models.ngram.comparison import beside_ngrams
from tests.evaluation import bach

ORDERS = 3


class NGramModel:
    """One n-gram a stream, and right about every note but the ENDs, about every third duration."""

    def __init__(self, nats: dict[tuple[str, int], EventNats], key: tuple[str, int]) -> None:
        self.nats = nats[key]
        self.seen: list[Tokens] = []

    def likelihood(self, tokens: Tokens) -> tuple[EventNats, tuple[np.ndarray, np.ndarray]]:
        self.seen.append(tokens)
        symbols = tokens.notes[tokens.notes != START]
        return self.nats, (symbols != END, np.arange(len(symbols)) % 3 == 0)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    path = tmp_path_factory.mktemp("encoded") / "events.npz"
    small = {}
    for split, count in {"train": 40, "validation": 5, "test": 12}.items():
        notes = bach.split(split, "melody")
        small[split] = events.encode(notes[notes["piece"].isin(sorted(notes["piece"].unique())[:count])], "melody")
    known = fit("melody", small["train"], minimum_count=5)  # so that some symbols are unknown
    save_splits(path, known, small)
    return path, known


@pytest.fixture(scope="module")
def nats(encoded) -> dict[tuple[str, int], EventNats]:
    path, known = encoded
    return streams.score(load_split(path, "train")[1], load_split(path, "test")[1], known, ORDERS)


def test_a_model_that_is_an_n_gram_has_that_n_grams_row(encoded, nats) -> None:
    path, known = encoded
    key = ("witten_bell", 2)
    metrics, table = beside_ngrams(NGramModel(nats, key), path, known, orders=ORDERS, seed=7)
    rows = table.set_index(["smoothing", "order"])
    assert set(rows.index) == set(nats) and len(rows) == 2 * ORDERS
    for stream in ("note", "duration", "joint"):
        assert metrics[f"test_{stream}_nll"] == pytest.approx(rows.loc[key, f"{stream}_nll"], abs=1e-12)
    assert metrics["ngram_best_joint_nll"] == rows["joint_nll"].min()
    assert metrics["ngram_best_order"] == rows["joint_nll"].idxmin()[1]
    assert metrics["test_joint_nll_low"] < metrics["test_joint_nll"] < metrics["test_joint_nll_high"]


def test_the_best_n_gram_is_no_better_than_itself(encoded, nats) -> None:
    path, known = encoded
    # what is unknown costs every n-gram the same to spell, so the best before spelling is the best after
    best = min(nats, key=lambda key: nats[key].joint.mean())
    metrics, _ = beside_ngrams(NGramModel(nats, best), path, known, orders=ORDERS, seed=7)
    assert metrics["improvement_percent"] == pytest.approx(0, abs=1e-9)
    assert metrics["improvement_percent_low"] == pytest.approx(0, abs=1e-9)
    assert metrics["improvement_percent_high"] == pytest.approx(0, abs=1e-9)


def test_it_is_the_test_split_that_is_judged_unknown_symbols_spelt(encoded, nats) -> None:
    path, known = encoded
    model = NGramModel(nats, ("kneser_ney", 3))
    metrics, _ = beside_ngrams(model, path, known, orders=1, seed=7)
    raw, tokens = load_split(path, "test")
    (seen,) = model.seen
    assert seen.pieces == tokens.pieces and np.array_equal(seen.notes, tokens.notes)
    assert metrics["test_pieces"] == 12
    assert metrics["test_events"] == len(raw.ticks) + 12  # an END a piece
    spelt = sum(part.sum() for part in known.spelling_nats(raw))
    assert spelt > 0
    expected = (model.nats.joint.sum() + spelt) / metrics["test_events"]
    assert metrics["test_joint_nll"] == pytest.approx(expected, abs=1e-12)
