"""Vectors made of pitches."""

import numpy as np
import pytest

from counterpoint.encodings.pitch_sets import from_pitches
from counterpoint.models.attention_lstm.composed import ComposedEmbedding, ComposedHead, parts_of

SETS = from_pitches([(), (48,), (48, 55, 64), (50, 64)])


def test_a_symbols_parts_are_its_pitches_its_lowest_and_its_highest():
    parts = parts_of(SETS)
    assert parts.shape == (8, 384) and parts.dtype == np.float32
    found = [np.flatnonzero(row).tolist() for row in parts]
    assert found == [[]] * 5 + [
        [48, 128 + 48, 256 + 48],
        [48, 55, 64, 128 + 48, 256 + 64],
        [50, 64, 128 + 50, 256 + 64],
    ]


@pytest.fixture
def embedding():
    layer = ComposedEmbedding(SETS, 3, 0.5, "note", "float32")
    layer.build((None, None))
    random = np.random.default_rng(2)
    for weight in layer.weights:
        weight.assign(random.normal(size=weight.shape))
    return layer


def test_a_vector_is_the_sum_of_its_parts_and_its_own(embedding):
    shared, own, special = (weight.numpy() for weight in (embedding.shared, embedding.own, embedding.special))
    expected = shared[[48, 55, 64, 128 + 48, 256 + 64]].sum(axis=0) + own[6]
    found = embedding(np.array([[6, 2, 4]]))
    assert found.shape == (1, 3, 3)
    np.testing.assert_allclose(found[0], [expected, special[2] + own[2], own[4]], rtol=1e-5)


def test_what_a_pitch_learns_moves_every_chord_that_has_it(embedding):
    before = embedding.embeddings.numpy()
    changed = embedding.shared.numpy()
    changed[64] += 1.0
    embedding.shared.assign(changed)
    moved = (embedding.embeddings.numpy() != before).all(axis=1)
    assert np.flatnonzero(moved).tolist() == [6, 7]


def test_the_head_scores_symbols_by_their_vectors():
    head = ComposedHead(SETS, 5, 0.5, "note_head")
    head.build((None, None, 7))
    random = np.random.default_rng(3)
    for weight in head.weights:
        weight.assign(random.normal(size=weight.shape))
    features = random.normal(size=(2, 4, 7)).astype(np.float32)
    expected = features @ head.query.numpy() @ head.embeddings.numpy().T + head.bias.numpy()
    np.testing.assert_allclose(head(features), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(head(features, head.embeddings), expected, rtol=1e-4, atol=1e-4)
