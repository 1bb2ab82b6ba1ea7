"""Real git, real DVC: what earlier commits trained comes back into an empty store."""

import shutil
import sys

import pytest

from counterpoint import paths
from counterpoint.registry import records
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.fetch import fetch
from counterpoint.registry.history import committed_models, restorable
from counterpoint.registry.naming import resolve
from counterpoint.registry.register import register
from counterpoint.registry.restore import restore
from counterpoint.registry.store import connect
from counterpoint.registry.versions import versions
from tests.registry.project import choice_of, commit, empty_store, git_init, run, write_model, write_params

PIPELINE = """\
stages:
  train:
    cmd: "true"
    deps: [recipe.txt]
    outs:
      - models/attention_lstm: {persist: true}
  sample:
    cmd: "true"
    deps: [models/attention_lstm]
    outs:
      - reports/attention_lstm/samples: {persist: true}
  evaluate:
    cmd: "true"
    deps: [models/attention_lstm]
    metrics:
      - reports/attention_lstm/evaluation/metrics.json: {persist: true}
"""
IGNORED = "/mlflow.db\n/mlartifacts/\n/models/\n/reports/*/\n__pycache__/\n"


def dvc(root, *arguments):
    return run(root, sys.executable, "-m", "dvc", *arguments)


def build(root, nll, weight):
    """A build as `dvc repro` leaves it, committed."""
    (root / "recipe.txt").write_text(str(weight))
    manifest = write_model(root, nll=nll, weight=weight)
    dvc(root, "commit", "-f", "-q")
    register(root)
    commit(root, f"weight {weight}")
    return manifest


@pytest.fixture(scope="module")
def built(tmp_path_factory, empty_database):
    """A project with two commits, a model each, the first one champion, and a remote in its local config alone."""
    root = tmp_path_factory.mktemp("built") / "project"
    root.mkdir()
    write_params(root)
    git_init(root)
    (root / ".gitignore").write_text(IGNORED)
    (root / "dvc.yaml").write_text(PIPELINE)
    dvc(root, "init", "-q")
    (root / ".dvc/config").write_text("[core]\n    analytics = false\n")
    (root / ".dvc/config.local").write_text(
        "[core]\n    remote = beside\n['remote \"beside\"']\n    url = ../../remote\n"
    )
    shutil.copy(empty_database, root / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME"):
            patch.delenv(variable, raising=False)
        return root, (build(root, 2.5, 0.5), build(root, 2.25, 0.75))


@pytest.fixture
def history(root, built):
    """The two models of `built`, whose copy is at `root`."""
    template, models = built
    shutil.rmtree(root)
    shutil.copytree(template, root, symlinks=True)
    return models


def forget(root, empty_database, models=True):
    empty_store(root, empty_database)
    if models:
        shutil.rmtree(root / paths.MODELS)


def test_every_committed_model_comes_back_in_order(root, history, empty_database, tmp_path):
    first, second = history
    assert [m.name for m in committed_models(root)] == ["attention_lstm", "attention_lstm"]
    forget(root, empty_database)
    there, out_of_reach = restore(root)
    assert out_of_reach == []
    assert [(v.number, v.digest, v.metrics["test_joint_nll"], v.aliases) for v in there] == [
        ("1", first.digest, 2.5, ("champion",)),
        ("2", second.digest, 2.25, ("challenger",)),
    ]
    fetch(first.digest, tmp_path / "old", root)

    again, _ = restore(root)
    assert again == there


def test_the_lost_champion_stops_until_it_is_restored_from_the_remote(root, history, empty_database):
    first, second = history
    dvc(root, "push", "-q", "--all-commits")
    shutil.rmtree(root / ".dvc/cache")
    forget(root, empty_database, models=False)
    record = records.read_champion(root / paths.CHAMPION)
    assert restorable(root, record)
    with pytest.raises(RegistryError, match="make registry-restore"):
        register(root)
    restore(root)
    register(root)
    assert run(root, "git", "status", "--porcelain") == ""
    by_alias = {alias: v.digest for v in versions(connect(root)) for alias in v.aliases}
    assert by_alias == {"champion": first.digest, "challenger": second.digest}


def test_a_model_restored_late_is_still_the_older_one(root, history, empty_database):
    first, second = history
    forget(root, empty_database, models=False)
    with pytest.raises(RegistryError):  # registers what is in models/, the second, before it stops
        register(root)
    there, _ = restore(root)
    assert [(v.number, v.digest) for v in there] == [("2", first.digest), ("1", second.digest)]
    assert resolve("attention_lstm", there).digest == second.digest


def test_with_neither_cache_nor_remote_a_newcomer_chooses_afresh(root, history, empty_database):
    first, second = history
    shutil.rmtree(root / ".dvc/cache")
    forget(root, empty_database, models=False)
    assert not restorable(root, choice_of(first, 2.5))
    there, out_of_reach = restore(root)
    assert (there, len(out_of_reach)) == ([], 2)
    register(root)
    assert records.read_champion(root / paths.CHAMPION).digest == second.digest


def test_a_project_without_git_has_no_history(root):
    manifest = write_model(root, nll=2.5)
    assert list(committed_models(root)) == []
    assert not restorable(root, choice_of(manifest, 2.5))
