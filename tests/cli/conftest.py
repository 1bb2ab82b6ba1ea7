import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterpoint import paths
from counterpoint.models import catalog
from counterpoint.models.folder import Manifest, read_manifest
from counterpoint.models.generator import Generator
from tests.serving.untrained import write_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose real MLflow store holds one real model, the champion, and whose models/ is empty."""
    from counterpoint.registry.store import connect
    from counterpoint.registry.sync import sync_model
    from counterpoint.registry.versions import CHAMPION, point

    root = tmp_path_factory.mktemp("registered") / "project"
    root.mkdir()
    shutil.copyfile(ROOT / "params.yaml", root / "params.yaml")
    (root / "dvc.yaml").write_text("stages: {}\n")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME"):
            patch.delenv(variable, raising=False)
        folder = write_model(root / paths.model("attention_lstm"))
        store = connect(root)
        version = sync_model(store, folder, root / "no evaluation", root / "no samples")
        point(store, CHAMPION, version)
    shutil.move(root / paths.MODELS, root / "trained")
    return root


@pytest.fixture(autouse=True, scope="session")
def loaded_once() -> Iterator[None]:
    """A model is put together and compiled for the first command alone: that is most of what a command takes."""
    load, loaded = catalog.load, {}

    def once(folder: Path) -> Generator:
        digest = read_manifest(folder).digest
        if digest not in loaded:
            loaded[digest] = load(folder)
        return loaded[digest]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "load", once)
        yield


@pytest.fixture
def manifest(registered: Path) -> Manifest:
    return read_manifest(registered / "trained" / "attention_lstm")


@pytest.fixture
def project(registered: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(registered)
    return registered
