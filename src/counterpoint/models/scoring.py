"""What stands in a model's evaluation folder: how it learned, its figures, and those that only some models have."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.evaluation.charts import draw_likelihoods
from counterpoint.evaluation.judge import Judgement, figures
from counterpoint.evaluation.learning import draw_history
from counterpoint.evaluation.likelihood import ranking
from counterpoint.evaluation.pairing import pairing
from counterpoint.evaluation.textures import Texture
from counterpoint.evaluation.tracks import differences
from counterpoint.models import catalog
from counterpoint.models.folder import NonFiniteWeights
from counterpoint.models.generator import Likelihood
from counterpoint.models.ngram.comparison import beside_ngrams
from counterpoint.notes.keys import to_common_key
from counterpoint.notes.midi import read_midi
from counterpoint.render.pianoroll import draw_grid

_OWN_MIDI = {"max_notes": 10**6, "max_beats": 10**5}  # what a generator wrote needs no guard
Figures = dict[str, float | None]  # None is undefined, as with one test piece


def judged_figures(judgements: Mapping[Texture, Judgement], own: Texture, given: int | None = None) -> Figures:
    """The figures in the model's own texture, and, where it is judged as that, its distance as melody.

    given: the track that the model accompanies. It is a person's, so the differences of tracks are told without it.
    """
    found = figures(judgements[own])
    if given is not None:
        made = [row for row in judgements[own]["tracks"] if row["track"] != given]
        found |= differences(made, judgements[own]["pairs"])
    if own != "melody" and "melody" in judgements:
        as_melody = figures(judgements["melody"])
        found |= {f"melody_{key}": as_melody[key] for key in as_melody if key.startswith("distance_to_real")}
    return found


def write_training(folder: Path, out: Path, name: str, texture: Texture) -> None:
    """training.csv and training.png in `out`: the history of the model in `folder`; listen.png: what was heard of it
    on the way, one piano roll below the other, if anything was. texture: of what it writes.
    """
    history = pd.read_csv(folder / "history.csv")
    history.to_csv(out / "training.csv", index=False, lineterminator="\n")
    draw_history(history, out / "training.png", title=name)
    _draw_heard(folder / "listen", out / "listen.png", history, TRACK_NAMES[texture])


def _draw_heard(listen: Path, picture: Path, history: pd.DataFrame, names: tuple[str, ...]) -> None:
    """What the training wrote below `listen` on its way, titled by epochs or iterations; nothing if it wrote none.

    names: of the tracks, in the order of their numbers. A silent one is not in its file, and the next has its number.
    """
    heard = sorted(listen.glob("epoch-*.mid"))
    if not heard:
        return
    read = [read_midi(path.read_bytes(), path.stem, **_OWN_MIDI) for path in heard]
    pieces = [
        notes.assign(track=[names.index(facts.track_names[track]) for track in notes["track"]]) for notes, facts in read
    ]
    unit = "iteration" if "iteration" in history else "epoch"
    when = history.set_index("epoch", drop=False)[unit]
    titles = [f"{unit.capitalize()} {when[int(path.stem.removeprefix('epoch-'))]}" for path in heard]
    draw_grid(pd.concat(pieces, ignore_index=True), picture, titles, track_names=names)


def likelihood_figures(
    folder: Path, encoded: Path, vocabulary: Path, out: Path, *, orders: int, seed: int
) -> Mapping[str, float]:
    """The figures of a model that has a likelihood, its table and picture written to `out`; of any other, nothing."""
    try:
        model = catalog.load(folder)
    except NonFiniteWeights:  # `register` says so
        return {}
    if not isinstance(model, Likelihood):
        return {}
    symbols = Vocabulary.from_json(vocabulary.read_text(encoding="utf-8"))
    metrics, table = beside_ngrams(model, encoded, symbols, orders=orders, seed=seed)
    ranking(model.name, metrics, table).to_csv(out / "likelihood.csv", index=False, lineterminator="\n")
    draw_likelihoods(table, metrics, out / "likelihood.png", model=model.name)
    return metrics


def pairing_figures(written: pd.DataFrame, given: int | None) -> Figures:
    """paired_tonal_distance and shuffled_tonal_distance of a model that accompanies the track `given`; else nothing.

    written: what it wrote, the tracks numbered as in its layout. All pieces are brought to the common key first: a
    track beside that of a piece in another key is far from it whether or not the model heard anything. Undefined where
    it wrote too little.
    """
    if given is None:
        return {}
    heard = (written["track"] == given).any()
    found = pairing(to_common_key(written), given) if heard else None
    values = {"paired": found.paired, "shuffled": found.shuffled} if found else {"paired": None, "shuffled": None}
    return {f"{what}_tonal_distance": _plain(value) for what, value in values.items()}


def write_json(path: Path, content: Any) -> None:
    """Readable, in the order given. ValueError for a number that is not finite."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def _plain(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(f"{value:.6g}")
