import numpy as np
import pytest

from counterpoint.encodings import vocabulary
from counterpoint.encodings.events import END, START, UNKNOWN, Events, Tokens
from counterpoint.encodings.pitch_sets import from_pitches
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.models.ngram import streams

A, B = 4, 5  # note tokens of the vocabulary below
SHORT, LONG = 4, 5
KNOWN = Vocabulary("melody", ((60,), (67,)), (12, 24))


def tokens_of(*pieces: list[tuple[int, int]]) -> Tokens:
    whole = [[(START, START), *piece] for piece in pieces]
    flat = np.array([token for piece in whole for token in piece], np.int32)
    names = tuple(f"piece {i}" for i in range(len(pieces)))
    return Tokens(names, np.cumsum([0, *map(len, whole)]), flat[:, 0], flat[:, 1])


OVER = (END, END)
TRAINING = tokens_of([(A, SHORT), (B, LONG), (A, SHORT), (B, SHORT), OVER])


def probabilities(scored: Tokens, **how) -> np.ndarray:
    return np.exp(-streams.fit(TRAINING, KNOWN, **how).nats(scored))


def test_witten_bell_note_bigram_by_hand():
    # Order 1 over END, UNKNOWN, A, B: counts A 2, B 2, END 1; 5 notes, 3 kinds.
    a, b, end, unknown = (2 + 3 / 4) / 8, (2 + 3 / 4) / 8, (1 + 3 / 4) / 8, (3 / 4) / 8
    # Order 2: START A once; A B twice; B A once, B END once.
    expected = [(1 + a) / 2, (2 + b) / 3, (1 + 2 * a) / 4, unknown / 3, end]
    scored = tokens_of([(A, LONG), (B, LONG), (A, LONG), (UNKNOWN, LONG), OVER])
    np.testing.assert_allclose(probabilities(scored, order=2, smoothing="witten_bell", stream="note"), expected)


def test_kneser_ney_note_bigram_by_hand():
    # Order 1 counts what comes before: A after START and B, B after A, END after B. Discount 2.5 / (2 + 2 + 1) = 0.5.
    a, b, end, unknown = 1.5 / 4 + 0.375 / 4, 0.5 / 4 + 0.375 / 4, 0.5 / 4 + 0.375 / 4, 0.375 / 4
    assert a + b + end + unknown == 1
    # Order 2: START A 1, A B 2, B A 1, B END 1. Discount 3.5 / (3 + 2 + 1).
    d = 3.5 / 6
    expected = [1 - d + d * a, (2 - d) / 2 + d / 2 * b, (1 - d) / 2 + d * a, d / 2 * unknown, end]
    scored = tokens_of([(A, LONG), (B, LONG), (A, LONG), (UNKNOWN, LONG), OVER])
    np.testing.assert_allclose(probabilities(scored, order=2, smoothing="kneser_ney", stream="note"), expected)


def test_durations_alone_pay_nothing_for_the_end():
    # Over UNKNOWN, SHORT, LONG: SHORT 3, LONG 1; 4 durations, 2 kinds; END is not among them.
    expected = [(1 + 2 / 3) / 6, (2 / 3) / 6, 1, (3 + 2 / 3) / 6, 1]
    scored = tokens_of([(A, LONG), (A, UNKNOWN), OVER], [(B, SHORT), OVER])
    np.testing.assert_allclose(probabilities(scored, order=1, smoothing="witten_bell", stream="duration"), expected)


def test_a_pair_never_seen_together_falls_back_on_note_times_duration():
    # Pairs: (A, SHORT) 2, (B, LONG) 1, (B, SHORT) 1, END 1; 5 events, 4 kinds. (A, LONG) was never seen.
    a, long = (2 + 3 / 4) / 8, (1 + 2 / 3) / 6
    end = (1 + 3 / 4) / 8
    expected = [4 * a * long / 9, (1 + 4 * end) / 9]
    np.testing.assert_allclose(probabilities(tokens_of([(A, LONG), OVER]), order=1, smoothing="witten_bell"), expected)


@pytest.mark.parametrize("smoothing", streams.SMOOTHINGS)
@pytest.mark.parametrize("stream", ["joint", "note", "duration"])
def test_sums_to_one_over_the_whole_alphabet(smoothing, stream):
    random = np.random.default_rng(3)
    events = Events(
        ("a", "b"),
        np.array([0, 40, 60]),
        from_pitches((60 + random.geometric(0.5, (60, 1))).tolist()),
        (6 * random.geometric(0.6, 60)).astype(np.int32),
    )
    known = vocabulary.fit("melody", events, minimum_count=4)
    training = known.tokens(events)
    assert (training.notes == UNKNOWN).any() and (training.durations == UNKNOWN).any()
    notes, durations = range(UNKNOWN, known.note_size), range(UNKNOWN, known.duration_size)
    alphabet = {
        "joint": [OVER, *((note, duration) for note in notes for duration in durations)],
        "note": [OVER, *((note, SHORT) for note in notes)],
        "duration": [(A, duration) for duration in durations],
    }[stream]
    fitted = streams.fit(training, known, order=3, smoothing=smoothing, stream=stream)
    for history in ([], [(A, SHORT)], [(UNKNOWN, SHORT), (A, SHORT)], [(A, SHORT), (A, SHORT), (5, 4)]):
        scored = tokens_of(*([*history, symbol] for symbol in alphabet))
        last = fitted.nats(scored).reshape(len(alphabet), -1)[:, -1]
        assert np.exp(-last).sum() == pytest.approx(1, abs=1e-12)


def test_score_holds_every_order_and_smoothing():
    scored = tokens_of([(B, SHORT), (A, LONG), OVER], [OVER])
    table = streams.score(TRAINING, scored, KNOWN, orders=3)
    assert list(table) == [(s, order) for s in ("witten_bell", "kneser_ney") for order in (1, 2, 3)]
    nats = table["kneser_ney", 2]
    for stream in ("note", "duration", "joint"):
        fitted = streams.fit(TRAINING, KNOWN, order=2, smoothing="kneser_ney", stream=stream)
        np.testing.assert_array_equal(getattr(nats, stream), fitted.nats(scored))
        assert getattr(nats, stream).shape == (4,)


def test_order_nought_is_refused():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        streams.fit(TRAINING, KNOWN, order=0, smoothing="witten_bell")
