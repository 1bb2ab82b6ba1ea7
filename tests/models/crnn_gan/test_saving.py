"""A network on disk: the same bytes for the same weights, and nothing that does not fit."""

import json

import h5py
import numpy as np
import pytest

from counterpoint.models.crnn_gan import saving
from counterpoint.models.crnn_gan.networks import generator
from counterpoint.models.folder import NETWORK, NonFiniteWeights
from counterpoint.models.weights import WEIGHTS
from tests.models.crnn_gan.small import choices, made


@pytest.mark.parametrize("of", [(), choices()], ids=["continuous", "chosen"])
@pytest.mark.parametrize("kind", ["dense", "lstm"])
def test_the_same_weights_are_the_same_bytes_and_come_back(tmp_path, kind, of):
    one = made(kind, choices=of)
    twin = generator(one.sizes)  # whose layers Keras counts on from the first's
    for ours, theirs in zip(twin.variables, one.variables, strict=True):
        ours.assign(theirs)
    for name, network in (("first", one), ("second", twin)):
        (tmp_path / name).mkdir()
        saving.save(tmp_path / name, network)
    for file in (NETWORK, WEIGHTS):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    loaded = saving.load(tmp_path / "first")
    assert loaded.sizes == one.sizes
    for ours, theirs in zip(loaded.variables, one.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_does_not_fit_is_refused(tmp_path):
    one = made("lstm")
    saving.save(tmp_path, one)
    for change, says in (
        ({"noise": 7}, "expected"),
        ({"generator": "dense"}, "weights, the network of"),
        ({"steps": 1}, "steps is 1"),
        ({"choices": choices()}, "expected"),
        ({"choices": choices()[1:]}, "choices are of 3 features"),
        ({"choices": 5}, "does not describe a C-RNN-GAN"),
        ({"colour": "blue"}, "does not describe a C-RNN-GAN"),
    ):
        (tmp_path / NETWORK).write_text(json.dumps(one.sizes.to_json() | change), encoding="utf-8")
        with pytest.raises(ValueError, match=says):
            saving.load(tmp_path)


def test_weights_that_are_no_numbers_are_refused_by_name(tmp_path):
    saving.save(tmp_path, made("lstm"))
    with h5py.File(tmp_path / WEIGHTS, "r+") as file:
        file["003"][..., -1] = np.nan
    with pytest.raises(NonFiniteWeights, match=r"weight 003 .* is not all finite"):
        saving.load(tmp_path)
