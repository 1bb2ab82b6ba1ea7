"""A version's model folder, out of the store."""

import shutil
import tempfile
from pathlib import Path

from counterpoint.models.folder import ModelFolderError, verify
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.store import connect, without_password
from counterpoint.registry.sync import MODEL
from counterpoint.registry.versions import Version, versions


def fetch(digest: str, out: Path, root: Path = Path()) -> Version:
    """Write the folder of the model with this digest to `out` (which must not exist yet), every file verified.

    Only the store is asked, never models/: an old champion comes back when its folder has long left the workspace.
    Raises RegistryError if the store does not hold it, or not as it was registered.
    """
    if out.exists():
        raise RegistryError(f"{out} is there already: give a path that does not exist yet")
    store = connect(root)
    version = next((v for v in versions(store) if v.digest == digest), None)
    if version is None:
        raise RegistryError(
            f"the MLflow store at {without_password(store.uri)} holds no model with digest {digest[:12]}: "
            "`dvc repro register` registers what lies in models/, `make registry-restore` what earlier commits trained"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as scratch:
        got = _download(version, Path(scratch), without_password(store.uri))
        shutil.move(got, out)
    return version


def _download(version: Version, scratch: Path, uri: str) -> Path:
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    mend = (
        f"delete version {version.number} and its logged model in MLflow, then run `make registry-restore` "
        "(or `dvc repro`, if it lies in models/)"
    )
    try:
        artefacts = download_artifacts(artifact_uri=f"models:/{version.model_id}", dst_path=str(scratch))
        found = verify(Path(artefacts) / MODEL)
    except (MlflowException, OSError) as error:
        raise RegistryError(
            f"the artefacts of {version.run_name} cannot be read from {uri} ({error}): {mend}"
        ) from error
    except ModelFolderError as error:
        raise RegistryError(f"the store's copy of {version.run_name} is damaged ({error}): {mend}") from error
    if found.digest != version.digest:
        raise RegistryError(
            f"the store's copy of {version.run_name} has digest {found.digest[:12]}, not {version.digest[:12]}: {mend}"
        )
    return Path(artefacts) / MODEL
