"""Splits of piano-roll bars: on disk, one .npz without pickles, the same bytes for the same bars; phrases of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from counterpoint.encodings.layout import Layout
from counterpoint.encodings.pianoroll import Bars, phrase_starts

AS_BAND = """. Where few pieces have four voices, any become bands by these lines of params.yaml, whose check says what
else must follow:

pianoroll:
  view: band
  least_tracks: 1
"""


class NoPhrasesError(ValueError):
    """A split holds no phrase of the length that is asked for; the message says what was left out and what to mend."""


@dataclass(frozen=True, eq=False)
class Split:
    """shift: int8 (pieces,), semitones, -5 to 6, that bring each piece to C major or A minor; `bars` are unmoved.

    least_tracks: so many sound in a phrase (`pianoroll.phrase_starts`). left_out: piece → why it is not in `bars`.
    """

    name: str
    bars: Bars
    shift: np.ndarray
    least_tracks: int
    left_out: dict[str, str]


def save_splits(path: Path, splits: Iterable[Split]) -> None:
    """Write `splits` to `path` (.npz).

    Arrays are named "SPLIT/pieces" (text), "SPLIT/offsets" and "SPLIT/shift" as in Bars and Split, "SPLIT/shape" and
    "SPLIT/rolls", eight cells in a byte, "SPLIT/least_tracks", and "SPLIT/left_out" (text: pieces, then reasons).
    """
    arrays: dict[str, np.ndarray] = {}
    for split in splits:
        arrays |= {
            f"{split.name}/pieces": np.array(split.bars.pieces, dtype=np.str_),
            f"{split.name}/offsets": split.bars.offsets,
            f"{split.name}/shift": split.shift,
            f"{split.name}/shape": np.array(split.bars.rolls.shape),
            f"{split.name}/rolls": np.packbits(split.bars.rolls),
            f"{split.name}/least_tracks": np.array(split.least_tracks),
            f"{split.name}/left_out": np.array([[*split.left_out], [*split.left_out.values()]], dtype=np.str_),
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:  # a file, not a name: numpy would append .npz to a name without it
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load_split(path: Path, split: str) -> Split:
    """One split of `path`. Raises ValueError, listing the splits there are, if it is not there."""
    with np.load(path, allow_pickle=False) as stored:
        if f"{split}/pieces" not in stored:
            there = sorted({name.split("/")[0] for name in stored.files})
            raise ValueError(f"{path} has no split {split!r}; it has {', '.join(there) or 'none'}")
        shape = tuple(stored[f"{split}/shape"].tolist())
        rolls = np.unpackbits(stored[f"{split}/rolls"], count=int(np.prod(shape))).view(bool).reshape(shape)
        return Split(
            split,
            Bars(tuple(stored[f"{split}/pieces"].tolist()), stored[f"{split}/offsets"], rolls),
            stored[f"{split}/shift"],
            int(stored[f"{split}/least_tracks"]),
            dict(stored[f"{split}/left_out"].T.tolist()),
        )


def require_phrases(split: Split, layout: Layout, length: int) -> np.ndarray:
    """`phrase_starts` of phrases of `length` bars in `split`, at least one. Raises NoPhrasesError if there is none."""
    starts = phrase_starts(split.bars, length, split.least_tracks)
    if len(starts):
        return starts
    raise NoPhrasesError(
        f"there is nothing to train on: {said(split, length)}. data/encoded/pianoroll/coverage.json says of every "
        "piece that was left out why. Add music; or let others in by pianoroll.metre, and sparser phrases by "
        "pianoroll.least_tracks, in params.yaml; or ask for phrases of fewer bars"
        + (AS_BAND if layout.view == "voices" else "")
    )


def said(split: Split, length: int = 2) -> str:
    """How many phrases of `length` bars a split has, and what was left out, in a sentence."""
    first = next((f", such as {piece}: {reason}" for piece, reason in split.left_out.items()), "")
    return (
        f"the {split.name} split has {len(phrase_starts(split.bars, length, split.least_tracks)) or 'no'} phrases of "
        f"{length} bars in which {split.least_tracks} tracks sound, in {len(split.bars.rolls)} bars of "
        f"{len(split.bars.pieces)} pieces ({len(split.left_out)} were left out{first})"
    )
