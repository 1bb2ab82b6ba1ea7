"""The rows that stand beside the models in every report, in one texture: from held-out music down to noise."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.encodings import events
from counterpoint.encodings.vocabulary import fit
from counterpoint.evaluation.references import corrupted, shuffled_tracks, uniform_noise
from counterpoint.evaluation.textures import Texture, render
from counterpoint.evaluation.tracks import TRACKED
from counterpoint.models.ngram import imitation, voices
from counterpoint.params import Params

SHARES = (0.05, 0.1, 0.2, 0.4)  # of the notes that are spoilt
COUNT = 64  # pieces that an n-gram writes, as many as a model by default
LENGTH = 128  # events, or slices of four voices, that it writes at most


@dataclass(frozen=True, eq=False)
class Row:
    """A set of music to compare with, in the texture, its tracks numbered so."""

    name: str
    title: str
    notes: pd.DataFrame


def can_be(texture: Texture, music: dict[str, pd.DataFrame]) -> bool:
    """Whether every split has pieces that can be rendered in `texture`; of a band, pieces with drums."""
    rendered = [render(notes, texture) for notes in music.values()]
    return all(notes["is_drum"].any() if texture == "band" else not notes.empty for notes in rendered)


def rows(texture: Texture, music: dict[str, pd.DataFrame], settings: Params) -> list[Row]:
    """What to judge against the test split, best first, as a musician would say.

    music: the splits' note tables. The validation split is the held-out music, and what is spoilt; the n-gram
    is fitted on the training split and chosen on the validation split.
    """
    training, held_out = (render(music[split], texture) for split in ("train", "validation"))
    seed = settings.seed
    imitated = _imitated(texture, training, held_out, settings)
    found = [Row("held_out", "held-out music (validation split)", held_out)]
    if texture in TRACKED:
        found.insert(0, Row("training", "training music", _some(training, seed)))
        what = "voices" if texture == "voices" else "tracks"
        found.append(Row("shuffled", f"its {what} shuffled between pieces", shuffled_tracks(held_out, seed=seed)))
    if imitated:
        found.append(Row("ngram", f"music by a {imitated[1]}", imitated[0]))
    found += [
        Row(
            f"corrupted_{share:.0%}".removesuffix("%"),
            f"held-out music, {100 * share:.0f} % of the notes spoilt",
            corrupted(held_out, share, training, seed=seed),
        )
        for share in SHARES
    ]
    return [*found, Row("noise", "uniform noise", uniform_noise(held_out, training, seed=seed))]


def _some(notes: pd.DataFrame, seed: int) -> pd.DataFrame:
    """COUNT of the pieces, or all if they are fewer."""
    pieces = np.sort(notes["piece"].unique())
    chosen = np.random.default_rng(seed).permutation(pieces)[:COUNT]
    return notes[notes["piece"].isin(chosen)].reset_index(drop=True)


def _imitated(
    texture: Texture, training: pd.DataFrame, held_out: pd.DataFrame, settings: Params
) -> tuple[pd.DataFrame, str] | None:
    """What an n-gram writes, and its name; None for a band, of which there is none."""
    orders, seed = settings.evaluate.ngram_orders, settings.seed
    if texture == "voices":
        return voices.imitate(training, held_out, orders=orders, count=COUNT, length=LENGTH, seed=seed)
    if texture == "band":
        return None
    learnt, judged = events.encode(training, texture), events.encode(held_out, texture)
    if getattr(settings, texture).key == "augment":
        learnt = events.transposed(learnt)
    vocabulary = fit(texture, learnt)
    return imitation.imitate(
        vocabulary.tokens(learnt),
        vocabulary.tokens(judged),
        vocabulary,
        orders=orders,
        count=COUNT,
        length=LENGTH,
        seed=seed,
    )
