"""Sizes: published, scaled, refused, and back from JSON."""

import json

import pytest

from counterpoint.models.crnn_gan.architecture import Architecture, ArchitectureError
from tests.models.crnn_gan.small import sizes


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
    one = sizes(kind)
    assert Architecture.from_json(json.loads(json.dumps(one.to_json()))) == one


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "gru"}, "generator is 'gru', allowed are dense, lstm"),
        ({"steps": 1}, "steps is 1"),
        ({"numbers": 0}, "numbers is 0"),
        ({"noise": 0}, "noise is 0"),
        ({"generator_width": 0.0}, "generator_width is 0.0"),
        ({"discriminator_width": -1.0}, "discriminator_width is -1.0"),
    ],
)
def test_sizes_that_cannot_be_are_refused_by_name(change, says):
    with pytest.raises(ArchitectureError, match=says):
        sizes(**change)
