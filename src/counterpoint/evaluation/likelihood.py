"""Test likelihoods, in nats an event, of a model beside n-grams.

Everything comes as numbers. The rules, the same for the model and the n-grams:
- every event of the split, each piece's END among them, counts once in a mean;
- at END the note stream says that it ends and the duration is no choice: it costs nothing;
- an unknown symbol costs, beyond its UNKNOWN token, the nats to spell it, so that a smaller vocabulary cannot win;
  for the same reason an UNKNOWN rightly foretold is no hit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

BOOTSTRAP_DRAWS = 2000


@dataclass(frozen=True, eq=False)
class EventNats:
    """-log p of every event, END included, piece after piece, in nats; three float arrays of one length.

    `joint` is of the pair. A model whose streams are independent given the past has joint = note + duration; the three
    columns of an n-gram are three n-grams.
    """

    note: np.ndarray
    duration: np.ndarray
    joint: np.ndarray


def evaluate_likelihood(
    offsets: np.ndarray,
    spelling: tuple[np.ndarray, np.ndarray],
    model: EventNats,
    correct: tuple[np.ndarray, np.ndarray],
    ngrams: Mapping[tuple[str, int], EventNats],
    *,
    seed: int = 0,
) -> tuple[dict[str, float], pd.DataFrame]:
    """Metrics of a model on the test split, and the table of the n-grams.

    offsets: of the pieces' events without END (Events.offsets). spelling: (note, duration) nats of those events.
    model, correct: its nats, and whether its likeliest (note, duration) was right, of every event with END.
    ngrams: (smoothing, order) → nats.

    Metrics, in nats an event where they end in _nll:
    - test_joint_nll, with test_joint_nll_low and _high: a 95 % interval, percentiles of 2,000 draws of pieces;
    - test_note_nll, test_duration_nll; test_note_accuracy of all events, test_duration_accuracy of all but END;
    - ngram_best_joint_nll and ngram_best_order, of the n-gram of pairs that is best on these very test events (a
      judge's favour to the n-grams);
    - ngram_best_separate_nll: the least sum of a note and a duration n-gram of one smoothing and order, which on a
      small corpus can undercut the pairs;
    - improvement_percent: how far test_joint_nll lies below ngram_best_joint_nll; _low, _high from the same draws;
    - test_events (with ENDs), test_pieces.
    Table: smoothing, order, note_nll, duration_nll, joint_nll.

    Raises ValueError if lengths disagree, a duration at END costs something, or nats are not finite.
    """
    lengths = np.diff(offsets) + 1
    is_end = np.zeros(lengths.sum(), bool)
    is_end[np.cumsum(lengths) - 1] = True
    spelled_note, spelled_duration = (np.insert(nats, offsets[1:], 0.0) for nats in spelling)
    model = _spelled("the model", model, is_end, spelled_note, spelled_duration)
    known_note, known_duration = spelled_note == 0, spelled_duration == 0
    judged = {
        key: _spelled(f"the {key[0]} n-gram of order {key[1]}", nats, is_end, spelled_note, spelled_duration)
        for key, nats in ngrams.items()
    }
    table = pd.DataFrame(
        [
            (smoothing, order, nats.note.mean(), nats.duration.mean(), nats.joint.mean())
            for (smoothing, order), nats in judged.items()
        ],
        columns=["smoothing", "order", "note_nll", "duration_nll", "joint_nll"],
    )
    best = min(judged, key=lambda key: judged[key].joint.mean())
    model_draws, best_draws = _bootstrap_means(np.stack([model.joint, judged[best].joint]), lengths, seed)
    low, high = np.percentile(model_draws, [2.5, 97.5])
    better = 100 * (1 - model_draws / best_draws)
    metrics = {
        "test_joint_nll": model.joint.mean(),
        "test_joint_nll_low": low,
        "test_joint_nll_high": high,
        "test_note_nll": model.note.mean(),
        "test_duration_nll": model.duration.mean(),
        "test_note_accuracy": (correct[0] & known_note).mean(),
        "test_duration_accuracy": (correct[1] & known_duration)[~is_end].mean(),
        "ngram_best_joint_nll": judged[best].joint.mean(),
        "ngram_best_order": best[1],
        "ngram_best_separate_nll": (table["note_nll"] + table["duration_nll"]).min(),
        "improvement_percent": 100 * (1 - model.joint.mean() / judged[best].joint.mean()),
        "improvement_percent_low": np.percentile(better, 2.5),
        "improvement_percent_high": np.percentile(better, 97.5),
        "test_events": len(is_end),
        "test_pieces": len(lengths),
    }
    counts = {"ngram_best_order", "test_events", "test_pieces"}
    return {name: int(value) if name in counts else float(value) for name, value in metrics.items()}, table


def ranking(model: str, metrics: Mapping[str, float], table: pd.DataFrame) -> pd.DataFrame:
    """The model and the n-grams as rows of one table (model, note_nll, duration_nll, joint_nll), fewest nats first."""
    columns = ["note_nll", "duration_nll", "joint_nll"]
    of_model = pd.DataFrame([{"model": model, **{column: metrics[f"test_{column}"] for column in columns}}])
    names = table["order"].astype(str) + "-gram, " + table["smoothing"].str.replace("_", "-")
    of_ngrams = table.assign(model=names)[of_model.columns]
    return pd.concat([of_model, of_ngrams]).sort_values("joint_nll", kind="stable", ignore_index=True)


def _spelled(
    who: str, nats: EventNats, is_end: np.ndarray, spelled_note: np.ndarray, spelled_duration: np.ndarray
) -> EventNats:
    for name, values in (("note", nats.note), ("duration", nats.duration), ("joint", nats.joint)):
        if values.shape != is_end.shape:
            raise ValueError(
                f"{name} nats of {who} have shape {values.shape}; the split has {len(is_end)} events with its ENDs"
            )
        if not np.isfinite(values).all():
            raise ValueError(f"{name} nats of {who} are not finite at event {np.flatnonzero(~np.isfinite(values))[0]}")
    if nats.duration[is_end].any():
        raise ValueError(f"duration nats of {who} are not 0 at END, where the duration is no choice")
    return EventNats(
        nats.note + spelled_note, nats.duration + spelled_duration, nats.joint + spelled_note + spelled_duration
    )


def _bootstrap_means(nats: np.ndarray, lengths: np.ndarray, seed: int) -> np.ndarray:
    """Means an event of pieces drawn with replacement: nats (rows, events) → (rows, draws). Rows share their draws."""
    of_pieces = np.add.reduceat(nats, np.concatenate([[0], np.cumsum(lengths)[:-1]]), axis=1)
    drawn = np.random.default_rng(seed).multinomial(
        len(lengths), np.full(len(lengths), 1 / len(lengths)), BOOTSTRAP_DRAWS
    )
    return of_pieces @ drawn.T / (drawn @ lengths)
