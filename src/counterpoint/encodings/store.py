"""Splits of events on disk, the same bytes for the same events."""

from pathlib import Path

from counterpoint.encodings.arrays import as_text, load_arrays, save_arrays
from counterpoint.encodings.events import Events, Tokens
from counterpoint.encodings.vocabulary import Vocabulary


def save_splits(path: Path, vocabulary: Vocabulary, splits: dict[str, Events]) -> None:
    """Write every split's raw events and its tokens to `path` (.npz). The training split comes already transposed.

    Arrays are named "SPLIT/pieces" (text), "SPLIT/offsets", "SPLIT/chords", "SPLIT/ticks" (as in Events) and
    "SPLIT/token_offsets", "SPLIT/notes", "SPLIT/durations" (as in Tokens).
    """
    tokens = {split: vocabulary.tokens(events) for split, events in splits.items()}
    save_arrays(
        path,
        {
            split: {
                "pieces": as_text(events.pieces),
                "offsets": events.offsets,
                "chords": events.chords,
                "ticks": events.ticks,
                "token_offsets": tokens[split].offsets,
                "notes": tokens[split].notes,
                "durations": tokens[split].durations,
            }
            for split, events in splits.items()
        },
    )


def load_split(path: Path, split: str) -> tuple[Events, Tokens]:
    """One split's raw events and tokens. Raises ValueError, listing the splits there are, if `path` lacks it."""
    stored = load_arrays(path, split)
    pieces = tuple(stored["pieces"].tolist())
    return (
        Events(pieces, *(stored[name] for name in ("offsets", "chords", "ticks"))),
        Tokens(pieces, *(stored[name] for name in ("token_offsets", "notes", "durations"))),
    )
