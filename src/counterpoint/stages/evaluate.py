"""Stage `evaluate@MODEL`: test likelihood in nats an event, beside n-grams fitted on the same training events."""

import json
import sys

import pandas as pd

from counterpoint import params, paths
from counterpoint.encodings.store import load_split
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.evaluation.charts import draw_history, draw_likelihoods
from counterpoint.evaluation.likelihood import evaluate_likelihood, ranking
from counterpoint.models import catalog
from counterpoint.models.generator import Likelihood
from counterpoint.models.ngram import streams
from counterpoint.stages.stage import run, written_beside


def main(name: str) -> None:
    settings = params.load()
    vocabulary = Vocabulary.from_json(paths.VOCABULARY.read_text(encoding="utf-8"))
    (_, training), (events, test) = (load_split(paths.EVENTS, split) for split in ("train", "test"))
    model = catalog.load(paths.model(name))
    if not isinstance(model, Likelihood):
        raise SystemExit(f"{name} gives no likelihood: there is nothing to compare with n-grams")
    nats, correct = model.likelihood(test)
    ngrams = streams.score(training, test, vocabulary, settings.evaluate.ngram_orders)
    spelling = vocabulary.spelling_nats(events)
    metrics, table = evaluate_likelihood(events.offsets, spelling, nats, correct, ngrams, seed=settings.seed)
    history = pd.read_csv(paths.model(name) / "history.csv")
    with written_beside(paths.evaluation(name)) as (folder,):
        folder.mkdir()
        (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
        ranking(name, metrics, table).to_csv(folder / "likelihood.csv", index=False, lineterminator="\n")
        history.to_csv(folder / "training.csv", index=False, lineterminator="\n")
        draw_likelihoods(table, metrics, folder / "likelihood.png", model=name)
        draw_history(history, folder / "training.png", title=name)
    print(table.round(3).to_string(index=False))
    print(json.dumps(metrics, indent=1))


if __name__ == "__main__":
    run(main, *sys.argv[1:])
