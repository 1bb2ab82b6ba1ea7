"""Cutting and padding: every target exactly once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.encodings.events import END, PAD, START
from counterpoint.models.attention_lstm import batches
from tests.models.attention_lstm.small import tokens


def test_segments_by_hand():
    # 4 events: 5 targets, in one; 9 events: 10 targets, cut into 5 and 5, sharing the token between.
    np.testing.assert_array_equal(batches.segments(tokens((4, 9)), 6), [[0, 6], [6, 12], [11, 17]])


def test_padded_by_hand():
    stream = tokens((2, 3))
    notes, durations = batches.padded(stream, np.array([[0, 4], [5, 7]]), rows=3, width=5)
    np.testing.assert_array_equal(
        notes, [[START, *stream.notes[1:3], END, PAD], [*stream.notes[5:7], 0, 0, 0], [0] * 5]
    )
    np.testing.assert_array_equal(durations[1], [*stream.durations[5:7], 0, 0, 0])
    assert notes.dtype == durations.dtype == np.int32


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(2, 25), st.integers(1, 7), st.integers(0, 99))
def test_an_epoch_brings_every_target_once_in_equal_rows(lengths, length, batch_size, seed):
    stream = tokens(tuple(lengths), seed)
    cuts = batches.segments(stream, length)
    found: list[tuple[int, int]] = []
    for notes, durations in batches.epoch(stream, cuts, batch_size, np.random.default_rng(seed)):
        assert notes.shape == durations.shape and notes.shape[0] == batch_size
        assert (notes.shape[1] - 1) % batches.WIDTH_STEP == 0
        targets = notes[:, 1:] != PAD
        assert (targets.sum(1) <= length).all()
        found += zip(notes[:, 1:][targets], durations[:, 1:][targets], strict=True)
    wanted = stream.notes != START
    assert sorted(found) == sorted(zip(stream.notes[wanted], stream.durations[wanted], strict=True))


def test_the_order_comes_from_the_generator_alone():
    stream = tokens((5, 6, 7, 8, 9, 10))
    cuts = batches.segments(stream, 8)
    first, again, other = (
        np.concatenate([n for n, _ in batches.epoch(stream, cuts, 2, np.random.default_rng(seed))])
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
