import time

import numpy as np
import pytest

from counterpoint.encodings import store
from counterpoint.encodings.events import Events
from counterpoint.encodings.pitch_sets import from_pitches
from counterpoint.encodings.vocabulary import Vocabulary

VOCABULARY = Vocabulary("chords", ((), (60,), (60, 62)), (6, 24))
SPLITS = {
    "train": Events(
        ("naïve@-5", "b"), np.array([0, 1, 3]), from_pitches([(60,), (), (60, 62)]), np.array([24, 6, 24], np.int32)
    ),
    "validation": Events(("c",), np.array([0, 1]), from_pitches([(61,)]), np.array([12], np.int32)),
    "test": Events((), np.array([0]), from_pitches([]), np.array([], np.int32)),
}


def test_every_split_comes_back_with_its_tokens(tmp_path):
    path = tmp_path / "folder" / "encoded.npz"
    store.save_splits(path, VOCABULARY, SPLITS)
    for split, events in SPLITS.items():
        raw, tokens = store.load_split(path, split)
        expected = VOCABULARY.tokens(events)
        assert raw.pieces == tokens.pieces == events.pieces
        for got, wanted, names in (
            (raw, events, ("offsets", "chords", "ticks")),
            (tokens, expected, ("offsets", "notes", "durations")),
        ):
            for name in names:
                np.testing.assert_array_equal(getattr(got, name), getattr(wanted, name))
                assert getattr(got, name).dtype == getattr(wanted, name).dtype


def test_equal_events_are_equal_bytes(tmp_path, monkeypatch):
    store.save_splits(tmp_path / "one.npz", VOCABULARY, SPLITS)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 100_000.0)
    store.save_splits(tmp_path / "two", VOCABULARY, SPLITS)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_split_that_is_not_there_is_named(tmp_path):
    store.save_splits(tmp_path / "encoded.npz", VOCABULARY, {"train": SPLITS["train"]})
    with pytest.raises(ValueError, match="no split 'test'; it has train"):
        store.load_split(tmp_path / "encoded.npz", "test")
