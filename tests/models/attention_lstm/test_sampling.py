"""Choosing symbols, by hand and by counting."""

import numpy as np
import pytest

from counterpoint.models.attention_lstm.sampling import choose, uniforms

SHARES = np.array([0.1, 0.4, 0.0, 0.3, 0.2])


def _counts(temperature=1.0, top_k=0, top_p=1.0, draws=20_000):
    with np.errstate(divide="ignore"):
        logits = np.tile(np.log(SHARES), (draws, 1)).astype(np.float32)
    uniform = ((np.arange(draws) + 0.5) / draws).astype(np.float32)
    chosen = choose(logits, uniform, np.float32(temperature), np.int32(top_k), np.float32(top_p))
    return np.bincount(chosen, minlength=5) / draws


@pytest.mark.parametrize(
    ("options", "shares"),
    [
        ({}, SHARES),
        ({"temperature": 0.0}, [0, 1, 0, 0, 0]),
        ({"temperature": 0.5}, SHARES**2 / (SHARES**2).sum()),
        ({"top_k": 1}, [0, 1, 0, 0, 0]),
        ({"top_k": 2}, [0, 4 / 7, 0, 3 / 7, 0]),
        ({"top_k": 99}, SHARES),
        ({"top_p": 0.39}, [0, 1, 0, 0, 0]),
        ({"top_p": 0.41}, [0, 4 / 7, 0, 3 / 7, 0]),
        ({"top_p": 0.71}, [0, 4 / 9, 0, 3 / 9, 2 / 9]),
        ({"top_k": 2, "top_p": 0.5}, [0, 1, 0, 0, 0]),  # the share is of the two that are left: 4/7 holds it
        ({"temperature": 5.0, "top_k": 3, "top_p": 1e-9}, [0, 1, 0, 0, 0]),
    ],
)
def test_shares(options, shares):
    np.testing.assert_allclose(_counts(**options), shares, atol=1e-3)


def test_equals_are_taken_in_order_and_exactly_k_of_them():
    logits, uniform = np.zeros((100, 6), np.float32), np.linspace(0, 0.99, 100, dtype=np.float32)
    assert set(choose(logits, uniform, np.float32(1), np.int32(2), np.float32(1)).numpy()) == {0, 1}
    assert set(choose(logits, uniform, np.float32(0), np.int32(0), np.float32(1)).numpy()) == {0}


def test_the_largest_number_still_finds_a_possible_symbol():
    logits = np.array([[-np.inf] + [0.0] * 2999] * 2, np.float32)
    uniform = np.array([0.0, uniforms(0, 0, 1).max() * 0 + np.float32(1 - 2**-20)], np.float32)
    assert (choose(logits, uniform, np.float32(1), np.int32(0), np.float32(1)).numpy() > 0).all()


def test_uniforms_belong_to_seed_stream_and_step():
    np.testing.assert_array_equal(uniforms(7, 3, 10), uniforms(7, 3, 1000)[:10])
    rows = np.concatenate([uniforms(seed, stream, 50) for seed in (7, 8) for stream in (0, 1, 63)])
    assert len(np.unique(rows)) == rows.size
    assert rows.min() >= 0 and rows.max() < 1 and 0.4 < rows.mean() < 0.6
