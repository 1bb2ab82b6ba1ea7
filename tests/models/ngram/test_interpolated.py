"""Against a slow reference: the formulas written down over dictionaries, one symbol at a time."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.models.ngram.interpolated import Interpolated, Sequences

SIZE = 5  # symbol 0 begins every piece


def sequences_of(pieces: list[list[int]]) -> Sequences:
    symbols = np.array([symbol for piece in pieces for symbol in [0, *piece]], np.int64)
    depth = np.array([place for piece in pieces for place in range(len(piece) + 1)], np.int64)
    return Sequences(symbols, depth, np.flatnonzero(symbols))


def reference(pieces: list[list[int]], base: list[float], order: int, smoothing: str):
    raw = [Counter() for _ in range(order)]
    before = defaultdict(set)
    for piece in pieces:
        whole = (0, *piece)
        for place in range(1, len(whole)):
            for length in range(min(order, place + 1)):
                gram = whole[place - length : place + 1]
                raw[length][gram] += 1
                if place > length:
                    before[gram].add(whole[place - length - 1])
    counts = []
    for length in range(order):
        lower = smoothing == "kneser_ney" and length < order - 1
        counts.append({g: len(before[g]) if lower and g[0] != 0 else n for g, n in raw[length].items()})

    def probability(symbol: int, history: tuple[int, ...], length: int) -> float:
        if length < 0:
            return base[symbol]
        below = probability(symbol, history[1:] if len(history) == length else history, length - 1)
        after = {g[-1]: n for g, n in counts[length].items() if g[:-1] == history} if len(history) == length else {}
        if not after:
            return below
        total, types = sum(after.values()), len(after)
        if smoothing == "witten_bell":
            return (after.get(symbol, 0) + types * below) / (total + types)
        ones, twos = (sum(n == k for n in counts[length].values()) for k in (1, 2))
        discount = (ones + 0.5) / (ones + 2 * twos + 1)
        return max(after.get(symbol, 0) - discount, 0) / total + discount * types / total * below

    def nats(piece: list[int]) -> list[float]:
        whole = (0, *piece)
        result = []
        for place in range(1, len(whole)):
            reach = min(order - 1, place)
            result.append(-np.log(probability(whole[place], whole[place - reach : place], order - 1)))
        return result

    return nats


pieces = st.lists(st.lists(st.integers(1, SIZE - 1), min_size=1, max_size=9), min_size=1, max_size=5)


@given(pieces, pieces, st.integers(1, 4), st.sampled_from(["witten_bell", "kneser_ney"]))
def test_equals_the_formulas(training, scored, order, smoothing):
    base = [0.0, 0.1, 0.2, 0.3, 0.4]
    model = Interpolated.fit(sequences_of(training), np.array(base), order, smoothing)
    slow = reference(training, base, order, smoothing)
    expected = np.concatenate([slow(piece) for piece in scored])
    np.testing.assert_allclose(model.nats(sequences_of(scored)), expected, rtol=1e-12)


@pytest.mark.parametrize("smoothing", ["witten_bell", "kneser_ney"])
@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_sums_to_one_after_every_history(order, smoothing):
    random = np.random.default_rng(7)
    training = [random.integers(1, SIZE - 1, 30).tolist() for _ in range(4)]  # symbol 4 is never seen
    model = Interpolated.fit(sequences_of(training), np.array([0.0, 0.1, 0.2, 0.3, 0.4]), order, smoothing)
    histories = [[], [4], [1], [4, 2], *(random.integers(1, SIZE, n).tolist() for n in (2, 3, 4, 5) for _ in range(5))]
    for history in histories:
        followed = model.nats(sequences_of([[*history, symbol] for symbol in range(1, SIZE)]))
        last = followed.reshape(SIZE - 1, len(history) + 1)[:, -1]
        assert np.exp(-last).sum() == pytest.approx(1, abs=1e-12)
