"""`counterpoint models` and `counterpoint promote`: what is registered, and which version is the champion."""

import json
import textwrap
from dataclasses import asdict
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated

import typer

from counterpoint import paths
from counterpoint.cli.plainly import said_plainly

if TYPE_CHECKING:
    from counterpoint.registry.versions import Version

_COLUMNS = 120  # of a terminal
_LIKELIHOOD = "test_joint_nll"


def models(
    as_json: Annotated[bool, typer.Option("--json", help="everything, for programs, figures and reasons too")] = False,
) -> None:
    """List every registered version: number, aliases, generator, texture, run name, figures, failed guards.

    An accompanist's texture says which track it is given, 0 the first: it is compared with its like alone.

    Examples:

    - `counterpoint models`

    - `counterpoint models --json | jq '.[] | select(.given == null) | .metrics.distance_to_real'`
    """
    with said_plainly():
        from counterpoint.params import load
        from counterpoint.registry.store import connect
        from counterpoint.registry.versions import versions

        root = paths.project_root()
        metric = load(root / paths.PARAMS).select.metric
        there = sorted(versions(connect(root)), key=lambda version: (version.texture, int(version.number)))
    if as_json:
        typer.echo(json.dumps([asdict(v) | {"metrics": v.evidence().metrics} for v in there], indent=1))
    elif not there:
        typer.echo("nothing is registered yet: `dvc repro` registers what it trains")
    else:
        typer.echo("\n".join(listing(there, metric)))


def listing(there: list["Version"], metric: str) -> list[str]:
    """The versions as a table, and beneath it why guards failed.

    metric: its column also shows the interval, where the versions have one (`<metric>_low`, `<metric>_high`).
    """
    figures = [metric]
    if metric != _LIKELIHOOD and any(_LIKELIHOOD in version.metrics for version in there):
        figures.append(_LIKELIHOOD)
    lines = _table(_rows(there, figures, narrow=False))
    if max(map(len, lines)) > _COLUMNS:
        lines = _table(_rows(there, figures, narrow=True))
    for version in there:
        for guard, reason in version.failed.items():
            text = f"version {version.number} failed {guard}: {reason}"
            lines += textwrap.wrap(text, _COLUMNS, subsequent_indent="  ", break_on_hyphens=False)
    return lines


def _rows(there: list["Version"], figures: list[str], narrow: bool) -> list[list[list[str]]]:
    """Rows of cells of lines; narrow: figures' names and intervals over several lines."""
    heads = [name.replace("_", "_ ").split() if narrow else [name] for name in figures]
    rows = [[["version"], ["aliases"], ["generator"], ["texture"], ["run name"], *heads, ["failed"]]]
    for version in there:
        shown = [_figure(version.metrics, name) for name in figures]
        rows.append(
            [
                [version.number],
                list(version.aliases) or ["-"],
                [version.generator],
                [version.texture, *([] if version.given is None else [f"given {version.given}"])],
                [version.run_name],
                *(lines if narrow else [" ".join(lines)] for lines in shown),
                list(version.failed) or ["-"],
            ]
        )
    return rows


def _figure(metrics: dict[str, float], name: str) -> list[str]:
    if name not in metrics:
        return ["-"]
    low, high = (metrics.get(f"{name}_{end}") for end in ("low", "high"))
    return [f"{metrics[name]:.4f}", *([] if low is None or high is None else [f"[{low:.3f}, {high:.3f}]"])]


def _table(rows: list[list[list[str]]]) -> list[str]:
    widths = [max(len(line) for cell in column for line in cell) for column in zip(*rows, strict=True)]
    return [
        "  ".join(line.ljust(width) for line, width in zip(lines, widths, strict=True)).rstrip()
        for row in rows
        for lines in zip_longest(*row, fillvalue="")
    ]


def promote(
    model: Annotated[
        str,
        typer.Argument(
            metavar="VERSION|RUN_NAME|DIGEST", help="as `counterpoint models` lists it; an alias or a generator, too"
        ),
    ],
) -> None:
    """Make a version the champion, also one that failed a guard; `dvc repro` then packages it.

    Examples:

    - `counterpoint promote 7`

    - `counterpoint promote challenger`
    """
    with said_plainly():
        from counterpoint.registry.promote import promote as choose

        version = choose(model, paths.project_root())
    for guard, reason in version.failed.items():
        typer.echo(f"warning: {version.run_name} failed {guard}: {reason}", err=True)
    typer.echo(f"champion is now version {version.number}, {version.run_name}; run `dvc repro` to package it")
