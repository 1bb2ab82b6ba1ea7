"""What of a table of experiments needs no training; `test_pipeline` runs one for real."""

import os
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from counterpoint import params
from counterpoint.evaluation.textures import TEXTURES
from counterpoint.experiments import _alone, _committed, _figure, _of_game, _options, markdown, run
from counterpoint.report.contents import Cell, Experiment, Line
from counterpoint.report.experiments import ExperimentError, read_definition


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
    wide, narrow = (Cell(0.7, 0.5, 0.9, 2), None, Cell(4, 1, 7, 2)), (Cell(0.25, 0.25, 0.25, 1), Cell(3, 3, 3, 1), None)
    lines = (Line("wide", 3, wide), Line("narrow", 1, narrow))
    assert markdown(Experiment("t", "a", ("distance", "kept", "span"), lines, ("abc",))).splitlines() == [
        "|  | distance | kept | span |",
        "| --- | --- | --- | --- |",
        "| wide | 0.700 (0.500 to 0.900, of 2) | – | 4 (1 to 7, of 2) |",
        "| narrow | 0.250 | 3 | – |",
    ]


def test_rows_that_there_are_not_are_refused_with_those_that_there_are():
    with pytest.raises(ExperimentError, match=r"no row matchings; it has .*matching_means"):
        run(Path("experiments/ablation.yaml"), ["matchings"], [])


def test_lines_name_a_commit_so_that_changes_are_committed_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

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
    monkeypatch.chdir(tmp_path.parent)
    with pytest.raises(ExperimentError, match=r"git status failed: .*not a git repository"):
        _committed()


@pytest.mark.parametrize("path", sorted(Path("experiments").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_row_of_this_project_is_of_a_generator_that_there_is_with_params_that_it_may_have(path):
    definition = read_definition(path)
    for row in definition.rows:
        options = _options(path, definition, row, seed=3)
        assert options[-1] == "--set-param=seed=3" and all(of.startswith("--set-param=") for of in options)
    assert definition.texture in TEXTURES


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{title: a, generator: gan}", "row a is of gan; generators are .*crnn_gan"),
        ("{title: a, generator: crnn_gan, changes: {models: {crnn_gan: {stops: 3}}}}", "row a(.|\n)*stops"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is(tmp_path, row, said):
    path = tmp_path / "table.yaml"
    first = "first: {title: b, generator: crnn_gan}"
    definition = (
        f"{{title: t, about: a, texture: melody, seeds: [1], columns: {{diversity: d}}, rows: {{{first}, a: {row}}}}}"
    )
    path.write_text(definition)
    with pytest.raises((ExperimentError, params.ParamsError), match=said):
        run(path, [], [])
    assert [*tmp_path.iterdir()] == [path]


def test_a_figure_that_there_is_not_is_no_empty_cell():
    found = {"diversity": 1.0, "scale_consistency": None}
    assert _figure(found, "diversity", Path("t.yaml")) == 1.0
    assert _figure(found, "scale_consistency", Path("t.yaml")) is None
    assert _figure(found, "kept_iteration", Path("t.yaml")) is None  # of an LSTM's training
    with pytest.raises(
        ExperimentError, match=r"t\.yaml: there is no figure overlap_inter_onset; there are diversity, scale"
    ):
        _figure(found, "overlap_inter_onset", Path("t.yaml"))


def test_tables_are_run_one_at_a_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with _alone(), pytest.raises(ExperimentError, match="another table is being run"), _alone():
        pass
    with _alone():
        pass
