"""What of a table of experiments needs no training; `test_pipeline` runs one for real."""

import subprocess
from pathlib import Path

import pandas as pd
import pytest

from counterpoint import params
from counterpoint.experiments import _committed, _of_game, markdown, run
from counterpoint.report.contents import Experiment, Line
from counterpoint.report.experiments import ExperimentError, read_definition
from counterpoint.stages.stage import generators


def test_what_a_game_gave():
    distances = pd.DataFrame({"iteration": [0, 50, 100], "distance_to_validation": [0.3, 0.125, 0.25]})
    assert _of_game(distances) == {
        "kept_iteration": 50,
        "distance_to_validation": 0.125,
        "distance_before_the_game": 0.3,
    }
    assert _of_game(distances[1:])["distance_before_the_game"] is None
    diverged = pd.DataFrame({"iteration": [0], "distance_to_validation": [float("nan")]})
    assert _of_game(diverged)["kept_iteration"] is None
    assert _of_game(pd.DataFrame({"epoch": [1], "train_joint": [2.0]})) == {}


def test_a_table_as_the_readme_has_it():
    lines = (Line("wide", 2, ((0.7, 0.5, 0.9), None)), Line("narrow", 1, ((0.25, 0.25, 0.25), (3.0, 3.0, 3.0))))
    assert markdown(Experiment("t", "a", ("distance", "kept"), lines, ("abc",))).splitlines() == [
        "|  | distance | kept |",
        "| --- | --- | --- |",
        "| wide | 0.700 (0.500 to 0.900) | – |",
        "| narrow | 0.250 | 3.00 |",
    ]


def test_rows_that_there_are_not_are_refused_with_those_that_there_are():
    with pytest.raises(ExperimentError, match=r"no row matchings; it has .*matching_means"):
        run(Path("experiments/ablation.yaml"), ["matchings"], [])


def test_lines_name_a_commit_so_that_changes_are_committed_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    for name in ("params.yaml", "README.md"):
        Path(name).write_text("seed: 1\n")
    git("add", "-A")
    git("commit", "-qm", "code")
    code = git("rev-parse", "--short", "HEAD")
    Path("README.md").write_text("words\n")
    assert _committed() == code
    git("commit", "-qam", "words")
    assert _committed() == code  # of what decides figures nothing changed
    Path("params.yaml").write_text("seed: 2\n")
    with pytest.raises(ExperimentError, match=r"commit first(.|\n)*params\.yaml"):
        _committed()


@pytest.mark.parametrize("path", sorted(Path("experiments").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_row_of_this_project_is_of_a_generator_that_there_is_with_params_that_it_may_have(path):
    definition, base = read_definition(path), params.read_yaml(Path("params.yaml"))
    for row in definition.rows.values():
        changes = params.overlay(definition.changes, row.changes)
        params.parse(params.overlay(base, changes))
        assert row.generator in generators()
        assert params.options(base, changes) is not None  # every change can be said to dvc exp run
