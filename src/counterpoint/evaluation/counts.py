"""Counting by piece on flat arrays, without a loop over pieces or notes."""

import numpy as np

from counterpoint.evaluation.music import Music


def by_piece(music: Music, amounts: np.ndarray | None = None) -> np.ndarray:
    """The sum of `amounts`, one a note, over every piece; without them, its notes. float64 (pieces,)."""
    return np.bincount(music.piece, amounts, minlength=len(music.pieces)).astype(np.float64)


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, NaN where whole is 0: of one shape, or broadcast to one."""
    return np.divide(part, whole, out=np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan), where=whole != 0)


def mean_by_piece(values: np.ndarray, piece: np.ndarray, pieces: int) -> np.ndarray:
    """The mean of `values` in each of `pieces` pieces; float64 (pieces,), NaN for a piece without a value."""
    return ratio(np.bincount(piece, values, minlength=pieces), np.bincount(piece, minlength=pieces))


def shares_by_piece(
    piece: np.ndarray, cells: np.ndarray, width: int, pieces: int, weights: np.ndarray | None = None
) -> np.ndarray:
    """What part of each piece's entries, or of their weights, falls on each cell; float64 (pieces, width).

    piece, cells: int64 (entries,). The shares of a piece sum to 1; they are NaN if it has no entry.
    """
    table = np.bincount(piece * width + cells, weights, minlength=pieces * width).reshape(pieces, width)
    return ratio(table, table.sum(axis=1, keepdims=True))


def part_keys(music: Music) -> np.ndarray:
    """A number for the (piece, track) of each note; int64 (notes,)."""
    return music.piece * (music.track.max(initial=0) + 1) + music.track


def covered(group: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """How many of the whole numbers from start to stop - 1 each span is the first of its group to hold.

    Summed over a group it is the size of the union of its spans. All int64 (spans,), numbers from 0.
    """
    # All groups on one clock, one after the other, so that a running maximum never reaches from one to the next.
    clock = group * (stop.max(initial=0) + 1)
    order = np.argsort(clock + start, kind="stable")  # quick on what is sorted already, as notes are by track
    begins, ends = (clock + start)[order], (clock + stop)[order]
    reached = np.concatenate([begins[:1], np.maximum.accumulate(ends)[:-1]])
    result = np.empty(len(order), np.int64)
    result[order] = np.maximum(0, ends - np.maximum(begins, reached))
    return result


def bars_of(music: Music) -> tuple[np.ndarray, np.ndarray]:
    """The bar in which each note begins, and the bar after the last in which it sounds; int64 (notes,) each.

    A note that is released on a bar line does not sound in the bar that begins there.
    """
    bar_ticks = music.bar_ticks[music.piece]
    return music.onset // bar_ticks, (music.release - 1) // bar_ticks + 1
