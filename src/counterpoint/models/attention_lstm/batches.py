"""Ragged token streams as rectangular batches of like lengths."""

from collections.abc import Iterator

import numpy as np

from counterpoint.encodings.events import PAD, Tokens

WIDTH_STEP = 16  # batch widths are its multiples: few shapes, little padding


def segments(tokens: Tokens, length: int) -> np.ndarray:
    """Where to cut: int64 (segments, 2), first and past-the-last token, each with 1 to `length` targets.

    A piece with more targets is cut into the fewest segments of nearly equal size. Neighbours share one token, the
    target of the one and the first input of the other, so every token but START is a target exactly once.
    """
    starts, targets = tokens.offsets[:-1], np.diff(tokens.offsets) - 1
    parts = -(-targets // length)
    piece = np.repeat(np.arange(len(starts)), parts)
    part = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    first = starts[piece] + part * targets[piece] // parts[piece]
    last = starts[piece] + (part + 1) * targets[piece] // parts[piece]
    return np.stack([first, last + 1], axis=1)


def padded(tokens: Tokens, cuts: np.ndarray, rows: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Notes and durations of the segments `cuts` as int32 (rows, width), PAD on the right and in rows left over."""
    lengths = np.zeros(rows, np.int64)
    lengths[: len(cuts)] = cuts[:, 1] - cuts[:, 0]
    first = np.zeros(rows, np.int64)
    first[: len(cuts)] = cuts[:, 0]
    column = np.arange(width)
    present = column < lengths[:, None]
    index = np.where(present, first[:, None] + column, 0)
    return tuple(np.where(present, stream[index], PAD).astype(np.int32) for stream in (tokens.notes, tokens.durations))  # type: ignore[return-value]


def epoch(
    tokens: Tokens, cuts: np.ndarray, batch_size: int, random: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One pass over the segments in random order: batches (batch_size, width + 1), like lengths together."""
    cuts = cuts[random.permutation(len(cuts))]
    width = -(-(cuts[:, 1] - cuts[:, 0] - 1) // WIDTH_STEP) * WIDTH_STEP
    order = np.argsort(width, kind="stable")
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    for number in random.permutation(len(batches)):
        rows = batches[number]
        yield padded(tokens, cuts[rows], batch_size, int(width[rows].max()) + 1)
