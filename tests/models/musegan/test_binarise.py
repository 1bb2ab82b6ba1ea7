"""From numbers to notes: one pitch or a rest for a voice, any for the others, by threshold or by chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.encodings.layout import AGAIN, PITCHES, REST
from counterpoint.models.musegan.binarise import binarise
from tests.models.musegan.untrained import BAND, CHOIR


def step(**values: float) -> np.ndarray:
    """One step, -1 but where said: row names are "p7", "rest" and "again"."""
    made = np.full(PITCHES, -1.0, np.float32)
    for name, value in values.items():
        made[{"rest": REST, "again": AGAIN}.get(name) or int(name[1:])] = value
    return made


def rows(values: np.ndarray, layout, way, random=None) -> list[int]:
    return np.flatnonzero(binarise(values, layout, way, random)).tolist()


@pytest.mark.parametrize(
    ("values", "on"),
    [
        ({"p40": -0.2, "p45": -0.3, "rest": -0.6}, [40]),
        ({"p40": -0.2, "p45": -0.1, "rest": -0.6, "again": -0.01}, [45]),
        ({"p40": -0.2, "rest": -0.6, "again": 0.01}, [40, AGAIN]),
        ({"p40": -0.2, "rest": 0.1, "again": -0.9}, [REST]),
        ({"p40": -0.2, "rest": 0.1, "again": 0.9}, [REST]),
        ({"p81": 0.9, "again": 0.99}, [81, AGAIN]),
        ({"p3": 0.5, "p5": 0.5}, [3]),
    ],
)
def test_a_voice_has_one_pitch_or_rests(values, on):
    assert rows(step(**values), CHOIR, "argmax") == on


@pytest.mark.parametrize(
    ("values", "on"),
    [
        ({"p40": 0.1, "p45": 0.9, "p50": -0.1, "rest": 0.9}, [40, 45]),
        ({"p40": -0.1, "rest": -0.9, "again": 0.9}, [REST]),
        ({"p40": 0.1, "rest": 0.5, "again": 0.5}, [40, AGAIN]),
        ({"p40": 0.0}, [REST]),
    ],
)
def test_a_threshold_is_a_half(values, on):
    assert rows(step(**values), BAND, "threshold") == on


def test_chance_is_the_probability_that_a_number_stands_for():
    values = np.tile(step(p10=0.5, p20=-0.4, again=0.8), (20_000, 1))
    on = binarise(values, BAND, "bernoulli", np.random.default_rng(2))
    np.testing.assert_allclose(on[:, [10, 20, 30]].mean(axis=0), [0.75, 0.3, 0], atol=0.01)
    assert on[:, REST].mean() == pytest.approx(0.25 * 0.7, abs=0.01)
    assert on[:, AGAIN].mean() == pytest.approx(0.9 * (1 - 0.25 * 0.7), abs=0.01)


@given(st.integers(0, 2**31), st.sampled_from([(CHOIR, "argmax"), (BAND, "threshold"), (BAND, "bernoulli")]))
def test_rest_and_again_say_what_they_mean(seed, how):
    random = np.random.default_rng(seed)
    on = binarise(random.uniform(-1, 0.1, (3, 2, PITCHES)).astype(np.float32) - 0.08, *how, random)
    assert on.shape == (3, 2, PITCHES) and on.dtype == bool
    np.testing.assert_array_equal(on[..., REST], ~on[..., :REST].any(axis=-1))
    assert not (on[..., AGAIN] & on[..., REST]).any()
    if how[0] is CHOIR:
        assert (on[..., :AGAIN].sum(axis=-1) == 1).all()


def test_unfit_ways_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^binarise is 'threshold'; where tracks are voices.* it is argmax$"):
        binarise(step(), CHOIR, "threshold")
    with pytest.raises(ValueError, match=r"binarise is 'argmax'; .*\(view band\), it is threshold or bernoulli"):
        binarise(step(), BAND, "argmax")
    with pytest.raises(ValueError, match="needs random numbers"):
        binarise(step(), BAND, "bernoulli")
