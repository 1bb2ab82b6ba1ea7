"""A network on disk: the same bytes for the same weights, and nothing but finite numbers that fit."""

import json

import h5py
import numpy as np
import pytest

from counterpoint.models.folder import NETWORK, NonFiniteWeights
from counterpoint.models.musegan import saving
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.generators import Generator
from counterpoint.models.weights import WEIGHTS
from tests.models.musegan.untrained import network


@pytest.fixture(scope="module")
def made() -> Generator:
    return network(given=1, track_widths={3: 0.03})


def test_the_same_weights_are_the_same_bytes_and_come_back(tmp_path, made):
    twin = Generator(Architecture.from_json(made.sizes.to_json()))  # whose layers Keras counts on from the first's
    for ours, theirs in zip(twin.variables, made.variables, strict=True):
        ours.assign(theirs)
    for name, one in (("first", made), ("second", twin)):
        (tmp_path / name).mkdir()
        saving.save(tmp_path / name, one)
    for file in (NETWORK, WEIGHTS):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    loaded = saving.load(tmp_path / "first")
    assert loaded.sizes == made.sizes
    for ours, theirs in zip(loaded.variables, made.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    made.variables[2].assign(made.variables[2] + 1)
    saving.save(tmp_path / "second", made)
    assert (tmp_path / "first" / WEIGHTS).read_bytes() != (tmp_path / "second" / WEIGHTS).read_bytes()


def test_what_does_not_fit_is_refused(tmp_path, made):
    saving.save(tmp_path, made)
    sizes = made.sizes.to_json()
    for change, says in (
        ({"noise": 5}, "expected"),
        ({"tracks": 5}, "weights, the network of"),
        ({"bars": 1}, "bars is 1"),
        ({"colour": "blue"}, "colour"),
    ):
        (tmp_path / NETWORK).write_text(json.dumps(sizes | change), encoding="utf-8")
        with pytest.raises(ValueError, match=says):
            saving.load(tmp_path)


def test_weights_that_are_no_numbers_are_refused_by_name(tmp_path, made):
    saving.save(tmp_path, made)
    with h5py.File(tmp_path / WEIGHTS, "r+") as file:
        file["007"][..., -1] = np.nan
    with pytest.raises(NonFiniteWeights, match=rf"weight 007 \({made.variables[7].name}\) is not all finite"):
        saving.load(tmp_path)
