"""Small projects as the stages leave them: real model folders, real reports, nothing trained."""

import json
import shutil
import subprocess
from pathlib import Path

import h5py
import numpy as np
import yaml

from counterpoint import paths
from counterpoint.models.folder import Lineage, Manifest, read_manifest, seal
from counterpoint.params import read_yaml
from counterpoint.registry.records import Choice

PARAMS_FILE = Path(__file__).parents[2] / "params.yaml"


def write_params(root: Path, promote: str = "first", texture: str = "melody", metric: str = "test_joint_nll") -> None:
    content = read_yaml(PARAMS_FILE)
    content["select"] = {"metric": metric, "direction": "minimise", "promote": promote, "texture": texture}
    (root / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def write_model(
    root: Path,
    nll: float,
    weight: float = 0.5,
    name: str = "attention_lstm",
    texture: str = "melody",
    params: str = "",
    given: int | None = None,
) -> Manifest:
    """models/NAME and its reports, replacing what is there. `params` makes the lineage; by default `weight` does."""
    folder = root / paths.model(name)
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    (folder / "listen").mkdir(parents=True, exist_ok=True)
    (folder / "network.json").write_text(json.dumps({"layers": 2, "given": given}), encoding="utf-8")
    (folder / "encoding.json").write_text('{"notes": ["rest", "60"]}', encoding="utf-8")
    (folder / "params.json").write_text('{"units": 7, "optimizer": {"name": "adam", "rate": 0.003}}', encoding="utf-8")
    (folder / "history.csv").write_text("epoch,joint,validation_joint\n1,3.5,3.75\n2,2.5,\n", encoding="utf-8")
    (folder / "listen" / "epoch-001.mid").write_bytes(b"MThd one")
    with h5py.File(folder / "model.weights.h5", "w") as weights:
        weights["layers/lstm/vars/0"] = np.array([[weight, 0.25]], dtype=np.float32)
        weights["step"] = np.array(11)
    write_reports(root, nll, name)
    lineage = Lineage(data="d" * 64, code="c" * 64, params=(params or f"{weight:.3f}").ljust(64, "e"))
    return seal(folder, name, texture, lineage)


def write_reports(root: Path, nll: float, name: str = "attention_lstm") -> None:
    evaluation, samples = root / paths.evaluation(name), root / paths.samples(name)
    evaluation.mkdir(parents=True, exist_ok=True)
    samples.mkdir(parents=True, exist_ok=True)
    (evaluation / "metrics.json").write_text(json.dumps({"test_joint_nll": nll, "accuracy": 0.625}), encoding="utf-8")
    (evaluation / "likelihood.csv").write_text(f"model,joint\nlstm,{nll}\n", encoding="utf-8")
    (samples / "000.mid").write_bytes(b"MThd sample")
    (samples / "000.png").write_bytes(b"\x89PNG")


def write_guards(root: Path, failed: dict[str, str], name: str = "attention_lstm") -> None:
    (root / paths.evaluation(name) / "guards.json").write_text(json.dumps({"failed": failed}), encoding="utf-8")


def make_non_finite(root: Path, name: str = "attention_lstm", value: float = np.nan) -> Manifest:
    """One of the model's weights becomes `value`, as if it had been trained so."""
    folder = root / paths.model(name)
    before = read_manifest(folder)
    with h5py.File(folder / "model.weights.h5", "r+") as weights:
        weights["layers/lstm/vars/0"][0, 1] = value
    return seal(folder, name, before.texture, before.lineage)


def choice_of(manifest: Manifest, nll: float | None) -> Choice:
    return Choice(
        manifest.generator, manifest.texture, manifest.digest, manifest.lineage.digest, manifest.run_name, nll
    )


def run(root: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def git_init(root: Path) -> None:
    run(root, "git", "init", "-q", "-b", "main")
    run(root, "git", "config", "user.name", "A Tester")
    run(root, "git", "config", "user.email", "tester@example.org")


def commit(root: Path, message: str) -> str:
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-q", "-m", message)
    return run(root, "git", "rev-parse", "HEAD").strip()


def empty_store(root: Path, empty_database: Path) -> None:
    shutil.rmtree(root / "mlartifacts", ignore_errors=True)
    shutil.copy(empty_database, root / "mlflow.db")
