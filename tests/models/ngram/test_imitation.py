import numpy as np
import pandas as pd
import pytest

from counterpoint.encodings import events
from counterpoint.encodings.events import Events, Tokens
from counterpoint.encodings.pitch_sets import from_pitches
from counterpoint.encodings.vocabulary import Vocabulary, fit
from counterpoint.models.ngram import streams
from counterpoint.models.ngram.imitation import imitate
from tests.evaluation import bach


def tunes(*pieces: list[tuple[int, int]]) -> Events:
    """Pieces of (pitch, ticks)."""
    flat = [event for piece in pieces for event in piece]
    return Events(
        tuple(f"tune {place:03d}" for place in range(len(pieces))),
        np.cumsum([0, *map(len, pieces)], dtype=np.int64),
        from_pitches([[pitch] for pitch, _ in flat]),
        np.array([ticks for _, ticks in flat], np.int32),
    )


def written(learnt: Events, judged: Events, known: Vocabulary, **how) -> tuple[pd.DataFrame, str]:
    chosen = {"orders": 3, "count": 40, "length": 30, "seed": 5} | how
    return imitate(known.tokens(learnt), known.tokens(judged), known, **chosen)


def lines(notes: pd.DataFrame) -> dict[str, list[tuple[int, int]]]:
    return {
        str(piece): list(zip(of["pitch"].tolist(), of["duration"].tolist(), strict=True))
        for piece, of in notes.groupby("piece")
    }


TUNE = [(60, 12), (64, 24), (67, 6), (64, 48)]


def test_one_tune_learnt_by_heart_is_written_again() -> None:
    learnt = tunes(*[TUNE] * 300)
    notes, who = written(learnt, tunes(TUNE), fit("melody", learnt))
    assert who in {
        f"{smoothing} n-gram of order {order}" for smoothing in ("Witten–Bell", "Kneser–Ney") for order in (2, 3)
    }
    assert sum(line == TUNE for line in lines(notes).values()) >= 36  # of 40


def test_a_piece_ends_where_a_symbol_cannot_be_played() -> None:
    learnt = tunes(*[TUNE] * 300)
    known = Vocabulary("melody", ((60,), (64,)), (12, 24, 48))  # (67, 6) lies between
    notes, _ = written(learnt, tunes(TUNE), known)
    assert sum(line == TUNE[:2] for line in lines(notes).values()) >= 36
    assert set(notes["pitch"]) <= {60, 64}


def test_where_nothing_can_be_played_nothing_is_written() -> None:
    learnt = tunes(*[TUNE] * 300)
    notes, _ = written(learnt, tunes(TUNE), Vocabulary("melody", ((61,),), (7,)))
    assert notes["piece"].nunique() <= 2


@pytest.fixture(scope="module")
def bach_melodies() -> tuple[Tokens, Tokens, Vocabulary]:
    training, validation = bach.split("train", "melody"), bach.split("validation", "melody")
    small = training[training["piece"].isin(sorted(training["piece"].unique())[:60])]
    learnt = events.encode(small, "melody")
    known = fit("melody", learnt)
    return known.tokens(learnt), known.tokens(events.encode(validation, "melody")), known


def test_the_n_gram_is_the_one_that_likes_validation_best(bach_melodies) -> None:
    learnt, judged, known = bach_melodies
    _, who = imitate(learnt, judged, known, orders=4, count=2, length=5, seed=1)
    mean_nats = {
        f"{streams.NAMES[smoothing]} n-gram of order {order}": nats.joint.mean()
        for (smoothing, order), nats in streams.score(learnt, judged, known, 4).items()
    }
    assert who == min(mean_nats, key=mean_nats.__getitem__)
    assert who != max(mean_nats, key=mean_nats.__getitem__)


def test_what_is_written_is_of_the_vocabulary_bounded_and_the_seeds(bach_melodies) -> None:
    learnt, judged, known = bach_melodies

    def write(seed: int, count: int = 9) -> pd.DataFrame:
        return imitate(learnt, judged, known, orders=3, count=count, length=25, seed=seed)[0]

    notes = write(3)
    assert set(notes["piece"]) == {f"{number:03d}" for number in range(9)}
    assert notes.groupby("piece").size().between(1, 25).all()
    assert {(pitch,) for pitch in notes["pitch"]} <= set(known.chords)
    assert set(notes["duration"]) <= set(known.ticks)
    events.encode(notes, "melody")  # refuses a line with two notes at once
    pd.testing.assert_frame_equal(write(3), notes)
    assert not write(4).equals(notes)
