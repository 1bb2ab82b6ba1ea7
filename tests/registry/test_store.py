import os
import shutil

import pytest

from counterpoint.registry.errors import RegistryError
from counterpoint.registry.store import EXPERIMENT, connect, store_uri, without_password


def test_the_environment_comes_first(root, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example:5000")
    assert store_uri(root) == "http://mlflow.example:5000"


def test_an_experiment_elsewhere_uses_the_main_checkout(root, tmp_path, monkeypatch):
    assert store_uri(tmp_path / "temporary") == f"sqlite:///{tmp_path}/temporary/mlflow.db"
    monkeypatch.setenv("DVC_ROOT", str(root))
    assert store_uri(tmp_path / "temporary") == f"sqlite:///{root}/mlflow.db"


def test_connecting_leaves_the_environment_as_the_user_made_it(root, monkeypatch):
    connect(root)
    assert "MLFLOW_TRACKING_URI" not in os.environ
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{root}/mlflow.db")
    connect(root)
    assert os.environ["MLFLOW_TRACKING_URI"] == f"sqlite:///{root}/mlflow.db"


def test_artefacts_lie_in_the_project_wherever_one_stands(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = connect(root)
    experiment = store.client.get_experiment(store.experiment_id)
    assert (experiment.name, experiment.artifact_location) == (EXPERIMENT, (root / "mlartifacts").as_uri())


def test_an_experiment_deleted_by_hand_is_taken_back(root):
    store = connect(root)
    store.client.delete_experiment(store.experiment_id)
    assert connect(root).client.get_experiment(store.experiment_id).lifecycle_stage == "active"


def test_a_moved_store_says_so_and_writes_nothing_into_the_old_place(root, tmp_path):
    connect(root)
    shutil.move(root, tmp_path / "moved")
    with pytest.raises(
        RegistryError, match=rf"{tmp_path}/moved was made elsewhere.*{root}/mlartifacts.*registry-restore"
    ):
        connect(tmp_path / "moved")
    shutil.move(tmp_path / "moved", root)
    connect(root)


def test_a_server_that_is_not_there_is_a_sentence(root, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(RegistryError, match=r"http://127\.0\.0\.1:9 does not answer"):
        connect(root)


def test_artefacts_beside_a_database_of_ones_own_lie_in_the_project_too(root, tmp_path, monkeypatch):
    shutil.move(root / "mlflow.db", tmp_path / "elsewhere.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/elsewhere.db")
    monkeypatch.chdir(tmp_path)
    store = connect(root)
    assert store.client.get_experiment(store.experiment_id).artifact_location == (root / "mlartifacts").as_uri()


def test_a_database_that_is_not_there_is_a_sentence_without_its_password(root, monkeypatch):
    monkeypatch.setattr("mlflow.store.db.utils.MAX_RETRY_COUNT", 0)  # of MLflow's own: it waits for minutes
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgresql+psycopg2://bach:geheim@127.0.0.1:9/music")
    with pytest.raises(RegistryError, match="does not answer") as error:
        connect(root)
    assert "bach:***@127.0.0.1:9/music" in str(error.value)
    assert "geheim" not in str(error.value)


def test_an_address_that_mlflow_does_not_know_is_said_without_its_password(root, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgres://bach:geheim@127.0.0.1:9/music")
    with pytest.raises(RegistryError, match="unsupported URI 'postgres://bach:") as error:
        connect(root)
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://mlflow.example:5000", "http://mlflow.example:5000"),
        ("https://u:p@mlflow.example/x?y=1", "https://u:***@mlflow.example/x?y=1"),
        ("postgresql://anna:an@/music?host=/run", "postgresql://anna:***@/music?host=/run"),
        ("postgresql:///music?user=anna&password=an&port=1", "postgresql:///music?user=anna&password=***&port=1"),
        ("sqlite:////home/anna/mlflow.db", "sqlite:////home/anna/mlflow.db"),
    ],
)
def test_addresses_are_shown_without_password(uri, shown):
    assert without_password(uri) == shown
