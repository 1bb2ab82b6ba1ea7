"""Ranges of whole numbers as flat arrays: which beats or chords each note lasts through."""

import numpy as np


def spread(first: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`count[i]` successive numbers from `first[i]` on, for every row i; none where the count is negative.

    first, count: int64 (rows,). Returns (row, number), both int64 (sum of counts,), row after row.
    """
    count = np.maximum(count, 0)
    row = np.repeat(np.arange(len(first)), count)
    begins = np.cumsum(count) - count
    return row, np.arange(len(row)) - begins[row] + first[row]
