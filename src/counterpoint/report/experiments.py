"""Tables of experiments: what their definitions ask for, and what was found, several trainings of each row.

A table NAME is two files in the folder `experiments`: NAME.yaml, its definition (`TableDefinition`), and NAME.csv, a
line for every training that was run: columns `KEYS`, and those that the definition shows. Both are in git;
`counterpoint.experiments` runs what is missing.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from counterpoint.evaluation.textures import Texture
from counterpoint.models.folder import sha256_json
from counterpoint.params import Section, read_yaml
from counterpoint.report.contents import Cell, Experiment, Line

# code: the commit whose code it was. asked: `TableDefinition.asked` of its row, by which other definitions' lines show.
KEYS = ("row", "seed", "code", "asked")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]


def _without_seed(changes: dict[str, Any]) -> dict[str, Any]:
    if "seed" in changes:
        raise ValueError("seed is no change: name it in seeds")
    return changes


Changes = Annotated[dict[str, Any], AfterValidator(_without_seed)]


class ExperimentError(ValueError):
    """A definition or its results cannot be used; the message names the file and what to mend."""


class TableRow(Section):
    """The generator that is trained, and what of params.yaml is changed for it."""

    title: str
    generator: str
    changes: Changes = Field(default_factory=dict)


class TableDefinition(Section):
    """texture: of the judgement that is shown. changes: of params.yaml, for every row, whose own go over them.
    columns: figure → heading; a figure is one of `evaluation.judge.figures`, or of `counterpoint.experiments`.
    """

    title: str
    about: str
    texture: Texture
    seeds: tuple[int, ...] = Field(min_length=1)
    columns: dict[Name, str] = Field(min_length=1)
    rows: dict[Name, TableRow] = Field(min_length=1)
    changes: Changes = Field(default_factory=dict)

    def asked(self, row: str) -> str:
        """A digest of all that a row asks for, its seed aside."""
        of = self.rows[row]
        return sha256_json([self.texture, self.changes, of.generator, of.changes])[:8]


def read_definition(path: Path) -> TableDefinition:
    """Raises ExperimentError, or ParamsError where it is no YAML."""
    if path.suffix != ".yaml":
        raise ExperimentError(f"{path}: a table's definition is a file NAME.yaml")
    try:
        return TableDefinition.model_validate(read_yaml(path))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ExperimentError(f"{path}: {wrong}") from None


def read_results(path: Path, definition: TableDefinition) -> pd.DataFrame:
    """What was found so far, none if there is no file: row, code and asked as text, all else as numbers.

    Raises ExperimentError where it is not of this definition, or was spoilt.
    """
    columns = [*KEYS, *definition.columns]
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    with path.open(encoding="utf-8", newline="") as file:
        headings, *lines = [*csv.reader(file)] or [[]]
    if headings != columns:
        raise ExperimentError(
            f"{path}: its columns are {', '.join(headings) or 'none'}, its definition's {', '.join(columns)}: move it "
            "away to have all anew, or take back the change"
        )
    told = []
    for number, line in enumerate(lines, start=2):
        try:
            told.append(_told(dict(zip(columns, line, strict=True))))
        except ValueError as error:
            raise ExperimentError(f"{path}, line {number}: {error}. Mend or delete the line") from None
        row, asked = told[-1]["row"], told[-1]["asked"]
        if row not in definition.rows or asked != definition.asked(row):
            raise ExperimentError(
                f"{path}, line {number}: the definition has no row {row}, or asks for something else there by now: "
                "delete the line, or take back the change"
            )
    found = pd.DataFrame(told, columns=columns)
    if twice := found.loc[found.duplicated(["row", "seed"]), ["row", "seed"]].to_numpy().tolist():
        raise ExperimentError(f"{path} has two lines of {twice[0][0]} by seed {twice[0][1]}: delete one")
    return found


def _told(cells: dict[str, str]) -> dict[str, Any]:
    """A line as it is meant. Raises ValueError for what is no whole seed, and no number where a figure should be."""
    figures = {column: float(cell or "nan") for column, cell in cells.items() if column not in KEYS}
    return cells | figures | {"seed": int(cells["seed"])}


def experiment(definition: TableDefinition, results: pd.DataFrame) -> Experiment:
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
