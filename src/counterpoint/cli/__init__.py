"""The `counterpoint` command: one module a family of commands."""

import typer

from counterpoint.cli.accompany import accompany
from counterpoint.cli.continue_ import continue_
from counterpoint.cli.evaluate import evaluate
from counterpoint.cli.generate import generate
from counterpoint.cli.interpolate import interpolate
from counterpoint.cli.registry import models, promote
from counterpoint.cli.render import render

app = typer.Typer(
    help="Trained, compared, registered and served music generators.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
)
app.command()(generate)
app.command("continue")(continue_)  # a word of Python's own
for command in (accompany, interpolate, render, evaluate, models, promote):
    app.command()(command)
