"""Run a table of experiments: every row by every seed, a line of its CSV for each as soon as it is measured.

    python -m counterpoint.experiments experiments/ablation.yaml [--rows NAME ...] [--seeds N ...]

Each line is one `dvc exp run` in a folder of its own: the workspace stays as it is, the run is in the MLflow store, the
experiment in `dvc exp show`. Lines that are there already are not run again: delete them from the CSV to have them
anew. At the end the table is printed as Markdown, as the README has it; the report shows it too.

Beside the figures of `evaluation.judge.figures` a definition may show `training_minutes`, from the beginning of a
training to its model, the building of its networks included; `kept_iteration`, whose generator a GAN's training kept;
and the `distance_to_validation` of that one and of what its game began with, `distance_before_the_game`.
"""

import argparse
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import dvc.api
import pandas as pd

from counterpoint import params, paths
from counterpoint.evaluation.judge import figures
from counterpoint.evaluation.learning import kept_row
from counterpoint.models.folder import MANIFEST
from counterpoint.registry.logbook import DIGEST, find_runs
from counterpoint.registry.store import connect
from counterpoint.report.contents import Experiment
from counterpoint.report.experiments import (
    Asked,
    Definition,
    ExperimentError,
    experiment,
    read_definition,
    read_results,
)
from counterpoint.report.numbers import mean, spread

DECIDES = ("src", "params.yaml", "dvc.yaml", "requirements")  # what a line's figures hang on, beside the machine


def run(path: Path, rows: list[str], seeds: list[int]) -> Experiment:
    """Run what is missing of the table `path` (all of it, or these rows and seeds); returns the table so far.

    Raises ExperimentError for rows that there are not, where code or params are not committed, for a line could not
    name them, and where an experiment fails.
    """
    definition, results_path = read_definition(path), path.with_suffix(".csv")
    if unknown := sorted({*rows} - {*definition.rows}):
        raise ExperimentError(f"{path} has no row {', '.join(unknown)}; it has {', '.join(definition.rows)}")
    code = _committed()
    asked = [(row, seed) for seed in seeds or definition.seeds for row in rows or definition.rows]
    for number, (row, seed) in enumerate(asked, start=1):
        results = read_results(results_path, definition)
        if ((results["row"] == row) & (results["seed"] == seed)).any():
            continue
        name = f"{path.stem}-{row}-{seed}".replace("_", "-")
        print(f"\n{number} of {len(asked)}: {name}", flush=True)
        found = _measured(name, definition, definition.rows[row], seed)
        line = {"row": row, "seed": seed, "code": code} | {column: found.get(column) for column in definition.columns}
        grown = pd.DataFrame([*read_results(results_path, definition).to_dict("records"), line])
        draft = results_path.with_suffix(".unfinished")
        grown.to_csv(draft, index=False, lineterminator="\n", float_format="%.6g")
        draft.rename(results_path)
    return experiment(definition, read_results(results_path, definition))


def _committed() -> str:
    changed = subprocess.run(["git", "status", "--porcelain", "--", *DECIDES], capture_output=True, text=True)
    if changed.returncode or changed.stdout:
        raise ExperimentError(f"commit first, for each line names the commit of its code:\n{changed.stdout}")
    log = ["git", "log", "-1", "--format=%h", "--", *DECIDES]
    return subprocess.run(log, capture_output=True, text=True, check=True).stdout.strip()


def _measured(name: str, definition: Definition, asked: Asked, seed: int) -> dict[str, Any]:
    base = params.read_yaml(paths.PARAMS)
    changes = params.overlay(definition.changes, asked.changes) | {"seed": seed}
    params.parse(params.overlay(base, changes), f"row {name}")
    told = [f"--set-param={option}" for option in params.options(base, changes)]
    # Of an earlier, unfinished run of this line. (--force would replace it too, and run every stage anew.)
    subprocess.run(["dvc", "exp", "remove", "--quiet", name], capture_output=True)
    stage = f"evaluate@{asked.generator}"
    if subprocess.run(["dvc", "exp", "run", "--temp", "--name", name, *told, stage]).returncode:
        raise ExperimentError(f"the experiment {name} failed: what it printed stands above")

    def read(path: Path) -> str:
        return str(dvc.api.read(path.as_posix(), rev=name))

    judgements = json.loads(read(paths.evaluation(asked.generator) / "judgements.json"))
    if definition.texture not in judgements:
        raise ExperimentError(f"{name} is judged as {', '.join(judgements)}, not as {definition.texture}")
    model = paths.model(asked.generator)
    digest = hashlib.sha256(read(model / MANIFEST).encode()).hexdigest()  # as `folder.read_manifest` has it
    history = pd.read_csv(io.StringIO(read(model / "history.csv")))
    return figures(judgements[definition.texture]) | _of_game(history) | {"training_minutes": _minutes(digest)}


def _of_game(history: pd.DataFrame) -> dict[str, float | None]:
    if "distance_to_validation" not in history:
        return {}
    iterations, distances = (history[name].to_numpy(float) for name in ("iteration", "distance_to_validation"))
    kept = kept_row(distances)
    return {
        "kept_iteration": None if kept is None else iterations[kept],
        "distance_to_validation": None if kept is None else distances[kept],
        "distance_before_the_game": distances[0] if iterations[0] == 0 else None,
    }


def _minutes(digest: str) -> float | None:
    """None where DVC had the model from its cache, and the store no run of it."""
    runs = [run.info for run in find_runs(connect(Path()), DIGEST, digest) if run.info.end_time]
    return (runs[-1].end_time - runs[-1].start_time) / 60_000 if runs else None


def markdown(table: Experiment) -> str:
    """The table as the README has it: means, and in brackets the least and the most."""

    def said(cell: tuple[float, float, float] | None, trainings: int) -> str:
        return f"{mean(cell)} ({spread(cell)})" if cell and trainings > 1 else mean(cell)

    lines = [["", *table.columns], ["---"] * (len(table.columns) + 1)]
    lines += [[of.title, *(said(cell, of.trainings) for cell in of.cells)] for of in table.lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, help="its definition, a YAML file; the CSV of its name is written beside")
    parser.add_argument("--rows", nargs="+", default=[], help="these alone")
    parser.add_argument("--seeds", nargs="+", type=int, default=[], help="these instead of the definition's")
    arguments = parser.parse_args()
    try:
        table = run(arguments.table, arguments.rows, arguments.seeds)
    except (ExperimentError, params.ParamsError) as error:
        sys.exit(f"\n{error}\n")
    print(f"\n{table.title}. Code of {', '.join(table.codes)}.\n\n{markdown(table)}")


if __name__ == "__main__":
    main()
