"""Stage `evaluate@MODEL`: what the model wrote, judged by the held-out music; and its likelihood beside n-grams."""

import json
import sys
from pathlib import Path
from typing import cast

import pandas as pd

from counterpoint import params, paths
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.evaluation.charts import draw_history, draw_likelihoods
from counterpoint.evaluation.judge import Bench, Judgement, failed_guards, figures, judge, prepare
from counterpoint.evaluation.likelihood import ranking
from counterpoint.evaluation.textures import Texture
from counterpoint.models import catalog
from counterpoint.models.folder import NonFiniteWeights
from counterpoint.models.generator import Likelihood
from counterpoint.models.ngram.comparison import beside_ngrams
from counterpoint.notes.table import read_notes
from counterpoint.params import Params
from counterpoint.stages.material import split_music
from counterpoint.stages.stage import run, written_beside


def main(name: str) -> None:
    settings, own = params.load(), cast(Texture, catalog.texture(name))
    written = read_notes(paths.samples(name) / "notes.parquet")
    # As melody all generators can be compared, and each by the very lines that melody models and reference rows are.
    textures: tuple[Texture, ...] = (own, "melody")
    benches = {texture: bench(texture, settings) for texture in dict.fromkeys(textures)}
    judgements = {texture: judge(written, against) for texture, against in benches.items()}
    chosen = settings.evaluate
    limits = {"copying_margin": chosen.copying_margin, "least_diversity": chosen.least_diversity}
    asked = getattr(settings.sample, name).count
    failed = failed_guards(written, judgements[own], benches[own], asked=asked, **limits)
    with written_beside(paths.evaluation(name)) as (folder,):
        folder.mkdir()
        history = pd.read_csv(paths.model(name) / "history.csv")
        history.to_csv(folder / "training.csv", index=False, lineterminator="\n")
        draw_history(history, folder / "training.png", title=name)
        found = {**_figures(judgements, own), **_likelihood(name, settings, folder)}
        for file, content in {"metrics": found, "guards": {"failed": failed}, "judgements": judgements}.items():
            text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
            (folder / f"{file}.json").write_text(text + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    for guard, reason in failed.items():
        print(f"{name} failed the guard {guard}: {reason}")


def bench(texture: Texture, settings: Params) -> Bench:
    """What music in `texture` is judged against, whoever wrote it."""
    music = split_music(texture, settings)
    return prepare(music["test"], music["train"], texture, seed=settings.seed)


def _figures(judgements: dict[Texture, Judgement], own: Texture) -> dict[str, float | None]:
    """The figures in the model's own texture, and its distance as melody. None is undefined, as with one test piece."""
    found = figures(judgements[own])
    if own != "melody":
        as_melody = figures(judgements["melody"])
        found |= {f"melody_{key}": as_melody[key] for key in as_melody if key.startswith("distance_to_real")}
    return found


def _likelihood(name: str, settings: Params, folder: Path) -> dict[str, float]:
    """The figures of a model that has a likelihood, its table and picture written to `folder`; else nothing."""
    try:
        model = catalog.load(paths.model(name))
    except NonFiniteWeights:  # `register` says so
        return {}
    if not isinstance(model, Likelihood):
        return {}
    texture, orders = model.texture, settings.evaluate.ngram_orders
    vocabulary = Vocabulary.from_json(paths.vocabulary(texture).read_text(encoding="utf-8"))
    metrics, table = beside_ngrams(model, paths.events(texture), vocabulary, orders=orders, seed=settings.seed)
    ranking(name, metrics, table).to_csv(folder / "likelihood.csv", index=False, lineterminator="\n")
    draw_likelihoods(table, metrics, folder / "likelihood.png", model=name)
    return metrics


if __name__ == "__main__":
    run(main, *sys.argv[1:])
