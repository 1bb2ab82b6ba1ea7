"""`counterpoint models` and `counterpoint promote`: what is registered, and which version is the champion."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from counterpoint import paths
from counterpoint.cli.plainly import said_plainly


def models(as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False) -> None:
    """List every registered version: number, aliases, generator, texture, run name, figure, digest."""
    with said_plainly():
        from counterpoint.params import load
        from counterpoint.registry.store import connect
        from counterpoint.registry.versions import versions

        root = paths.project_root()
        metric = load(root / paths.PARAMS).select.metric
        there = versions(connect(root))
    if as_json:
        typer.echo(json.dumps([asdict(version) for version in there], indent=1))
        return
    if not there:
        typer.echo("nothing is registered yet: `dvc repro` registers what it trains")
        return
    rows = [("version", "aliases", "generator", "texture", "run name", metric, "digest")]
    for version in there:
        figure = version.metrics.get(metric)
        rows.append(
            (
                version.number,
                ",".join(version.aliases) or "-",
                version.generator,
                version.texture,
                version.run_name,
                "-" if figure is None else f"{figure:.4f}",
                version.digest[:12],
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def promote(model: Annotated[str, typer.Argument(metavar="VERSION|RUN_NAME|DIGEST")]) -> None:
    """Make a version the champion; `dvc repro` then packages it."""
    with said_plainly():
        from counterpoint.registry.promote import promote as choose

        version = choose(model, paths.project_root())
    typer.echo(f"champion is now version {version.number}, {version.run_name}; run `dvc repro` to package it")
