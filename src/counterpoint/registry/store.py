"""The connection to MLflow: which store, which experiment, where artefacts go."""

import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from counterpoint.registry.errors import RegistryError

if TYPE_CHECKING:
    from mlflow import MlflowClient

REGISTERED_MODEL = "counterpoint"
EXPERIMENT = "counterpoint"
_VARIABLE = "MLFLOW_TRACKING_URI"
_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")


@dataclass(frozen=True)
class Store:
    """An open MLflow store with its experiment."""

    client: "MlflowClient"
    uri: str
    experiment_id: str


def main_root(root: Path) -> Path:
    """The checkout whose store counts: of an experiment in a temporary folder, the one it was started from."""
    return Path(os.environ.get("DVC_ROOT") or root).resolve()


def store_uri(root: Path) -> str:
    """`MLFLOW_TRACKING_URI` if set, else the SQLite file in the main checkout, as an absolute address."""
    return os.environ.get(_VARIABLE) or f"sqlite:///{main_root(root) / 'mlflow.db'}"


def connect(root: Path) -> Store:
    """Open the store that belongs to the project at `root`, made if new. Takes some 2 s, most of it MLflow's import.

    Raises RegistryError if it cannot be reached, or was moved with its project.
    """
    for variable, value in {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",  # for files of some kilobytes
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # two lines a model, of every `dvc repro`
        # the default, 7 with doubling pauses, hangs for minutes on a dead server
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    }.items():
        os.environ.setdefault(variable, value)
    import mlflow
    from sqlalchemy.exc import SQLAlchemyError

    for name in ("alembic", "mlflow.store.db.utils", "mlflow.store.model_registry", "mlflow.tracking"):
        logging.getLogger(name).setLevel(logging.WARNING)
    uri = store_uri(root)
    _use(uri)
    try:
        client = mlflow.MlflowClient(tracking_uri=uri)
        return Store(client, uri, _experiment(client, root))
    except (mlflow.exceptions.MlflowException, SQLAlchemyError) as error:
        raise RegistryError(
            f"the MLflow store at {without_password(uri)} does not answer "
            f"({str(error).replace(uri, without_password(uri))}): start it, or correct or unset {_VARIABLE}"
        ) from error


def without_password(uri: str) -> str:
    """The address as one may print it."""
    uri = re.sub(r"([?&]password=)[^&#]*", r"\1***", uri)
    password = urlsplit(uri).password
    return uri if password is None else uri.replace(f":{password}@", ":***@", 1)


def _use(uri: str) -> None:
    """Make `uri` MLflow's own default too: registering a version looks the logged model up there.

    MLflow writes it into the environment as well, where it would pass for the user's wish from then on.
    """
    import mlflow

    before = os.environ.get(_VARIABLE)
    mlflow.set_tracking_uri(uri)
    if before is None:
        os.environ.pop(_VARIABLE, None)
    else:
        os.environ[_VARIABLE] = before


def _experiment(client: "MlflowClient", root: Path) -> str:
    experiment = client.get_experiment_by_name(EXPERIMENT)
    location = (main_root(root) / "mlartifacts").as_uri()
    if experiment is None:
        # A server knows best where its artefacts go. A database alone would put them below the current folder.
        bare = urlsplit(store_uri(root)).scheme.partition("+")[0] in _DATABASES
        return client.create_experiment(EXPERIMENT, artifact_location=location if bare else None)
    if not os.environ.get(_VARIABLE) and experiment.artifact_location != location:
        # MLflow keeps whole addresses: it would write into the old place, another project's by now if this is a copy
        raise RegistryError(
            f"the MLflow store in {main_root(root)} was made elsewhere and keeps its artefacts in "
            f"{experiment.artifact_location}: move the project back, or delete mlflow.db and mlartifacts here, and let "
            "`make registry-restore` and `dvc repro` fill a new store"
        )
    if experiment.lifecycle_stage == "deleted":
        client.restore_experiment(experiment.experiment_id)
    return experiment.experiment_id
