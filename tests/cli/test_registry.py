"""`counterpoint models` and `counterpoint promote`, on a real store."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from counterpoint import paths
from counterpoint.cli import app
from counterpoint.cli.registry import listing
from counterpoint.models.folder import Manifest
from counterpoint.registry.register import register
from counterpoint.registry.versions import Version
from tests.registry.project import write_guards, write_model, write_params

Trained = tuple[Path, Manifest, Manifest]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A project of two versions: a champion of voices, then a melody model that copies."""
    root = tmp_path_factory.mktemp("trained")
    (root / "dvc.yaml").write_text("stages: {}\n")
    write_params(root, texture="voices", metric="distance_to_real")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME"):
            patch.delenv(variable, raising=False)
        voices = write_model(root, nll=3.5, weight=0.25, name="musegan", texture="voices")
        metrics = root / paths.evaluation("musegan") / "metrics.json"
        metrics.write_text('{"distance_to_real": 0.375, "distance_to_real_low": 0.25, "distance_to_real_high": 0.625}')
        register(root)
        melody = write_model(root, nll=2.5, weight=0.75)
        write_guards(root, {"copying": "31 % of its windows"})
        register(root)
    return root, voices, melody


@pytest.fixture
def here(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> Trained:
    for variable in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(trained[0])
    return trained


def test_models_are_listed(here: Trained) -> None:
    _, voices, melody = here
    got = CliRunner().invoke(app, ["models"])
    assert got.exit_code == 0
    head, first, second, reason = got.output.splitlines()
    assert head.split() == [
        "version", "aliases", "generator", "texture", "run", "name", "distance_to_real", "test_joint_nll", "failed"
    ]  # fmt: skip
    assert first.split() == ["2", "-", "attention_lstm", "melody", melody.run_name, "-", "2.5000", "copying"]
    assert second.split() == [
        "1", "champion", "musegan", "voices", voices.run_name, "0.3750", "[0.250,", "0.625]", "-", "-"
    ]  # fmt: skip
    assert reason == "version 2 failed copying: 31 % of its windows"


def test_models_for_programs(here: Trained) -> None:
    _, voices, melody = here
    first, second = json.loads(CliRunner().invoke(app, ["models", "--json"]).output)
    assert (first["number"], first["digest"], first["failed"]) == (
        "2", melody.digest, {"copying": "31 % of its windows"}
    )  # fmt: skip
    assert (second["number"], second["digest"], second["aliases"]) == ("1", voices.digest, ["champion"])
    assert second["metrics"]["distance_to_real_high"] == 0.625


def test_promote_says_what_it_did_and_warns_of_a_failed_guard(here: Trained) -> None:
    _, voices, melody = here
    got = CliRunner().invoke(app, ["promote", melody.run_name])
    assert got.exit_code == 0
    assert f"champion is now version 2, {melody.run_name}" in got.stdout
    assert f"warning: {melody.run_name} failed copying: 31 % of its windows" in got.stderr
    back = CliRunner().invoke(app, ["promote", "musegan"])
    assert (back.exit_code, back.stderr) == (0, "")
    assert f"champion is now version 1, {voices.run_name}" in back.stdout
    missing = CliRunner().invoke(app, ["promote", "7"])
    assert missing.exit_code == 1
    assert "'7' names no version" in missing.output


def test_outside_a_project_a_sentence_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    got = CliRunner().invoke(app, ["models"])
    assert (got.exit_code, got.stdout) == (1, "")
    assert "no dvc.yaml" in got.stderr


def version(number: str, generator: str, metrics: dict[str, float], failed: dict[str, str], *aliases: str) -> Version:
    name = f"{generator.replace('_', '-')}-deb6e865"
    return Version(number, generator, "melody", "d" * 64, "l" * 64, name, metrics, "m", None, aliases, "2026", failed)


def test_the_likelihood_has_a_column_only_where_there_is_one() -> None:
    with_it = [version("1", "simple_gan", {"test_joint_nll": 2.5, "d": 0.5}, {})]
    without = [version("1", "simple_gan", {"d": 0.5}, {})]
    assert listing(with_it, "d")[0].split()[-3:] == ["d", "test_joint_nll", "failed"]
    assert listing(with_it, "test_joint_nll")[0].split()[-2:] == ["test_joint_nll", "failed"]
    assert listing(without, "d")[0].split()[-2:] == ["d", "failed"]


def test_what_is_given_a_track_says_so() -> None:
    accompanist = replace(version("4", "musegan_accompany", {}, {}, "liked"), texture="voices", given=0)
    head, first, second = listing([accompanist], "d")
    column = head.index("texture")
    assert [line[column:].split("  ")[0] for line in (first, second)] == ["voices", "given 0"]


def test_the_longest_names_fit_a_terminal() -> None:
    """What is too wide goes over several lines of its row, and nothing is lost."""
    reasons = dict.fromkeys(("collapsed", "copying", "non_finite"), "31 % of its 8-note windows " * 7)
    metrics = {"distance_to_real": 0.375, "distance_to_real_low": 0.25, "distance_to_real_high": 0.625}
    lines = listing(
        [
            version(
                "117", "attention_lstm_chords", metrics | {"test_joint_nll": 12.0625}, reasons, "champion", "liked"
            ),
            version("118", "attention_lstm_chords", {}, {}, "challenger"),
        ],
        "distance_to_real",
    )
    assert max(map(len, lines)) <= 120
    text = "\n".join(lines)
    for word in ("challenger", "liked", "0.3750", "[0.250, 0.625]", "12.0625", "attention-lstm-chords-deb6e865"):
        assert word in text
    assert text.count("non_finite") == 2
    assert text.count("31 %") == 21
