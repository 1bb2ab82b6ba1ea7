"""Sizes: published, scaled, refused, and back from JSON."""

import json

import pytest

from counterpoint.models.crnn_gan.architecture import Architecture, ArchitectureError
from counterpoint.models.crnn_gan.heads import Chosen, Numbers
from tests.models.crnn_gan.small import choices, sizes


def test_width_1_is_what_is_published():
    dense, lstm = (Architecture(kind, 100, 4, noise) for kind, noise in (("dense", 1000), ("lstm", 4)))
    assert dense.generator_units == (256, 512, 1024) and dense.discriminator_units == (512, 512, 512, 256)
    assert lstm.generator_units == lstm.discriminator_units == (350, 350)
    assert dense.noise_shape == (1000,) and lstm.noise_shape == (100, 4)


def test_each_side_has_a_width_of_its_own():
    narrow = Architecture("dense", 100, 4, 9, generator_width=0.25, discriminator_width=0.5)
    assert narrow.generator_units == (64, 128, 256) and narrow.discriminator_units == (256, 256, 256, 128)
    assert Architecture("lstm", 9, 4, 4, 0.0001, 0.02).generator_units == (4, 4)  # never fewer


@pytest.mark.parametrize("kind", ["dense", "lstm"])
def test_it_comes_back_from_json(kind):
    for one in (sizes(kind), sizes(kind, choices=choices())):
        assert Architecture.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_choices_take_luck_beside_the_noise():
    lstm, dense = (sizes(kind, choices=choices(), numbers=8) for kind in ("lstm", "dense"))
    each = 2 * 4 * 5  # two tones' four features, vectors as long as the most choices
    assert lstm.noise_shape == (5, 3 + each) and dense.noise_shape == (3 + 5 * each,)
    assert isinstance(lstm.head, Chosen) and (lstm.head.width, lstm.head.tones_per_step) == (each, 2)
    assert isinstance(sizes().head, Numbers) and sizes(numbers=8).head.width == 8


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "gru"}, "generator is 'gru', allowed are dense, lstm"),
        ({"steps": 1}, "steps is 1"),
        ({"numbers": 0}, "numbers is 0"),
        ({"numbers": 6}, "numbers is 6: a tone has 4"),
        ({"choices": choices()[:3]}, "choices are of 3 features: a tone has length, pitch, intensity, gap"),
        ({"choices": (*choices()[:2], (), choices()[3])}, "choices of intensity: there are none"),
        ({"choices": (choices()[0], (0.5, 0.25), *choices()[2:])}, r"choices of pitch are \[0.5, 0.25\]: they ascend"),
        ({"choices": (*choices()[:3], (-0.5, -0.5))}, "choices of gap are"),
        ({"noise": 0}, "noise is 0"),
        ({"generator_width": 0.0}, "generator_width is 0.0"),
        ({"discriminator_width": -1.0}, "discriminator_width is -1.0"),
    ],
)
def test_sizes_that_cannot_be_are_refused_by_name(change, says):
    with pytest.raises(ArchitectureError, match=says):
        sizes(**change)
