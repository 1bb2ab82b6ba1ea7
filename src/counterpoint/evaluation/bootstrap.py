"""Intervals by drawing pieces with replacement: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993).

Pieces are drawn, never excerpts or events, for what stands in one piece is alike.
"""

import numpy as np


def drawn(pieces: int, draws: int, seed: int) -> np.ndarray:
    """How often each piece counts in each draw of as many pieces as there are; int64 (draws, pieces)."""
    if not pieces:
        return np.zeros((draws, 0), np.int64)
    return np.random.default_rng(seed).multinomial(pieces, np.full(pieces, 1 / pieces), draws)


def interval(values: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of what the draws gave, those left out that gave NaN; (NaN, NaN) if all did."""
    defined = values[~np.isnan(values)]
    if not defined.size:
        return np.nan, np.nan
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)
