import numpy as np
import pytest

from counterpoint.models.ngram.interpolated import Interpolated, Sequences
from counterpoint.models.ngram.writing import write

START, END, SIZE = 0, 1, 5


def sequences(*pieces: list[int]) -> Sequences:
    symbols = np.concatenate([[START, *piece, END] for piece in pieces])
    depth = np.concatenate([np.arange(len(piece) + 2) for piece in pieces])
    return Sequences(symbols, depth, np.flatnonzero(depth))


def fitted(order: int, smoothing="witten_bell", base=None) -> Interpolated:
    base = np.array([0, 0.25, 0.25, 0.25, 0.25]) if base is None else base
    return Interpolated.fit(sequences([2, 3, 2, 4], [2, 3, 3]), base, order, smoothing)


def written(model: Interpolated, count: int = 1, length: int = 50, seed: int = 1) -> list[np.ndarray]:
    return write(model, START, END, count=count, length=length, random=np.random.default_rng(seed))


@pytest.mark.parametrize("smoothing", ["witten_bell", "kneser_ney"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_what_is_drawn_is_as_likely_as_the_model_says(order, smoothing):
    """The first two symbols of many sequences against their probabilities by `Interpolated.nats`."""
    model, many = fitted(order, smoothing), 6_000
    drawn = written(model, many, length=2, seed=7)
    first = np.array([of[0] if len(of) else END for of in drawn])
    for symbol in range(1, SIZE):
        one = Sequences(np.array([START, symbol]), np.arange(2), np.array([1]))
        assert (first == symbol).mean() == pytest.approx(np.exp(-model.nats(one)[0]), abs=0.02)
    after_two = np.array([(of[1] if len(of) > 1 else END) for of in drawn if len(of) and of[0] == 2])
    for symbol in range(1, SIZE):
        two = Sequences(np.array([START, 2, symbol]), np.arange(3), np.array([2]))
        assert (after_two == symbol).mean() == pytest.approx(np.exp(-model.nats(two)[0]), abs=0.03)


def test_end_ends_and_length_bounds():
    model = fitted(2)
    for of in written(model, 50, length=4):
        assert len(of) <= 4
        assert not set(of.tolist()) & {START, END}
    assert {len(of) for of in written(model, 200, length=4)} >= {2, 4}


def test_the_seed_decides():
    model = fitted(3)
    one, same, other = (np.concatenate(written(model, 20, seed=seed)).tolist() for seed in (1, 1, 2))
    assert one == same != other
