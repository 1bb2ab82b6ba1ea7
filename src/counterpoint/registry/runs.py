"""A model's run, complete: found again or made from the model folder, so that no result lives in MLflow alone."""

import csv
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from counterpoint.models.folder import Manifest, sha256_file, sha256_json
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.logbook import (
    DIGEST,
    EXPERIMENT_NAME,
    HISTORY,
    PAGES,
    REPORTS,
    STAGE,
    alive,
    find_runs,
    flat,
    log_metrics,
    log_params,
    logged_steps,
)
from counterpoint.registry.store import Store

_LINEAGE = "counterpoint.lineage"


def sync_run(store: Store, folder: Path, manifest: Manifest) -> str:
    """The id of the model's run, found or made, with params and figures of training; what it holds is not sent again.

    folder: the verified model folder, with its manifest.
    """
    run = _find_or_create(store, manifest)
    run_id = run.info.run_id
    tags = {
        DIGEST: manifest.digest,
        _LINEAGE: manifest.lineage.digest,
        "counterpoint.generator": manifest.generator,
        "counterpoint.texture": manifest.texture,
    }
    if _LINEAGE not in run.data.tags:  # the first time: it bears its training's name, and later perhaps a person's
        tags = {"mlflow.runName": manifest.run_name} | tags
    for tag, value in tags.items():
        if run.data.tags.get(tag) != value:
            store.client.set_tag(run_id, tag, value)
    _sync_history(store, run, folder)
    if run.info.status != "FINISHED":
        store.client.set_terminated(run_id, "FINISHED")
    return run_id


def sync_reports(store: Store, run_id: str, folders: dict[str, Path], model_id: str = "") -> None:
    """Bring the run's artefacts and final figures up to date; nothing is sent if nothing changed.

    folders: artefact path → folder; one that is not there leaves what the run holds. The final figures are those of
        `evaluation`'s metrics.json. model_id: a logged model that they also belong to.
    """
    present = {name: folder for name, folder in folders.items() if folder.is_dir()}
    digest = sha256_json({"model": model_id, "files": _digests(present)})
    run = store.client.get_run(run_id)
    if not present or run.data.tags.get(REPORTS) == digest:
        return
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    artefacts = get_artifact_repository(run.info.artifact_uri, tracking_uri=store.uri)
    held = {entry.path for entry in store.client.list_artifacts(run_id)}
    for name, folder in present.items():
        if name in held:
            artefacts.delete_artifacts(name)
        store.client.log_artifacts(run_id, str(folder), name)
    if "evaluation" in present and (figures := read_metrics(present["evaluation"])):
        log_metrics(store, run_id, ((name, value, 0) for name, value in figures.items()), model_id)
    store.client.set_tag(run_id, REPORTS, digest)


def delete_unfinished(store: Store) -> list[str]:
    """Delete runs of trainings that were killed here and not taken up again; their ids. MLflow can restore them.

    Runs of other machines, of trainings still going on, and failed ones (they say why) are left alone.
    """
    found = store.client.search_runs([store.experiment_id], f"tags.`{STAGE}` = 'train'")
    dead = [
        run.info.run_id
        for run in found
        if run.info.status in ("RUNNING", "KILLED") and DIGEST not in run.data.tags and not alive(run)
    ]
    for run_id in dead:
        store.client.delete_run(run_id)
    return dead


def sync_pages(store: Store, run_id: str, pages: Sequence[Path]) -> None:
    """Bring the run's artefacts below report/ up to date with those of `pages` (files) that are there."""
    present = {page.name: page for page in pages if page.is_file()}
    digest = sha256_json({name: sha256_file(page) for name, page in present.items()})
    if not present or store.client.get_run(run_id).data.tags.get(PAGES) == digest:
        return
    for page in present.values():
        store.client.log_artifact(run_id, str(page), "report")
    store.client.set_tag(run_id, PAGES, digest)


def read_metrics(evaluation: Path) -> dict[str, float] | None:
    """The final figures in a model's reports, flat, without those that are undefined; None where it was not evaluated.

    Raises RegistryError naming the file.
    """
    content = _measured(evaluation)
    if content is None:
        return None
    return {k: float(v) for k, v in content.items() if isinstance(v, int | float) and not isinstance(v, bool)}


def metric_names(evaluation: Path) -> set[str]:
    """The names of the figures in a model's reports, the undefined ones among them."""
    return {k for k, v in (_measured(evaluation) or {}).items() if not isinstance(v, bool | str)}


def _measured(evaluation: Path) -> dict[str, Any] | None:
    path = evaluation / "metrics.json"
    if not path.is_file():
        return None
    try:
        return flat(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, AttributeError) as error:
        raise RegistryError(f"{path} holds no figures ({error}): run `dvc repro` for it again") from error


def _find_or_create(store: Store, manifest: Manifest):
    found = find_runs(store, DIGEST, manifest.digest)
    if found:
        return found[0]
    tags = {DIGEST: manifest.digest, STAGE: "register"}
    if name := os.environ.get("DVC_EXP_NAME"):
        tags[EXPERIMENT_NAME] = name
    return store.client.create_run(store.experiment_id, tags=tags, run_name=manifest.run_name)


def _sync_history(store: Store, run, folder: Path) -> None:
    """Params and figures of training, those that are missing: training may have lost its store halfway."""
    params, history = folder / "params.json", folder / "history.csv"
    digest = sha256_json([sha256_file(path) for path in (params, history) if path.is_file()])
    if run.data.tags.get(HISTORY) == digest:
        return
    run_id = run.info.run_id
    if params.is_file():
        log_params(store, run_id, json.loads(params.read_text(encoding="utf-8")))
    if history.is_file():
        present = logged_steps(store, run_id)
        log_metrics(store, run_id, (f for f in _figures(history) if f[2] not in present.get(f[0], ())))
    store.client.set_tag(run_id, HISTORY, digest)


def _figures(history: Path) -> Iterator[tuple[str, float, int]]:
    """Name, value and step; the first column (epochs, or a GAN's checks) counts the steps."""
    with history.open(encoding="utf-8", newline="") as file:
        (_, *names), *rows = csv.reader(file)
    for step, *values in rows:
        for name, value in zip(names, values, strict=True):
            if value:
                yield name, float(value), int(float(step))


def _digests(folders: dict[str, Path]) -> dict[str, str]:
    return {
        f"{name}/{file.relative_to(folder).as_posix()}": sha256_file(file)
        for name, folder in folders.items()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
