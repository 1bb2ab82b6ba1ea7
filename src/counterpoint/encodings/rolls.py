"""Splits of piano-roll bars: on disk, the same bytes for the same bars; phrases of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from counterpoint.encodings.arrays import as_text, load_arrays, save_arrays
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
    save_arrays(
        path,
        {
            split.name: {
                "pieces": as_text(split.bars.pieces),
                "offsets": split.bars.offsets,
                "shift": split.shift,
                "shape": np.array(split.bars.rolls.shape),
                "rolls": np.packbits(split.bars.rolls),
                "least_tracks": np.array(split.least_tracks),
                "left_out": np.array([[*split.left_out], [*split.left_out.values()]], dtype=np.str_),
            }
            for split in splits
        },
    )


def load_split(path: Path, split: str) -> Split:
    """One split of `path`. Raises ValueError, listing the splits there are, if it is not there."""
    stored = load_arrays(path, split)
    shape = tuple(stored["shape"].tolist())
    rolls = np.unpackbits(stored["rolls"], count=int(np.prod(shape))).view(bool).reshape(shape)
    return Split(
        split,
        Bars(tuple(stored["pieces"].tolist()), stored["offsets"], rolls),
        stored["shift"],
        int(stored["least_tracks"]),
        dict(stored["left_out"].T.tolist()),
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
