"""A clone of this project that lives its own life: the real `dvc repro` at tiny parameters, on a few files of MIDI."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from counterpoint import params
from counterpoint.models.folder import read_manifest

ROOT = Path(__file__).resolve().parents[1]
LSTM, CHORDS, GAN, ACCOMPANY = "attention_lstm", "attention_lstm_chords", "musegan", "musegan_accompany"
TONES = "crnn_gan"


class Project:
    """A clone of this project in a temporary folder, with its own git, DVC cache and MLflow store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("DVC_", "MLFLOW_", "GIT_"))} | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "BENTOML_DO_NOT_TRACK": "True",
            "PYTHONPATH": "src",  # the clone's own code, whatever is installed
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b.c",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@b.c",
        }

    def run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout[-6000:]}")
        return done.stdout

    def repro(self, *targets: str) -> list[str]:
        """Run `dvc repro`; the stages that really ran, in order."""
        return self.ran("dvc", "repro", *targets)

    def ran(self, *command: str) -> list[str]:
        """The stages that really ran, in order, of a command of DVC's."""
        return re.findall(r"Running stage '([^']+)'", self.run(*command))

    def commit(self, message: str) -> str:
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", message, "--allow-empty")
        return self.run("git", "rev-parse", "HEAD").strip()

    def params(self) -> dict[str, Any]:
        return params.read_yaml(self.folder / "params.yaml")

    def set(self, changes: dict[str, object]) -> None:
        """Change keys of params.yaml: dotted name → value."""
        content = self.params()
        for dotted, value in changes.items():
            *parents, last = dotted.split(".")
            section = content
            for name in parents:
                section = section[name]
            section[last] = value
        (self.folder / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False))

    def record(self, name: str = "champion") -> dict:
        return self.read(f"reports/{name}.json")

    def models(self) -> list[dict]:
        return json.loads(self.run("counterpoint", "models", "--json"))

    def trained(self, name: str = LSTM) -> str:
        return read_manifest(self.folder / "models" / name).digest

    def figures(self, name: str) -> dict[str, float]:
        """Those that are defined, as evaluate left them."""
        found = self.read(f"reports/{name}/evaluation/metrics.json")
        return {figure: value for figure, value in found.items() if value is not None}

    def read(self, path: str) -> Any:
        return json.loads((self.folder / path).read_text())

    def bento_version(self) -> str:
        return yaml.safe_load((self.folder / "dist/bento/bento.yaml").read_text())["version"]


def clone(folder: Path) -> Project:
    """This working tree in `folder`, pointed at a folder of MIDI in which one file is broken, and committed."""
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, tracked.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "midi").mkdir()
    for file in [*(ROOT / "tests/data/chorales").glob("*.mid"), *(ROOT / "tests/data/freedoom").glob("*.mid")]:
        shutil.copy(file, folder / "midi" / file.name)
    (folder / "midi/broken.mid").write_bytes(b"MThd\0\0\0\6\0\0")
    content = params.overlay(params.read_yaml(ROOT / "params.yaml"), params.read_yaml(ROOT / "tests/tiny.yaml"))
    (folder / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    project = Project(folder)
    project.run("git", "init", "-q", "-b", "main")
    project.commit("a clone, pointed at a folder of MIDI")
    return project
