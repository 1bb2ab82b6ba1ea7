"""Every command's `--help`: what it does, what each word of it means, and examples that can be typed."""

import inspect
import shlex

import pytest
import typer
from typer.testing import CliRunner

from counterpoint.cli import app

COMMANDS = typer.main.get_command(app).commands


@pytest.mark.parametrize("name", COMMANDS)
def test_help_teaches(name: str) -> None:
    command = COMMANDS[name]
    assert all(of.help for of in command.params if hasattr(of, "help")), name
    got = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "120"})
    assert got.exit_code == 0
    first = inspect.getdoc(command.callback).splitlines()[0]
    assert first[:40] in got.stdout and "Examples:" in got.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_are_of_words_that_the_command_takes(name: str) -> None:
    command = COMMANDS[name]
    examples = [line.split("`")[1] for line in inspect.getdoc(command.callback).splitlines() if line.startswith("- `")]
    assert examples
    for example in examples:
        _, called, *words = shlex.split(example.split(" | ")[0])
        assert called == name
        command.make_context(name, words)  # raises for a word that it does not take


def test_options_that_commands_share_are_said_alike() -> None:
    said: dict[str, set[str | None]] = {}
    for name in ("generate", "continue", "accompany", "interpolate"):
        for of in COMMANDS[name].params:
            said.setdefault(of.name, set()).add(getattr(of, "help", None))
    assert {option for option, words in said.items() if len(words) > 1} == {"seed", "tempo"}  # of which they differ
