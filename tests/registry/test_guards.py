import json

import h5py
import numpy as np
import pytest

from counterpoint.registry.errors import RegistryError
from counterpoint.registry.guards import failed_guards, failed_of, failed_tags, non_finite, read_guards


@pytest.fixture
def folder(tmp_path):
    """A model of two files of weights, all finite."""
    made = tmp_path / "model"
    (made / "critic").mkdir(parents=True)
    for name, values in (("model.weights.h5", [0.5, 0.25, -1.5]), ("critic/model.weights.h5", [2.5, 3.5])):
        with h5py.File(made / name, "w") as weights:
            weights["a/vars/0"] = np.array(values, dtype=np.float32)
            weights["b/vars/1"] = np.array([7, 8, 9, 10])
    return made


def spoil(file, *values):
    with h5py.File(file, "r+") as weights:
        weights["a/vars/0"][: len(values)] = values


def test_finite_weights_are_well(folder):
    assert non_finite(folder) is None


def test_the_first_file_and_dataset_are_named(folder):
    spoil(folder / "model.weights.h5", np.nan, -np.inf)
    assert non_finite(folder).startswith("model.weights.h5: 2 of 3 weights in a/vars/0 are not finite: training div")
    spoil(folder / "critic/model.weights.h5", np.inf)
    assert non_finite(folder).startswith("critic/model.weights.h5: 1 of 2 weights in a/vars/0")


def test_what_evaluation_found(tmp_path):
    assert read_guards(tmp_path) is None
    (tmp_path / "guards.json").write_text('{"failed": {"copying": "31 %"}}')
    assert read_guards(tmp_path) == {"copying": "31 %"}


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"failed": ["copying"]}', '{"failed": {"copying": 0.31}}'])
def test_what_is_no_finding_names_its_file(tmp_path, text):
    (tmp_path / "guards.json").write_text(text)
    with pytest.raises(RegistryError, match=r"guards\.json.*dvc repro"):
        read_guards(tmp_path)


@pytest.mark.parametrize(
    ("found", "before", "guards"),
    [
        (None, {}, []),
        (None, {"copying": "old", "non_finite": "old"}, ["copying"]),  # weights are looked at every time
        ({}, {"copying": "old"}, []),
        ({"copying": "new", "collapsed": "new"}, {"other": "old"}, ["collapsed", "copying"]),
        ({"non_finite": "likelihood is nan"}, {}, ["non_finite"]),
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_findings_come_together(folder, tmp_path, found, before, guards, broken):
    if broken:
        spoil(folder / "model.weights.h5", np.nan)
    if found is not None:
        (tmp_path / "guards.json").write_text(json.dumps({"failed": found}))
    failed = failed_guards(folder, tmp_path, before)
    assert list(failed) == sorted({*guards, "non_finite"} if broken else guards)
    if broken:
        assert "1 of 3 weights in a/vars/0" in failed["non_finite"]


def test_tags_and_back():
    failed = {"collapsed": "two pitches", "copying": "31 %"}
    assert failed_tags(failed) == {"failed.collapsed": "two pitches", "failed.copying": "31 %"}
    assert failed_of(failed_tags(failed) | {"metric.failed": "1", "generator": "x"}) == failed
