"""Noise that goes on. Its points between two are tests/models/musegan/test_noise.py's."""

import numpy as np
import pytest

from counterpoint.models.latent import COHERENCE, along_arc, drifting


def test_parts_drift_and_stay_standard_normal():
    one, other = drifting(np.random.default_rng(1), [(200, 100), (7,)], 4)
    assert one.shape == (4, 200, 100) and other.shape == (4, 7) and one.dtype == other.dtype == np.float32
    np.testing.assert_allclose(one.std(axis=(1, 2)), 1, atol=0.03)
    for part in range(3):
        assert np.corrcoef(one[part].ravel(), one[part + 1].ravel())[0, 1] == pytest.approx(COHERENCE, abs=0.02)


def test_fewer_parts_are_the_beginning_of_more():
    fewer, more = (drifting(np.random.default_rng(1), [(3,), (2, 2)], parts) for parts in (2, 5))
    for a, b in zip(fewer, more, strict=True):
        np.testing.assert_array_equal(a, b[:2])


def test_every_vector_goes_along_its_own_arc():
    first, last = np.array([[3.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 2.0], [-1.0, 0.0]])
    got = along_arc(first, last, 1 / 3)
    np.testing.assert_allclose(got, [[3 * np.sin(np.pi / 3), 2 * np.sin(np.pi / 6)], [1 / 3, 0]], rtol=1e-6)
