"""The Bento as files: what is in it, what is not, and the same bytes whenever and wherever it is built."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from counterpoint.models.folder import ModelFolderError, read_manifest
from counterpoint.serving.package import PackageError, build

from .conftest import ALIASES, CARD, METRICS, ROOT, TEMPO_BPM, Packed


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def project_copy(at: Path) -> Path:
    for name in ("bentofile.yaml", ".bentoignore", "requirements/serve.txt"):
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, at / name)
    shutil.copytree(ROOT / "src", at / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return at


def test_a_rebuild_elsewhere_is_the_same_bytes(packed: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project_copy(tmp_path / ".hidden" / "project")
    model = tmp_path / "moved"
    shutil.copytree(packed.model, model)
    (root / "src" / "counterpoint" / "notes" / ".stray.swp").write_text("an editor's")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENTOML_HOME", str(tmp_path / "the user's own"))
    out = root / "dist" / "bento"
    again = build(model, out, tempo_bpm=TEMPO_BPM, metrics=METRICS, card=CARD, root=root, aliases=ALIASES)
    assert again == packed.version
    assert digests(out) == digests(packed.bento)
    assert [path.name for path in out.parent.iterdir()] == ["bento"]
    assert not (tmp_path / "the user's own").exists()


def test_the_version_is_made_of_model_and_code(packed: Packed, tmp_path: Path) -> None:
    model, code = packed.version.split("-")
    assert model == read_manifest(packed.model).digest[:12]
    assert len(code) == 8
    root = project_copy(tmp_path / "project")
    page = root / "src/counterpoint/serving/page/index.html"
    page.write_text(page.read_text().replace("<h1>Counterpoint</h1>", "<h1>Another</h1>"))
    out = tmp_path / "bento"
    out.mkdir()
    (out / "old").write_text("of an older build")
    other = build(packed.model, out, tempo_bpm=TEMPO_BPM, metrics=None, card=CARD, root=root)
    assert other.split("-")[0] == model
    assert other != packed.version
    assert not (out / "old").exists()
    assert yaml.safe_load((out / "bento.yaml").read_text())["version"] == other


def test_only_what_serves_is_packed(packed: Packed) -> None:
    source = packed.bento / "src" / "counterpoint"
    rooms = {"encodings", "evaluation", "models", "notes", "render", "serving"}
    assert {path.name for path in source.iterdir()} == {"__init__.py", *rooms}
    assert not list(source.rglob("card.py"))  # the card is packed as text: what wrote it needs the corpus
    packed_files = digests(packed.bento)
    assert not [name for name in packed_files if name.endswith((".pyc", "/train.py", "/fit.py"))]
    assert {name.split("/")[0] for name in packed_files} == {
        "README.md",
        "apis",
        "bento.yaml",
        "env",
        "models",
        "src",
    }


def test_every_packed_module_is_one_that_packing_or_serving_some_generator_imports(packed: Packed) -> None:
    script = """
import sys
from importlib import import_module
import counterpoint.serving.assemble
from counterpoint.models import catalog
from counterpoint.serving import rendering
for entry in catalog.GENERATORS.values():
    import_module(entry.loading)
rendering._warm()  # every format
for name, module in sys.modules.items():
    if name.split(".")[0] == "counterpoint":
        print(module.__file__)
"""
    source = packed.bento / "src"
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    imported = {Path(line) for line in done.stdout.splitlines() if line.endswith(".py")}
    assert {path.relative_to(source) for path in source.rglob("*.py")} == {p.relative_to(source) for p in imported}


def test_the_model_is_packed_as_it_was_trained(packed: Packed) -> None:
    (model,) = packed.bento.glob("models/*/*/model")
    assert digests(model) == digests(packed.model)


def test_the_card_is_in_the_readme_and_beside_the_model(packed: Packed) -> None:
    readme = (packed.bento / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# Counterpoint\n")
    assert "bentoml serve" in readme
    assert readme.endswith(f"\n\n{CARD}")
    (beside,) = packed.bento.glob("models/*/*/card.md")
    assert beside.read_text(encoding="utf-8") == CARD


def test_another_card_is_another_version_of_the_same_model(packed: Packed, tmp_path: Path) -> None:
    other = build(packed.model, tmp_path / "b", tempo_bpm=TEMPO_BPM, metrics=METRICS, card="# Another\n", root=ROOT)
    assert other != packed.version
    assert other.split("-")[0] == packed.version.split("-")[0]


def test_requirements_are_the_locked_ones_with_nothing_unhashed(packed: Packed) -> None:
    locked = (ROOT / "requirements/serve.txt").read_text()
    assert (packed.bento / "env/python/requirements.txt").read_text() == locked
    info = yaml.safe_load((packed.bento / "bento.yaml").read_text())
    assert info["image"]["python_requirements"] == locked
    pins = [line for line in locked.splitlines() if "==" in line]
    assert pins
    assert all(line.endswith("\\") for line in pins)


def test_labels_carry_the_lineage(packed: Packed) -> None:
    manifest = read_manifest(packed.model)
    assert yaml.safe_load((packed.bento / "bento.yaml").read_text())["labels"] == {
        "generator": "attention_lstm",
        "texture": "melody",
        "run": manifest.run_name,
        "model": manifest.digest,
        "data": manifest.lineage.data,
        "code": manifest.lineage.code,
        "params": manifest.lineage.params,
    }


def test_nothing_of_the_building_machine_is_inside(packed: Packed) -> None:
    for file in packed.bento.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert str(ROOT).encode() not in content, file
            assert str(Path.home()).encode() + b"/" not in content, file


def test_a_damaged_model_is_not_packed_and_the_old_bento_stays(packed: Packed, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(packed.model, model)
    (model / "params.json").write_text("{}")
    out = tmp_path / "bento"
    out.mkdir()
    (out / "old").write_text("stays")
    with pytest.raises(ModelFolderError, match=r"params\.json is not what was trained"):
        build(model, out, tempo_bpm=TEMPO_BPM, metrics=None, card=CARD, root=ROOT)
    assert digests(out) == {"old": hashlib.sha256(b"stays").hexdigest()}


def test_source_that_does_not_import_is_not_packed(packed: Packed, tmp_path: Path) -> None:
    root = project_copy(tmp_path / "project")
    (root / "src/counterpoint/serving/page.py").unlink()
    with pytest.raises(PackageError, match=r"counterpoint\.serving\.page"):
        build(packed.model, tmp_path / "bento", tempo_bpm=TEMPO_BPM, metrics=None, card=CARD, root=root)
    assert not (tmp_path / "bento").exists()


def test_a_metric_must_be_a_number_that_json_knows(packed: Packed, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="metric test_joint_nll is nan"):
        build(
            packed.model,
            tmp_path / "b",
            tempo_bpm=TEMPO_BPM,
            metrics={"test_joint_nll": float("nan")},
            card=CARD,
            root=ROOT,
        )
