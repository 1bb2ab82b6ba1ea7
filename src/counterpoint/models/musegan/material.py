"""From encoded bars to phrases to train on, in the key that is asked for."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from counterpoint import params
from counterpoint.encodings.layout import Layout
from counterpoint.encodings.pianoroll import phrases, transposed
from counterpoint.encodings.rolls import Split, load_split, require_phrases


@dataclass(frozen=True, eq=False)
class Material:
    """Splits as they are trained on, and their phrases, bool (phrases, tracks, bars, steps, PITCHES).

    Training phrases begin in every bar; those of validation do not overlap.
    """

    layout: Layout
    splits: dict[str, Split]  # train and validation; moved to the common key if that is asked for
    train: np.ndarray
    validation: np.ndarray


def gather(encoded: Path, layout: Layout, settings: params.MuseGAN) -> Material:
    """The phrases of `settings.bars` bars. Raises NoPhrasesError if a split has none."""
    splits: dict[str, Split] = {}
    taken: dict[str, np.ndarray] = {}
    for name in ("train", "validation"):
        split = load_split(encoded, name)
        starts = require_phrases(split, layout, settings.bars)
        if settings.key == "common":
            split = in_common_key(split, layout)
        if name == "validation":  # what is compared with shall not tell one bar twice
            first = split.bars.offsets[np.searchsorted(split.bars.offsets, starts, side="right") - 1]
            starts = starts[(starts - first) % settings.bars == 0]
        splits[name], taken[name] = split, phrases(split.bars, starts, settings.bars)
    return Material(layout, splits, taken["train"], taken["validation"])


def in_common_key(split: Split, layout: Layout) -> Split:
    """Every piece moved by its `shift` to C major or A minor."""
    by_bar = np.repeat(split.shift.astype(np.int64), np.diff(split.bars.offsets))
    return replace(split, bars=replace(split.bars, rolls=transposed(split.bars.rolls, by_bar, layout)))
