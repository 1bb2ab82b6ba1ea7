"""The `counterpoint` command: one module a family of commands."""

import typer

from counterpoint.cli.accompany import accompany
from counterpoint.cli.evaluate import evaluate
from counterpoint.cli.generate import generate
from counterpoint.cli.interpolate import interpolate
from counterpoint.cli.registry import models, promote

app = typer.Typer(
    help="Trained, compared, registered and served music generators.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
)
for command in (generate, accompany, interpolate, evaluate, models, promote):
    app.command()(command)
