import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from counterpoint import paths
from counterpoint.cli import app
from counterpoint.registry import records
from counterpoint.registry.register import register
from tests.registry.conftest import empty_database, root  # noqa: F401
from tests.registry.project import write_model


@pytest.fixture
def two(root: Path, monkeypatch):  # noqa: F811
    """A project with a champion and a challenger; the user stands in it."""
    (root / "dvc.yaml").write_text("stages: {}\n")
    first = write_model(root, nll=2.5, weight=0.5)
    register(root)
    second = write_model(root, nll=2.25, weight=0.75)
    register(root)
    (root / "docs").mkdir()
    monkeypatch.chdir(root / "docs")
    return root, first, second


def ask(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_models_lists_versions_with_their_figure(two):
    _, first, _ = two
    lines = ask("models").stdout.splitlines()
    assert lines[0].split() == ["version", "aliases", "generator", "texture", "run", "name", "test_joint_nll", "digest"]
    assert lines[1].split() == [
        "1", "champion", "attention_lstm", "melody", first.run_name, "2.5000", first.digest[:12]
    ]  # fmt: skip
    assert lines[2].split()[:2] == ["2", "challenger"]
    assert len(lines) == 3


def test_models_for_programs(two):
    _, first, second = two
    listed = json.loads(ask("models", "--json").stdout)
    assert [(v["number"], v["digest"], v["aliases"]) for v in listed] == [
        ("1", first.digest, ["champion"]),
        ("2", second.digest, ["challenger"]),
    ]


@pytest.mark.parametrize("how", ["number", "run name", "digest"])
def test_promote_then_register_moves_the_record(two, how):
    root, _, second = two  # noqa: F811
    answer = ask("promote", {"number": "2", "run name": second.run_name, "digest": second.digest[:12]}[how])
    assert answer.exit_code == 0
    assert second.run_name in answer.stdout and "dvc repro" in answer.stdout
    register(root)
    assert records.read_champion(root / paths.CHAMPION).digest == second.digest


def test_promoting_what_is_not_there_lists_what_is(two):
    answer = ask("promote", "musegan")
    assert answer.exit_code == 1
    assert "'musegan' names no version" in answer.stderr
    assert "2  attention_lstm" in answer.stderr


def test_an_empty_registry_says_what_to_do(root, monkeypatch):  # noqa: F811
    (root / "dvc.yaml").write_text("stages: {}\n")
    monkeypatch.chdir(root)
    assert "dvc repro" in ask("models").stdout


def test_outside_a_project_a_sentence_and_no_traceback(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = ask("models")
    assert answer.exit_code == 1
    assert "no dvc.yaml" in answer.stderr
