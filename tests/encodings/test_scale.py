import json
from dataclasses import replace
from math import log

import numpy as np
import pytest

from counterpoint.encodings.scale import Scale, ScaleError

SCALE = Scale(
    low=(6, 55, 40, 0),
    high=(48, 75, 100, 96),
    grid_ticks=6,
    tones_per_step=2,
    times="linear",
    texture="chords",
    program=42,
)
LOGARITHMIC = replace(SCALE, times="logarithmic")
CONSTANT = replace(SCALE, low=(12, 60, 90, 24), high=(12, 60, 90, 24), times="logarithmic")


def test_the_least_is_minus_one_and_the_most_one_whatever_the_spread():
    for scale in (SCALE, LOGARITHMIC):
        np.testing.assert_array_equal(scale.scaled(np.array([scale.low, scale.high])), [[-1] * 4, [1] * 4])


def test_linear_by_hand():
    # length 27 of 6 to 48, pitch 60 of 55 to 75, velocity 85 of 40 to 100, gap 24 of 0 to 96
    found = SCALE.scaled(np.array([27, 60, 85, 24]))
    np.testing.assert_allclose(found, [0, -0.5, 0.5, -0.5], atol=1e-7)
    assert found.dtype == np.float32


def test_logarithmic_by_hand():
    # 12 ticks are two steps, of 1 to 8; 24 four, of 0 to 16
    found = LOGARITHMIC.scaled(np.array([12, 60, 85, 24]))
    expected = [2 * log(3 / 2) / log(9 / 2) - 1, -0.5, 0.5, 2 * log(5) / log(17) - 1]
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_a_semitone_is_a_sum():
    assert SCALE.semitone == 0.1
    low, high = SCALE.scaled(np.array([[6, 55, 40, 0], [6, 58, 40, 0]]))[:, 1]
    assert high - low == pytest.approx(3 * SCALE.semitone)
    assert CONSTANT.semitone == 0


def test_what_is_out_of_range_is_clipped_both_ways():
    np.testing.assert_array_equal(SCALE.scaled(np.array([3, 99, 1, 200])), [-1, 1, -1, 1])
    np.testing.assert_array_equal(SCALE.unscaled(np.array([-1.5, 7, -2, 1.01])), [6, 75, 40, 96])


@pytest.mark.parametrize("scale", [SCALE, LOGARITHMIC], ids=lambda scale: scale.times)
def test_numbers_between_are_read_as_the_nearest(scale):
    tones = np.array([[24, 61, 71, 36], [30, 62, 72, 42]])
    near = scale.scaled(tones) + np.float32([0.004, -0.02, 0.01, -0.004])
    np.testing.assert_array_equal(scale.unscaled(near), tones)


@pytest.mark.parametrize("scale", [SCALE, LOGARITHMIC], ids=lambda scale: scale.times)
def test_everything_in_range_comes_back(scale):
    steps = [np.arange(low, high + 1, by) for low, high, by in zip(scale.low, scale.high, (6, 1, 1, 6), strict=True)]
    tones = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1)
    np.testing.assert_array_equal(scale.unscaled(scale.scaled(tones)), tones)


def test_a_million_steps_are_told_apart():
    wide = replace(LOGARITHMIC, high=(6_000_000, 75, 100, 6_000_000))
    tones = np.array([[6_000_000 - 6 * back, 55, 40, 5_999_994 - 6 * back] for back in range(50)])
    np.testing.assert_array_equal(wide.unscaled(wide.scaled(tones)), tones)


def test_a_constant_feature_is_0_and_its_constant():
    np.testing.assert_array_equal(CONSTANT.scaled(np.array([[12, 60, 90, 24], [36, 61, 1, 0]])), np.zeros((2, 4)))
    np.testing.assert_array_equal(CONSTANT.unscaled(np.array([0.7, -1, 0.1, 1])), [12, 60, 90, 24])


def test_a_step_has_four_numbers_a_tone():
    assert SCALE.step_numbers == 8


def test_json_and_back():
    for scale in (SCALE, LOGARITHMIC):
        assert Scale.from_json(scale.to_json()) == scale
    assert json.loads(SCALE.to_json())["high"] == {"length": 48, "pitch": 75, "intensity": 100, "gap": 96}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"low": (6, 76, 40, 0)}, "the high pitch is 75, expected a whole number from 76 to 127"),
        ({"low": (6, 55, 0, 0)}, "the low intensity is 0, expected a whole number from 1 to 127"),
        ({"low": (6, 55, 40)}, "low has 3 numbers, expected 4"),
        ({"high": (47, 75, 100, 96)}, "length is 6 to 47 ticks, expected whole multiples of grid_ticks, 6"),
        ({"high": (48, 75.0, 100, 96)}, "the high pitch is 75.0"),
        ({"grid_ticks": 0}, "grid_ticks is 0"),
        ({"tones_per_step": True}, "tones_per_step is True"),
        ({"tones_per_step": 4}, "tones_per_step is 4, expected a whole number from 1 to 3"),
        ({"program": 128}, "program is 128"),
        ({"times": "sqrt"}, "times is 'sqrt', expected linear or logarithmic"),
        ({"texture": "band"}, "texture is 'band', expected melody or chords"),
    ],
)
def test_what_no_tones_can_have_is_named(changes, says):
    with pytest.raises(ScaleError, match=says):
        replace(SCALE, **changes)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"low": 3}'])
def test_what_is_no_scale_s_json_is_said(text):
    with pytest.raises(ScaleError, match="this is not a scale's JSON, which has low, high, grid_ticks"):
        Scale.from_json(text)


def test_an_unknown_or_missing_key_is_refused():
    content = json.loads(SCALE.to_json())
    for changed in (content | {"colour": 1}, {name: content[name] for name in content if name != "program"}):
        with pytest.raises(ScaleError, match=r"colour|program"):
            Scale.from_json(json.dumps(changed))
