import shutil

import pytest

from counterpoint import paths
from counterpoint.models.folder import verify
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.fetch import fetch
from counterpoint.registry.register import register
from tests.registry.project import write_model


@pytest.fixture
def registered(root):
    manifest = write_model(root, nll=2.5)
    register(root)
    shutil.rmtree(root / paths.MODELS)
    return manifest


def test_an_old_model_comes_back_whole(root, registered, tmp_path):
    version = fetch(registered.digest, tmp_path / "out/model", root)
    assert verify(tmp_path / "out/model") == registered
    assert (version.number, version.digest) == ("1", registered.digest)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["model"]


def test_what_the_store_lacks_is_said(root, registered, tmp_path):
    with pytest.raises(RegistryError, match=r"no model with digest ffffffffffff.*make registry-restore"):
        fetch("f" * 64, tmp_path / "out", root)
    assert not (tmp_path / "out").exists()


def test_an_existing_path_is_not_overwritten(root, registered, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(RegistryError, match="there already"):
        fetch(registered.digest, tmp_path / "out", root)


@pytest.mark.parametrize("harm", ["altered", "resealed", "gone"])
def test_a_damaged_store_is_noticed(root, registered, tmp_path, harm):
    (artefact,) = (root / "mlartifacts").rglob("model/network.json")
    if harm == "altered":
        artefact.write_text("{}")
    elif harm == "resealed":
        (artefact.parent / "manifest.json").write_bytes((artefact.parent / "manifest.json").read_bytes() + b"\n")
    else:
        shutil.rmtree(root / "mlartifacts")
    with pytest.raises(RegistryError, match=r"delete version 1.*make registry-restore"):
        fetch(registered.digest, tmp_path / "out", root)
    assert not (tmp_path / "out").exists()
