"""What is saved comes back exactly, and a kill between leaves the last whole state."""

import keras
import numpy as np
import pytest

from counterpoint.training import checkpoint
from counterpoint.training.checkpoint import Checkpoint

ARRAYS = {"weights": [np.arange(6.0).reshape(2, 3), np.array(7, np.int64)], "best": [np.array([1e-45], np.float32)]}
FACTS = {"epoch": 3, "nats": 0.1 + 0.2, "none": None}


def test_arrays_and_facts_come_back_exactly(tmp_path):
    kept = Checkpoint.at(tmp_path, "abc")
    assert kept.restore() is None
    kept.save({"weights": [np.zeros(1)], "best": []}, {"epoch": 2})
    kept.save(ARRAYS, FACTS)
    arrays, facts = Checkpoint.at(tmp_path, "abc").restore()
    assert facts == FACTS and list(arrays) == list(ARRAYS)
    for name, values in ARRAYS.items():
        for saved, value in zip(arrays[name], values, strict=True):
            assert saved.dtype == value.dtype
            np.testing.assert_array_equal(saved, value)
    assert Checkpoint.at(tmp_path, "abd").restore() is None
    kept.delete()
    assert kept.restore() is None and not (tmp_path / "abc").exists()


@pytest.mark.parametrize("killed", ["while writing", "between the renames", "before clearing up"])
def test_a_kill_while_saving_leaves_a_whole_state(tmp_path, killed):
    kept = Checkpoint.at(tmp_path, "abc")
    kept.save(ARRAYS, FACTS)
    if killed == "while writing":
        (kept.folder / "fresh").mkdir()
        (kept.folder / "fresh" / "arrays.npz").write_bytes(b"half")
    else:
        kept.save(ARRAYS, FACTS)
        (kept.folder / "last").rename(kept.folder / "old")
        if killed == "before clearing up":
            kept.save(ARRAYS, FACTS)
            (kept.folder / "old").mkdir(exist_ok=True)
    assert kept.restore()[1] == FACTS
    kept.save(ARRAYS, {"epoch": 4})
    assert kept.restore()[1] == {"epoch": 4}


@pytest.mark.parametrize("key", ["", "../x", ".hidden"])
def test_a_key_that_is_no_name_is_refused(tmp_path, key):
    with pytest.raises(ValueError, match="key is a digest"):
        Checkpoint.at(tmp_path, key)


def test_variables_take_values_only_if_all_fit():
    variables = [keras.Variable([1.0, 2.0]), keras.Variable(3.0)]
    values = checkpoint.values(variables)
    checkpoint.assign(variables, [np.array([5.0, 6.0]), np.array(7.0)], "weights")
    assert [*variables[0].numpy(), variables[1].numpy()] == [5, 6, 7]
    np.testing.assert_array_equal(values[0], [1, 2])  # a copy, not a view
    for wrong in ([np.zeros(2)], [np.zeros(3), np.zeros(())]):
        with pytest.raises(ValueError, match="optimiser state does not fit"):
            checkpoint.assign(variables, wrong, "optimiser state")
