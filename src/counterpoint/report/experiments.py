"""Tables of experiments: what their definitions ask for, and what was found, several trainings of each row.

A table NAME is two files in the folder `experiments`: NAME.yaml, its definition (`Definition`), and NAME.csv, a line
for every training that was run: columns row, seed, code (the commit whose code it was), and those that the definition
shows. Both are in git; `counterpoint.experiments` runs what is missing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field, ValidationError

from counterpoint.params import Section, read_yaml
from counterpoint.report.contents import Experiment, Line

KEYS = ("row", "seed", "code")


class ExperimentError(ValueError):
    """A definition or its results cannot be read; the message names the file and what to mend."""


class Asked(Section):
    """A row: the generator that is trained, and what of params.yaml is changed for it."""

    title: str
    generator: str
    changes: dict[str, Any] = Field(default_factory=dict)


class Definition(Section):
    """texture: of the judgement that is shown. changes: of params.yaml, for every row, whose own go over them.
    columns: figure → heading; a figure is one of `evaluation.judge.figures`, or of `counterpoint.experiments`.
    """

    title: str
    about: str
    texture: str
    seeds: tuple[int, ...] = Field(min_length=1)
    columns: dict[str, str] = Field(min_length=1)
    rows: dict[str, Asked] = Field(min_length=1)
    changes: dict[str, Any] = Field(default_factory=dict)


def read_definition(path: Path) -> Definition:
    """Raises ExperimentError, or ParamsError where it is no YAML."""
    try:
        return Definition.model_validate(read_yaml(path))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ExperimentError(f"{path}: {wrong}") from None


def read_results(path: Path, definition: Definition) -> pd.DataFrame:
    """What was found so far, none if there is no file. Raises ExperimentError where it is not of this definition."""
    columns = [*KEYS, *definition.columns]
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    found = pd.read_csv(path, dtype={"row": str, "code": str})
    if list(found.columns) != columns:
        raise ExperimentError(
            f"{path} has the columns {', '.join(found.columns)}, but its definition {', '.join(columns)}: run it anew "
            "into no file, or take back the change of the definition"
        )
    return found


def experiment(definition: Definition, results: pd.DataFrame) -> Experiment:
    """The table that people read: of each row that was run, in the definition's order, the mean over its trainings and
    the least and the most.
    """
    lines = []
    for name, asked in definition.rows.items():
        of_row = results[results["row"] == name]
        if len(of_row):
            lines.append(Line(asked.title, len(of_row), tuple(_cell(of_row[column]) for column in definition.columns)))
    codes = tuple(dict.fromkeys(results["code"]))
    return Experiment(definition.title, definition.about, tuple(definition.columns.values()), tuple(lines), codes)


def experiments(folder: Path) -> Sequence[Experiment]:
    """All tables in `folder` of which something was run, by name."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        definition = read_definition(path)
        results = read_results(path.with_suffix(".csv"), definition)
        if len(results):
            found.append(experiment(definition, results))
    return found


def _cell(values: "pd.Series[Any]") -> tuple[float, float, float] | None:
    known = pd.to_numeric(values).dropna()
    return (float(known.mean()), float(known.min()), float(known.max())) if len(known) else None
