"""Noise of whole pieces, and of points between two."""

import numpy as np
import pytest

from counterpoint.models.latent import COHERENCE
from counterpoint.models.musegan.generators import Noise
from counterpoint.models.musegan.noise import between, piece_noise, scaled_by

SHAPES = Noise((1, 3), (1, 5), (4, 2), (4, 7))
MANY = Noise((1, 20_000), (1, 20_000), (0, 1), (0, 1))


def correlation(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def test_a_piece_has_noise_of_every_shape_for_every_phrase():
    noise = piece_noise(SHAPES, seed=6, piece=2, phrases=3)
    assert [part.shape for part in noise] == [(3, 1, 3), (3, 1, 5), (3, 4, 2), (3, 4, 7)]
    assert {part.dtype for part in noise} == {np.dtype(np.float32)}
    for fixed in (noise.shared_fixed, noise.own_fixed):
        assert (fixed == fixed[:1]).all() and len(np.unique(fixed)) == fixed[0].size
    for varying in (noise.shared_varying, noise.own_varying):
        assert len(np.unique(varying)) == varying.size


def test_a_shorter_piece_is_the_beginning_of_a_longer_one():
    short, long = (piece_noise(SHAPES, seed=6, piece=2, phrases=phrases) for phrases in (2, 5))
    for a, b in zip(short, long, strict=True):
        np.testing.assert_array_equal(a, b[:2])


def test_it_depends_on_seed_and_piece():
    drawn = [piece_noise(MANY, seed, piece, 1).shared_varying for seed, piece in ((6, 2), (6, 3), (7, 2), (2, 6))]
    for i in range(4):
        for j in range(i):
            assert abs(correlation(drawn[i], drawn[j])) < 0.05


def test_phrases_cohere_and_stay_standard_normal():
    varying = piece_noise(MANY, seed=1, piece=0, phrases=6).shared_varying
    assert abs(varying.mean(axis=(1, 2))).max() < 0.03
    np.testing.assert_allclose(varying.std(axis=(1, 2)), 1, atol=0.03)
    for phrase in range(5):
        assert correlation(varying[phrase], varying[phrase + 1]) == pytest.approx(COHERENCE, abs=0.02)
    assert correlation(varying[0], varying[3]) == pytest.approx(COHERENCE**3, abs=0.03)


def _pair(a, b):
    """Two noises that differ in their one shared varying vector."""
    return [Noise(np.array([[v]], np.float32), *(np.zeros((1, 0, 1), np.float32) for _ in range(3))) for v in (a, b)]


def test_between_goes_along_the_arc():
    first, last = _pair([3.0, 0.0], [0.0, 2.0])
    got = between(first, last, 1 / 3).shared_varying[0, 0]
    np.testing.assert_allclose(got, [3 * np.sin(np.pi / 3), 2 * np.sin(np.pi / 6)], rtol=1e-6)
    sixty = _pair([1.0, 0.0], [0.5, np.sqrt(0.75)])
    np.testing.assert_allclose(between(*sixty, 0.5).shared_varying[0, 0], [np.sqrt(0.75), 0.5], rtol=1e-6)


@pytest.mark.parametrize(
    ("b", "half"), [([4.0, 2.0], [3.0, 1.5]), ([-1.0, -0.5], [0.5, 0.25]), ([0.0, 0.0], [1.0, 0.5])]
)
def test_without_an_arc_it_is_a_line(b, half):
    np.testing.assert_allclose(between(*_pair([2.0, 1.0], b), 0.5).shared_varying[0, 0], half, rtol=1e-6)


def test_the_ends_are_exact_and_every_vector_goes_its_own_way():
    first, last = (piece_noise(SHAPES, seed, 0, 2) for seed in (4, 9))
    for share, end in ((0.0, first), (1.0, last)):
        for a, b in zip(between(first, last, share), end, strict=True):
            np.testing.assert_array_equal(a, b)
    alone = between(Noise(*(p[1:, -1:] for p in first)), Noise(*(p[1:, -1:] for p in last)), 0.3)
    for a, b in zip(between(first, last, 0.3), alone, strict=True):
        np.testing.assert_array_equal(a[1:, -1:], b)


def test_on_the_arc_vectors_keep_their_length():
    first, last = (piece_noise(MANY, seed, 0, 1) for seed in (4, 9))
    lengths = [np.linalg.norm(between(first, last, share).shared_fixed) for share in (0, 0.25, 0.5, 0.75, 1)]
    np.testing.assert_allclose(lengths, np.sqrt(20_000), rtol=0.02)


def test_scaled():
    for a, b in zip(scaled_by(piece_noise(SHAPES, 1, 2, 3), 0.25), piece_noise(SHAPES, 1, 2, 3), strict=True):
        np.testing.assert_array_equal(a, b / 4)
