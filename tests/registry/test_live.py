import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from counterpoint.registry import live as live_module
from counterpoint.registry.live import LiveRun
from counterpoint.registry.logbook import DIGEST, EXPERIMENT_NAME, KEY, SECONDS, find_runs
from counterpoint.registry.register import register
from counterpoint.registry.store import connect
from counterpoint.registry.versions import versions
from tests.registry.project import write_model

PARAMS = {"units": 7, "optimizer": {"name": "adam", "rate": 0.003}}
SOURCE = Path(__file__).parents[2] / "src"


def steps(store, run, name):
    return [(m.step, m.value) for m in store.client.get_metric_history(run.info.run_id, name)]


def killed_trainings(root, *keys):
    """Trainings in a process of their own that die after two epochs without a word."""
    program = (
        "import os\n"
        "from counterpoint.registry.live import LiveRun\n"
        f"for key in {keys!r}:\n"
        f"    run = LiveRun(key, 'attention_lstm', {PARAMS!r}).__enter__()\n"
        "    run.log(1, {'joint': 3.5})\n"
        "    run.log(2, {'joint': 3.25})\n"
        "os._exit(9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", program], cwd=root, env=environment, check=False)
    assert done.returncode == 9


def test_a_run_from_the_first_epoch_to_the_version(root, monkeypatch):
    monkeypatch.setenv("DVC_EXP_NAME", "gaudy-hymn")
    clock = iter([1000.0, 1075.0])
    monkeypatch.setattr(live_module.time, "monotonic", lambda: next(clock))
    with LiveRun("k" * 64, "attention_lstm", PARAMS, root) as live:
        live.log(1, {"joint": 3.5, "validation_joint": 3.75})
        live.log(2, {"joint": 2.5})
        store = connect(root)
        (run,) = find_runs(store, KEY, "k" * 64)
        assert run.info.status == "RUNNING"
        manifest = write_model(root, nll=2.5)
        live.finish(manifest.digest)
    (run,) = find_runs(store, DIGEST, manifest.digest)
    assert run.info.status == "FINISHED"
    assert run.data.tags[EXPERIMENT_NAME] == "gaudy-hymn"
    assert float(run.data.tags[SECONDS]) == 75
    assert run.data.params == {"units": "7", "optimizer.name": "adam", "optimizer.rate": "0.003"}

    monkeypatch.delenv("DVC_EXP_NAME")
    register(root)
    (version,) = versions(store)
    assert version.run_id == run.info.run_id
    run = store.client.get_run(version.run_id)
    assert run.info.run_name == manifest.run_name
    assert steps(store, run, "joint") == [(1, 3.5), (2, 2.5)]  # history.csv says the same, and is not added again


def test_a_killed_training_is_continued_and_one_given_up_is_deleted(root):
    killed_trainings(root, "k" * 64, "g" * 64)
    with LiveRun("k" * 64, "attention_lstm", PARAMS, root) as live:
        live.log(2, {"joint": 3.25})
        live.log(3, {"joint": 3.125})
        write_model(root, nll=2.5)
        register(root)
        store = connect(root)
        assert not find_runs(store, KEY, "g" * 64)
        live.finish("d" * 64)
    (run,) = find_runs(store, KEY, "k" * 64)
    assert run.info.status == "FINISHED"
    assert steps(store, run, "joint") == [(1, 3.5), (2, 3.25), (3, 3.125)]  # no epoch is there twice
    assert SECONDS not in run.data.tags  # the night in between is no training


def test_a_second_training_does_not_take_over_a_living_one(root):
    with LiveRun("k" * 64, "attention_lstm", PARAMS, root), LiveRun("k" * 64, "attention_lstm", PARAMS, root):
        assert len(find_runs(connect(root), KEY, "k" * 64)) == 2


def test_a_failed_training_says_so_and_stays(root):
    with pytest.raises(ZeroDivisionError), LiveRun("k" * 64, "attention_lstm", PARAMS, root) as live:
        live.log(1, {"joint": 1 / 0})
    write_model(root, nll=2.5)
    register(root)
    (run,) = find_runs(connect(root), KEY, "k" * 64)
    assert run.info.status == "FAILED"


def test_a_store_that_cannot_be_opened_does_not_stop_training(root, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with LiveRun("k" * 64, "attention_lstm", PARAMS, root) as live:
            live.log(1, {"joint": 3.5})
            live.finish("d" * 64)
    ours = [str(w.message) for w in caught if "training goes on" in str(w.message)]
    assert len(ours) == 1


def test_what_a_lost_store_missed_is_filled_in_by_register(root, monkeypatch):
    with pytest.warns(RuntimeWarning, match="training goes on"), LiveRun("k" * 64, "lstm", PARAMS, root) as live:
        live.log(1, {"joint": 3.5})
        store = connect(root)
        store.client.delete_run(find_runs(store, KEY, "k" * 64)[0].info.run_id)
        live.log(2, {"joint": 2.5})  # the store refuses: the run is gone
        manifest = write_model(root, nll=2.5)
        live.finish(manifest.digest)
    register(root)
    (run,) = find_runs(store, DIGEST, manifest.digest)
    assert steps(store, run, "joint") == [(1, 3.5), (2, 2.5)]
