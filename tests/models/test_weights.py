"""Weights on disk that are not the network's."""

import h5py
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.models import weights
from counterpoint.models.folder import NonFiniteWeights


def test_weights_come_back_by_their_place(tmp_path):
    given = [np.float32([1, 2, 3]), np.float32([[4, 5]])]
    weights.save(tmp_path, [tf.keras.Variable(values) for values in given])
    found = [tf.keras.Variable(np.zeros_like(values)) for values in given]
    weights.load(tmp_path, found)
    for values, variable in zip(given, found, strict=True):
        np.testing.assert_array_equal(variable.value, values)


@pytest.mark.parametrize(
    ("stored", "error", "says"),
    [
        ({"000": [1.0, 2.0], "kernel": [3.0]}, ValueError, "lacks 001: it names its weights 000, kernel"),
        ({"000": [1.0, 2.0]}, ValueError, "has 1 weights, the network of .* 2"),
        ({"000": [1.0, 2.0], "001": [3.0, 4.0]}, ValueError, r"weight 001 has shape \(2,\), expected \(1,\)"),
        ({"000": [1.0, np.inf], "001": [3.0]}, NonFiniteWeights, "weight 000 .* training diverged"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, stored, error, says):
    with h5py.File(tmp_path / weights.WEIGHTS, "w") as file:
        for name, values in stored.items():
            file.create_dataset(name, data=np.float32(values))
    with pytest.raises(error, match=says):
        weights.load(tmp_path, [tf.keras.Variable(np.zeros(2, np.float32)), tf.keras.Variable(np.zeros(1, np.float32))])
