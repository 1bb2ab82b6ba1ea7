"""Encoded splits on disk: one .npz without pickles, the same bytes for the same events."""

from pathlib import Path

import numpy as np

from counterpoint.encodings.events import Events, Tokens
from counterpoint.encodings.vocabulary import Vocabulary


def save_splits(path: Path, vocabulary: Vocabulary, splits: dict[str, Events]) -> None:
    """Write every split's raw events and its tokens to `path` (.npz). The training split comes already transposed.

    Arrays are named "SPLIT/pieces" (text), "SPLIT/offsets", "SPLIT/chords", "SPLIT/ticks" (as in Events) and
    "SPLIT/token_offsets", "SPLIT/notes", "SPLIT/durations" (as in Tokens).
    """
    arrays: dict[str, np.ndarray] = {}
    for split, events in splits.items():
        tokens = vocabulary.tokens(events)
        arrays |= {
            f"{split}/pieces": np.array(events.pieces, dtype=np.str_),
            f"{split}/offsets": events.offsets,
            f"{split}/chords": events.chords,
            f"{split}/ticks": events.ticks,
            f"{split}/token_offsets": tokens.offsets,
            f"{split}/notes": tokens.notes,
            f"{split}/durations": tokens.durations,
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:  # a file, not a name: numpy would append .npz to a name without it
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load_split(path: Path, split: str) -> tuple[Events, Tokens]:
    """One split's raw events and tokens. Raises ValueError, listing the splits there are, if `path` lacks it."""
    with np.load(path, allow_pickle=False) as stored:
        if f"{split}/pieces" not in stored:
            there = sorted({name.split("/")[0] for name in stored.files})
            raise ValueError(f"{path} has no split {split!r}; it has {', '.join(there) or 'none'}")
        pieces = tuple(stored[f"{split}/pieces"].tolist())
        raw = (stored[f"{split}/{name}"] for name in ("offsets", "chords", "ticks"))
        numbers = (stored[f"{split}/{name}"] for name in ("token_offsets", "notes", "durations"))
        return Events(pieces, *raw), Tokens(pieces, *numbers)
