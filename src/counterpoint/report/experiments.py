"""Tables of experiments: what their definitions ask for, and what was found, several trainings of each row.

A table NAME is two files in the folder `experiments`: NAME.yaml, its definition (`Definition`), and NAME.csv, a line
for every training that was run: columns `KEYS`, and those that the definition shows. Both are in git;
`counterpoint.experiments` runs what is missing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, StringConstraints, ValidationError, field_validator

from counterpoint.models.folder import sha256_json
from counterpoint.params import Section, read_yaml
from counterpoint.report.contents import Cell, Experiment, Line

# code: the commit whose code it was. asked: `Definition.asked` of its row, so that no line is of another definition.
KEYS = ("row", "seed", "code", "asked")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]


class ExperimentError(ValueError):
    """A definition or its results cannot be used; the message names the file and what to mend."""


class Row(Section):
    """The generator that is trained, and what of params.yaml is changed for it."""

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
    columns: dict[Name, str] = Field(min_length=1)
    rows: dict[Name, Row] = Field(min_length=1)
    changes: dict[str, Any] = Field(default_factory=dict)

    @field_validator("changes")
    @classmethod
    def _no_seed(cls, changes: dict[str, Any]) -> dict[str, Any]:
        if "seed" in changes:
            raise ValueError("seed is no change: name it in seeds")
        return changes

    def asked(self, row: str) -> str:
        """A digest of all that a row asks for, its seed aside."""
        of = self.rows[row]
        return sha256_json([self.texture, self.changes, of.generator, of.changes])[:8]


def read_definition(path: Path) -> Definition:
    """Raises ExperimentError, or ParamsError where it is no YAML."""
    if path.suffix != ".yaml":
        raise ExperimentError(f"{path}: a table's definition is a file NAME.yaml")
    try:
        return Definition.model_validate(read_yaml(path))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ExperimentError(f"{path}: {wrong}") from None


def read_results(path: Path, definition: Definition) -> pd.DataFrame:
    """What was found so far, none if there is no file: row, code and asked as text, all else as numbers.

    Raises ExperimentError where it is not of this definition, or was spoilt.
    """
    columns = [*KEYS, *definition.columns]
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    try:
        found = pd.read_csv(path, dtype=str, keep_default_na=False, index_col=False)
        if list(found.columns) != columns:
            raise ValueError(f"its columns are {', '.join(found.columns)}, its definition's {', '.join(columns)}")
        for column in ("seed", *definition.columns):
            found[column] = pd.to_numeric(found[column])
    except ValueError as error:  # pandas' own are of this kind
        raise ExperimentError(f"{path} cannot be read: {error}. Mend it, or move it away to have it anew") from None
    for line, (row, asked) in enumerate(zip(found["row"], found["asked"], strict=True), start=2):
        if row not in definition.rows or asked != definition.asked(row):
            raise ExperimentError(
                f"{path}, line {line}: the definition has no row {row}, or asks for something else there by now: "
                "delete the line, or take back the change"
            )
    if twice := found.loc[found.duplicated(["row", "seed"]), ["row", "seed"]].to_numpy().tolist():
        raise ExperimentError(f"{path} has two lines of {twice[0][0]} by seed {twice[0][1]}: delete one")
    return found


def experiment(definition: Definition, results: pd.DataFrame) -> Experiment:
    """The table that people read: the rows that were run, in the definition's order, each by all its trainings."""
    lines = []
    for name, row in definition.rows.items():
        of_row = results[results["row"] == name]
        if len(of_row):
            lines.append(Line(row.title, len(of_row), tuple(_cell(of_row[column]) for column in definition.columns)))
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


def _cell(values: "pd.Series[Any]") -> Cell | None:
    known = values.dropna()
    return Cell(float(known.mean()), float(known.min()), float(known.max()), len(known)) if len(known) else None
