"""How likely a model and n-grams hold the same test events, the n-grams fitted on the same training events."""

from pathlib import Path

import pandas as pd

from counterpoint.encodings.store import load_split
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.evaluation.likelihood import evaluate_likelihood
from counterpoint.models.generator import Likelihood
from counterpoint.models.ngram import streams


def beside_ngrams(
    model: Likelihood, encoded: Path, vocabulary: Vocabulary, *, orders: int, seed: int
) -> tuple[dict[str, float], pd.DataFrame]:
    """`evaluate_likelihood` of `model` on the test split of `encoded` (.npz), with n-grams of orders 1 to `orders`."""
    (_, training), (raw, test) = (load_split(encoded, split) for split in ("train", "test"))
    nats, correct = model.likelihood(test)
    ngrams = streams.score(training, test, vocabulary, orders)
    return evaluate_likelihood(raw.offsets, vocabulary.spelling_nats(raw), nats, correct, ngrams, seed=seed)
