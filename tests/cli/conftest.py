import shutil
from pathlib import Path

import pytest

from counterpoint import paths
from counterpoint.models.folder import Manifest, read_manifest
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


@pytest.fixture
def manifest(registered: Path) -> Manifest:
    return read_manifest(registered / "trained" / "attention_lstm")


@pytest.fixture
def project(registered: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(registered)
    return registered
