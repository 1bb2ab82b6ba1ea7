import numpy as np
import pytest

from counterpoint.evaluation import likelihood
from counterpoint.evaluation.likelihood import EventNats

# Two pieces, of two events and of one; with their ENDs five events.
OFFSETS = np.array([0, 2, 3])
SPELLING = (np.array([0.0, 0.7, 0.0]), np.array([0.0, 0.0, 0.3]))
NOTE = np.array([1.0, 2.0, 0.5, 1.5, 0.25])
DURATION = np.array([0.4, 0.8, 0.0, 0.6, 0.0])
MODEL = EventNats(NOTE, DURATION, NOTE + DURATION)
CORRECT = (np.array([True, True, True, False, True]), np.array([True, False, True, True, True]))


def raised(nats: EventNats, by: float) -> EventNats:
    return EventNats(nats.note + 2 * by, nats.duration, nats.joint + by)


NGRAMS = {
    ("witten_bell", 1): raised(MODEL, 1.5),
    ("witten_bell", 2): raised(MODEL, 0.5),
    ("kneser_ney", 1): raised(MODEL, 0.75),
}


def test_means_by_hand():
    metrics, table = likelihood.evaluate_likelihood(OFFSETS, SPELLING, MODEL, CORRECT, NGRAMS)
    assert metrics["test_note_nll"] == pytest.approx((5.25 + 0.7) / 5)
    assert metrics["test_duration_nll"] == pytest.approx((1.8 + 0.3) / 5)
    assert metrics["test_joint_nll"] == pytest.approx(8.05 / 5)
    assert metrics["test_note_accuracy"] == pytest.approx(3 / 5)  # the second, an UNKNOWN rightly foretold, is no hit
    assert metrics["test_duration_accuracy"] == pytest.approx(1 / 3)  # without END, and the third is unknown
    assert metrics["ngram_best_joint_nll"] == pytest.approx(8.05 / 5 + 0.5)
    assert metrics["ngram_best_order"] == 2
    assert metrics["ngram_best_separate_nll"] == pytest.approx(1.19 + 1 + 0.42)
    assert metrics["improvement_percent"] == pytest.approx(100 * 0.5 / 2.11)
    assert (metrics["test_events"], metrics["test_pieces"]) == (5, 2)
    assert table.to_dict("list") == {
        "smoothing": ["witten_bell", "witten_bell", "kneser_ney"],
        "order": [1, 2, 1],
        "note_nll": pytest.approx([1.19 + 3, 1.19 + 1, 1.19 + 1.5]),
        "duration_nll": pytest.approx([0.42] * 3),
        "joint_nll": pytest.approx([1.61 + 1.5, 1.61 + 0.5, 1.61 + 0.75]),
    }


def test_intervals_hold_the_figure_and_come_back_with_the_seed():
    random = np.random.default_rng(5)
    offsets = np.cumsum([0, *random.integers(20, 60, 30)])
    count = offsets[-1] + 30
    ends = offsets[1:] + np.arange(30)
    of_piece = np.repeat(random.normal(1.0, 0.2, 30).clip(0.3), np.diff(offsets) + 1)
    note, duration = random.exponential(of_piece), random.exponential(np.full(count, 0.5))
    duration[ends] = 0
    model = EventNats(note, duration, note + duration)
    right = (random.random(count) < 0.4, random.random(count) < 0.7)
    nothing = np.zeros(offsets[-1])
    ngrams = {("witten_bell", 3): EventNats(note, duration, 1.25 * (note + duration))}

    def run(seed: int) -> dict[str, float]:
        return likelihood.evaluate_likelihood(offsets, (nothing, nothing), model, right, ngrams, seed=seed)[0]

    metrics = run(1)
    assert run(1) == metrics and run(2) != metrics
    assert metrics["test_joint_nll_low"] < metrics["test_joint_nll"] < metrics["test_joint_nll_high"]
    # The classical standard error of a ratio of sums over pieces, for comparison.
    lengths = np.diff(offsets) + 1
    residual = (
        np.add.reduceat(model.joint, np.concatenate([[0], np.cumsum(lengths)[:-1]]))
        - metrics["test_joint_nll"] * lengths
    )
    error = np.sqrt((residual**2).sum()) / lengths.sum()
    assert metrics["test_joint_nll_high"] - metrics["test_joint_nll_low"] == pytest.approx(3.92 * error, rel=0.1)
    # Always a quarter dearer, whichever pieces are drawn: 20 % fewer nats, without any doubt.
    for name in ("improvement_percent", "improvement_percent_low", "improvement_percent_high"):
        assert metrics[name] == pytest.approx(20)


@pytest.mark.parametrize(
    ("nats", "message"),
    [
        (EventNats(NOTE[:3], DURATION, NOTE), r"note nats of the model have shape \(3,\); the split has 5"),
        (EventNats(NOTE, DURATION + 1, NOTE), "duration nats of the model are not 0 at END"),
        (
            EventNats(NOTE, DURATION, np.array([1, 2, np.inf, 4, 5])),
            "joint nats of the model are not finite at event 2",
        ),
    ],
)
def test_nats_that_break_the_rules_are_refused(nats, message):
    with pytest.raises(ValueError, match=message):
        likelihood.evaluate_likelihood(OFFSETS, SPELLING, nats, CORRECT, NGRAMS)
