"""A training whose process is killed, through the real `dvc repro` in a clone, goes on where it was."""

import shutil
import subprocess
import time

import pytest

from tests.clone import LSTM, Project, clone


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = clone(tmp_path_factory.mktemp("killed") / "project")
    project.repro("tensorise@melody")
    return project


def test_killed_in_training_ends_in_the_same_weights(project: Project) -> None:
    project.set({f"models.{LSTM}.{name}": 40 for name in ("epochs", "patience")})
    folder = project.folder / "models" / LSTM
    running = subprocess.Popen(["dvc", "repro", f"train@{LSTM}"], cwd=project.folder, env=project.environment)
    deadline = time.monotonic() + 240
    while not list((project.folder / ".checkpoints").glob("*/*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    running.kill()
    running.wait()
    time.sleep(3)
    assert not folder.exists()
    assert project.repro(f"train@{LSTM}") == [f"train@{LSTM}"]
    resumed = project.trained(LSTM)
    shutil.rmtree(folder)
    project.run("dvc", "repro", "-f", "-s", f"train@{LSTM}")
    assert project.trained(LSTM) == resumed
    assert not list((project.folder / ".checkpoints").glob("*"))
