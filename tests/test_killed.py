"""A training whose process is killed, through the real `dvc repro` in a clone, goes on where it was."""

import shutil
import subprocess
import time

import pytest

from tests.clone import GAN, LSTM, Project, clone


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = clone(tmp_path_factory.mktemp("killed") / "project")
    project.repro("tensorise@melody", "tensorise@pianoroll")
    return project


@pytest.mark.parametrize(
    ("model", "longer"),
    [(LSTM, {"epochs": 40, "patience": 40}), (GAN, {"iterations": 16, "patience": 16, "least_diversity": 0})],
)
def test_killed_in_training_ends_in_the_same_weights(project: Project, model: str, longer: dict[str, object]) -> None:
    project.set({f"models.{model}.{name}": value for name, value in longer.items()})
    folder = project.folder / "models" / model
    running = subprocess.Popen(["dvc", "repro", f"train@{model}"], cwd=project.folder, env=project.environment)
    deadline = time.monotonic() + 240
    while not list((project.folder / ".checkpoints").glob("*/*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    running.kill()
    running.wait()
    time.sleep(3)
    assert not folder.exists()
    assert project.repro(f"train@{model}") == [f"train@{model}"]
    resumed = project.trained(model)
    shutil.rmtree(folder)
    project.run("dvc", "repro", "-f", "-s", f"train@{model}")
    assert project.trained(model) == resumed
    assert not list((project.folder / ".checkpoints").glob("*"))
