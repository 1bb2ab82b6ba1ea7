"""An interpolated n-gram over whole numbers, by Witten-Bell or Kneser-Ney smoothing, on sorted arrays.

Level k (1 to the order) predicts a symbol from the k - 1 before it. A history ends at its piece's START; where it is
shorter than k - 1, or was never seen, level k says what level k - 1 says. Level 0 is a given distribution.
"""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

Smoothing = Literal["witten_bell", "kneser_ney"]


@dataclass(frozen=True, eq=False)
class Sequences:
    """Symbols to learn or to score (int64, 0 to size - 1), piece after piece, each at `depth` into its piece."""

    symbols: np.ndarray
    depth: np.ndarray  # 0 at START, which is the oldest symbol of a history
    predicted: np.ndarray  # indices into `symbols` of what is to be predicted; never of a START


@dataclass(frozen=True, eq=False)
class Level:
    """What was counted after histories of one length. A key is number * size + symbol, and keys ascend."""

    contexts: np.ndarray  # keys: the number of the history one shorter, and the next older symbol
    grams: np.ndarray  # keys: the history's number (its place in `contexts`), and the symbol that followed
    gain: np.ndarray  # a gram: its own share of the probability after its history
    leak: np.ndarray  # a history: the share left to the level below


@dataclass(frozen=True, eq=False)
class Interpolated:
    """A fitted n-gram; `base` is level 0's probability of each symbol, shape (size,)."""

    base: np.ndarray
    levels: tuple[Level, ...]

    @classmethod
    def fit(cls, training: Sequences, base: np.ndarray, order: int, smoothing: Smoothing) -> Self:
        """Count and smooth.

        witten_bell: p(w|h) = (c(hw) + T(h) p(w|h')) / (c(h) + T(h)), with T(h) the number of different symbols seen
        after h and h' the history without its oldest symbol (Witten and Bell 1991, method C, interpolated).

        kneser_ney: p(w|h) = max(c(hw) - D, 0) / c(h) + D T(h) / c(h) p(w|h'), with one discount D a level; below the
        highest level c counts the different symbols seen before hw instead of its occurrences, save where h reaches
        back to START, before which nothing is (Kneser and Ney 1995; interpolated as in Chen and Goodman 1999, section
        4.1.6). Departure: D = (n1 + 1/2) / (n1 + 2 n2 + 1) for n1 / (n1 + 2 n2), which would be 0, and unseen symbols
        impossible, where nothing occurs once, as in the durations of music that was transposed into twelve keys.
        """
        size = len(base)
        numbers, contexts = _histories(training, size, order)
        symbols = training.symbols[training.predicted]
        counted = []
        for level in range(order):
            inside = numbers[level] >= 0
            grams, counts = np.unique(numbers[level][inside] * size + symbols[inside], return_counts=True)
            counted.append((grams, counts))
        levels: list[Level] = []
        for level, (grams, counts) in enumerate(counted):
            if smoothing == "kneser_ney" and level + 1 < order:
                counts = _different_before(grams, counts, counted[level + 1][0], contexts[level + 1], size)
            levels.append(_smooth(contexts[level], grams, counts, size, smoothing))
        return cls(base, tuple(levels))

    def nats(self, sequences: Sequences) -> np.ndarray:
        """-log p of every predicted symbol, in nats; shape of `sequences.predicted`."""
        size = len(self.base)
        symbols = sequences.symbols[sequences.predicted]
        numbers, _ = _histories(sequences, size, len(self.levels), [level.contexts for level in self.levels])
        probability = self.base[symbols]
        for level, number in zip(self.levels, numbers, strict=True):
            seen = number >= 0
            gram = find(level.grams, number[seen] * size + symbols[seen])
            own = np.where(gram >= 0, level.gain[gram], 0.0)
            probability[seen] = own + level.leak[number[seen]] * probability[seen]
        return -np.log(probability)


def _histories(
    sequences: Sequences, size: int, order: int, known: list[np.ndarray] | None = None
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """For every level: each predicted symbol's history as a number (-1: too short or unseen), and the levels' keys."""
    number = np.zeros(len(sequences.predicted), np.int64)
    numbers, keys = [number], [np.zeros(1, np.int64)]
    for distance in range(1, order):
        long_enough = (sequences.depth[sequences.predicted] >= distance) & (number >= 0)
        older = sequences.symbols[sequences.predicted[long_enough] - distance]
        key = number[long_enough] * size + older
        keys.append(np.unique(key) if known is None else known[distance])
        number = np.full_like(number, -1)
        number[long_enough] = find(keys[-1], key)
        numbers.append(number)
    return numbers, keys


def _different_before(
    grams: np.ndarray, counts: np.ndarray, longer_grams: np.ndarray, longer_contexts: np.ndarray, size: int
) -> np.ndarray:
    """How many different symbols were seen before each gram; its plain count where it begins at a START."""
    shorter = longer_contexts[longer_grams // size] // size * size + longer_grams % size
    different = np.bincount(find(grams, shorter), minlength=len(grams))
    return np.where(different > 0, different, counts)


def _smooth(contexts: np.ndarray, grams: np.ndarray, counts: np.ndarray, size: int, smoothing: Smoothing) -> Level:
    history = grams // size
    total = np.bincount(history, weights=counts, minlength=len(contexts))
    types = np.bincount(history, minlength=len(contexts))
    if smoothing == "witten_bell":
        return Level(contexts, grams, counts / (total + types)[history], types / (total + types))
    once, twice = (counts == 1).sum(), (counts == 2).sum()
    discount = (once + 0.5) / (once + 2 * twice + 1)
    return Level(contexts, grams, (counts - discount) / total[history], discount * types / total)


def find(ascending: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """The place of each key, -1 where it is not."""
    if not len(ascending):
        return np.full(len(keys), -1)
    place = np.minimum(np.searchsorted(ascending, keys), len(ascending) - 1)
    return np.where(ascending[place] == keys, place, -1)
