"""Run a table of experiments: every row by every seed, a line of its CSV for each as soon as it is measured.

    python -m counterpoint.experiments experiments/ablation.yaml [--rows NAME ...] [--seeds N ...]

Each line is one `dvc exp run` in a folder of its own, named TABLE-ROW-SEED: the workspace stays as it is, the run is in
the MLflow store, the experiment in `dvc exp show`. Lines that are there already are not run again: delete them from the
CSV to have them anew, which replaces the experiment too (what DVC's cache holds of it is not trained again). At the end
the table is printed as Markdown, as the README has it; the report shows it too.

Beside the figures of `evaluation.judge.figures` a definition may show `training_minutes`, from the beginning of a
training to its model, the building of its networks included; `kept_iteration`, whose generator a GAN's training kept;
and the `distance_to_validation` of that one and of what its game began with, `distance_before_the_game`.
"""

import argparse
import fcntl
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dvc.api
import pandas as pd

from counterpoint import params, paths
from counterpoint.evaluation.judge import figures
from counterpoint.evaluation.learning import kept_row
from counterpoint.models.folder import MANIFEST
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.logbook import DIGEST, SECONDS, find_runs
from counterpoint.registry.store import connect
from counterpoint.report.contents import Cell, Experiment
from counterpoint.report.experiments import (
    ExperimentError,
    TableDefinition,
    experiment,
    read_definition,
    read_results,
)
from counterpoint.report.numbers import number
from counterpoint.stages.stage import generators, written_beside

DECIDES = ("src", "params.yaml", "dvc.yaml", "requirements")  # what a line's figures hang on, beside the machine
OF_TRAINING = ("training_minutes", "kept_iteration", "distance_to_validation", "distance_before_the_game")
LOCK = Path(".dvc/tmp/experiments.lock")


def run(path: Path, rows: list[str], seeds: list[int]) -> Experiment:
    """Run what is missing of the table `path` (all of it, or these rows and seeds); returns the table so far.

    Raises ExperimentError for rows, generators and params that there are not, before anything is run; where code or
    params are not committed, for a line could not name them; where an experiment fails, or has no such figure; and
    RegistryError where the MLflow store does not answer.
    """
    definition, results_path = read_definition(path), path.with_suffix(".csv")
    if unknown := sorted({*rows} - {*definition.rows}):
        raise ExperimentError(f"{path} has no row {', '.join(unknown)}; it has {', '.join(definition.rows)}")
    asked = [(row, seed) for seed in seeds or definition.seeds for row in rows or definition.rows]
    options = {(row, seed): _options(path, definition, row, seed) for row, seed in asked}
    connect(Path())  # a store that does not answer is best known before
    with _alone():
        for place, (row, seed) in enumerate(asked, start=1):
            results = read_results(results_path, definition)
            if ((results["row"] == row) & (results["seed"] == seed)).any():
                continue
            name, code = f"{path.stem}-{row}-{seed}", _committed()
            print(f"\n{place} of {len(asked)}: {name}", flush=True)
            found = _measured(name, definition, row, options[row, seed])
            if _committed() != code:
                raise ExperimentError(f"the code was changed while {name} ran: run it again")
            line = {"row": row, "seed": seed, "code": code, "asked": definition.asked(row)}
            line |= {column: _figure(found, column, path) for column in definition.columns}
            grown = pd.DataFrame([*results.to_dict("records"), line])
            with written_beside(results_path) as (draft,):
                grown.to_csv(draft, index=False, lineterminator="\n", float_format="%.6g")
    return experiment(definition, read_results(results_path, definition))


@contextmanager
def _alone() -> Iterator[None]:
    """`dvc exp run` puts the workspace's changes aside for a moment, another table's new lines among them."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExperimentError("another table is being run here: wait for it, or run this one in a clone") from None
        yield


def _committed() -> str:
    """The last commit of what decides figures. Raises ExperimentError where it was changed since."""
    changed = _git("status", "--porcelain", "--", *DECIDES)
    if changed:
        raise ExperimentError(f"commit first, for each line names the commit of its code:\n{changed}")
    return _git("log", "-1", "--format=%h", "--", *DECIDES)


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True)
    if done.returncode:
        raise ExperimentError(f"git {words[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def _options(path: Path, definition: TableDefinition, row: str, seed: int) -> list[str]:
    """What of params.yaml a line changes, as `dvc exp run` takes it; all of it checked."""
    of = definition.rows[row]
    if of.generator not in generators():
        raise ExperimentError(f"{path}: row {row} is of {of.generator}; generators are {', '.join(generators())}")
    base = params.read_yaml(paths.PARAMS)
    changes = params.overlay(definition.changes, of.changes) | {"seed": seed}
    params.parse(params.overlay(base, changes), f"{path}: row {row}")
    return [f"--set-param={option}" for option in params.options(base, changes)]


def _measured(name: str, definition: TableDefinition, row: str, options: list[str]) -> dict[str, Any]:
    generator = definition.rows[row].generator
    # Of a line that was deleted, or never written. (--force would replace it too, and run every stage anew.)
    subprocess.run(["dvc", "exp", "remove", "--quiet", name], capture_output=True)
    if subprocess.run(["dvc", "exp", "run", "--temp", "--name", name, *options, f"evaluate@{generator}"]).returncode:
        raise ExperimentError(f"the experiment {name} failed: what it printed stands above")

    def read(path: Path) -> str:
        return str(dvc.api.read(path.as_posix(), rev=name))

    judgements = json.loads(read(paths.evaluation(generator) / "judgements.json"))
    if definition.texture not in judgements:
        raise ExperimentError(f"{name} is judged as {', '.join(judgements)}, not as {definition.texture}")
    model = paths.model(generator)
    digest = hashlib.sha256(read(model / MANIFEST).encode()).hexdigest()  # as `folder.read_manifest` has it
    history = pd.read_csv(io.StringIO(read(model / "history.csv")))
    return figures(judgements[definition.texture]) | _of_game(history) | {"training_minutes": _minutes(digest)}


def _figure(found: dict[str, Any], column: str, path: Path) -> float | None:
    if column not in found and column not in OF_TRAINING:
        raise ExperimentError(f"{path}: there is no figure {column}; there are {', '.join(sorted(found))}")
    return found.get(column)


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
    """None where the store has no training of it that was never interrupted."""
    seconds = [run.data.tags.get(SECONDS) for run in find_runs(connect(Path()), DIGEST, digest)]
    known = [float(of) for of in seconds if of]
    return known[-1] / 60 if known else None


def markdown(table: Experiment) -> str:
    """The table as the README has it: means, and in brackets the least and the most."""

    def said(cell: Cell | None, trainings: int) -> str:
        if cell is None:
            return number(None)
        ends = [f"{number(cell.least)} to {number(cell.most)}"] if cell.known > 1 else []
        ends += [f"of {cell.known}"] if cell.known < trainings else []
        return f"{number(cell.mean)} ({', '.join(ends)})" if ends else number(cell.mean)

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
    except (ExperimentError, RegistryError, params.ParamsError) as error:
        sys.exit(f"\n{error}\n")
    print(f"\n{table.title}. Code of {', '.join(table.codes)}.\n\n{markdown(table)}")


if __name__ == "__main__":
    main()
