"""`counterpoint models` and `counterpoint promote`, on a real store."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from counterpoint.cli import app
from counterpoint.models.folder import Manifest


def test_models_are_listed(project: Path, manifest: Manifest) -> None:
    got = CliRunner().invoke(app, ["models"])
    assert got.exit_code == 0
    head, row = got.output.splitlines()
    assert head.split()[:4] == ["version", "aliases", "generator", "texture"]
    assert row.split() == [
        "1", "champion", "attention_lstm", "melody", manifest.run_name, "-", manifest.digest[:12]
    ]  # fmt: skip


def test_models_for_programs(project: Path, manifest: Manifest) -> None:
    (version,) = json.loads(CliRunner().invoke(app, ["models", "--json"]).output)
    assert (version["number"], version["digest"], version["aliases"]) == ("1", manifest.digest, ["champion"])


def test_promote_says_what_it_did(project: Path, manifest: Manifest) -> None:
    got = CliRunner().invoke(app, ["promote", manifest.run_name])
    assert got.exit_code == 0
    assert f"champion is now version 1, {manifest.run_name}" in got.output
    missing = CliRunner().invoke(app, ["promote", "7"])
    assert missing.exit_code == 1
    assert "'7' names no version" in missing.output


def test_outside_a_project_a_sentence_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    got = CliRunner().invoke(app, ["models"])
    assert (got.exit_code, got.stdout) == (1, "")
    assert "no dvc.yaml" in got.stderr
