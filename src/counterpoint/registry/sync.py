"""A model folder as a version of the registered model: checked, uploaded once, found by its digest ever after."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from counterpoint.models.folder import Manifest, given_track, verify
from counterpoint.models.generator import Sampling
from counterpoint.notes.table import NOTE_SCHEMA
from counterpoint.registry.card import CARD_TAG, describe, description, digest_of, keep_with_run, write_card
from counterpoint.registry.guards import failed_guards, failed_of, failed_tags, tag_run, tag_version
from counterpoint.registry.runs import read_metrics, sync_pages, sync_reports, sync_run
from counterpoint.registry.store import REGISTERED_MODEL, Store
from counterpoint.registry.versions import GIVEN_TAG, MADE_TAG, METRIC_TAG, Version, versions

MODEL = "model"  # the model folder's place among the version's artefacts


def sync_model(
    store: Store,
    folder: Path,
    evaluation: Path,
    samples: Path,
    made: datetime | None = None,
    pages: Sequence[Path] = (),
) -> Version:
    """The version that holds the model at `folder`, made if there is none, its run, figures, failed guards and card
    brought up to date.

    folder, evaluation, samples: as in `counterpoint.paths`; the two reports may be missing.
    made: when the model was made, now by default; of a new version only.
    pages: of the project, that go with every run; may be missing.
    Raises ModelFolderError for a file that is not what was trained.
    """
    manifest = verify(folder)
    run_id = sync_run(store, folder, manifest)
    sync_pages(store, run_id, pages)
    version = by_digest(store, manifest.digest)
    failed = failed_guards(folder, evaluation, version.failed if version else {})
    figures = read_metrics(evaluation)
    if figures is None:
        figures = version.metrics if version else {}
    tag_run(store, run_id, failed)
    given = given_track(folder)
    card = write_card(folder, figures, failed)
    keep_with_run(store, run_id, card)
    about = description(card)
    reports = _reports(folder, evaluation, samples)
    if version is None:
        tags = _tags(manifest, made or datetime.now(UTC), given)
        model_id = _logged_model(store, folder, manifest, run_id, tags)
        sync_reports(store, run_id, reports, model_id)
        # Last, with its figures: a version that is there is complete, wherever an earlier attempt was killed.
        measured = {f"{METRIC_TAG}{name}": repr(value) for name, value in figures.items()}
        found_out = measured | failed_tags(failed) | {CARD_TAG: digest_of(about)}
        _create_version(store, run_id, model_id, tags | found_out, about)
        version = by_digest(store, manifest.digest)
        assert version is not None, "a version just made is found by its digest"
        return version
    sync_reports(store, run_id, reports, version.model_id)
    tag_version(store, version.number, version.failed, failed)
    if given is not None and version.given != given:  # an older release registered it
        store.client.set_model_version_tag(REGISTERED_MODEL, version.number, GIVEN_TAG, str(given))
    _tag_figures(store, version, figures)
    if version.card is None:  # a person's words stay; the run holds the card
        return replace(version, metrics=figures, failed=failed, given=given)
    if version.card != digest_of(about):
        describe(store, version.number, about, version.card)
    return replace(version, metrics=figures, failed=failed, given=given, card=digest_of(about))


def _reports(folder: Path, evaluation: Path, samples: Path) -> dict[str, Path]:
    return {"evaluation": evaluation, "samples": samples, "listen": folder / "listen"}


def _tag_figures(store: Store, version: Version, figures: dict[str, float]) -> None:
    for name in version.metrics.keys() - figures.keys():
        store.client.delete_model_version_tag(REGISTERED_MODEL, version.number, f"{METRIC_TAG}{name}")
    for name, value in figures.items():
        if repr(version.metrics.get(name)) != repr(value):
            store.client.set_model_version_tag(REGISTERED_MODEL, version.number, f"{METRIC_TAG}{name}", repr(value))


def by_digest(store: Store, digest: str) -> Version | None:
    """The version with this digest, the oldest should there be several."""
    return next((v for v in versions(store) if v.digest == digest), None)


def sync_run_alone(store: Store, folder: Path, evaluation: Path, samples: Path, pages: Sequence[Path] = ()) -> str:
    """The id of the run of the model at `folder`, as `sync_model` would leave it, but no version: for experiments."""
    run_id = sync_run(store, folder, verify(folder))
    sync_pages(store, run_id, pages)
    failed = failed_guards(folder, evaluation, failed_of(store.client.get_run(run_id).data.tags))
    tag_run(store, run_id, failed)
    keep_with_run(store, run_id, write_card(folder, read_metrics(evaluation) or {}, failed))
    sync_reports(store, run_id, _reports(folder, evaluation, samples))
    return run_id


def _tags(manifest: Manifest, made: datetime, given: int | None) -> dict[str, str]:
    return ({} if given is None else {GIVEN_TAG: str(given)}) | {
        "generator": manifest.generator,
        "texture": manifest.texture,
        "digest": manifest.digest,
        "lineage": manifest.lineage.digest,
        "lineage.data": manifest.lineage.data,
        "lineage.code": manifest.lineage.code,
        "lineage.params": manifest.lineage.params,
        "run_name": manifest.run_name,
        MADE_TAG: made.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _create_version(store: Store, run_id: str, model_id: str, tags: dict[str, str], about: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        store.client.create_registered_model(REGISTERED_MODEL)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    store.client.create_model_version(
        REGISTERED_MODEL, f"models:/{model_id}", run_id, tags, description=about, model_id=model_id
    )


def _logged_model(store: Store, folder: Path, manifest: Manifest, run_id: str, tags: dict[str, str]) -> str:
    """The id of the logged model with the folder as its artefacts; one left by an interrupted upload is replaced."""
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    client = store.client
    for found in client.search_logged_models([store.experiment_id], f"tags.digest = '{manifest.digest}'"):
        if str(found.status) == "READY":
            return found.model_id
        client.delete_logged_model(found.model_id)
    logged = client.create_logged_model(
        store.experiment_id, manifest.run_name, run_id, tags=tags, model_type=manifest.texture
    )
    with tempfile.TemporaryDirectory() as scratch:
        card = Path(scratch) / "MLmodel"  # the file in which MLflow looks for a model's signature
        Model(
            run_id=run_id,
            model_id=logged.model_id,
            signature=signature(),
            flavors={"counterpoint": {"generator": manifest.generator, "texture": manifest.texture, "data": MODEL}},
        ).save(str(card))
        client.log_model_artifact(logged.model_id, str(card))
    client.log_model_artifacts(logged.model_id, str(folder), MODEL)
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, 0)])
    return logged.model_id


def signature():
    """What every generator takes and gives, in MLflow's terms: a `Sampling` in, the columns of a note table out."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    request = Sampling.model_json_schema()["properties"]
    takes = [ColSpec(_request_type(field), name, required=False) for name, field in request.items()]
    columns = {"int16": "integer", "int32": "integer", "bool": "boolean", "string": "string"}
    gives = [ColSpec(columns[str(column.type)], column.name) for column in NOTE_SCHEMA]
    return ModelSignature(inputs=Schema(takes), outputs=Schema(gives))


def _request_type(field: dict) -> str:
    kinds = {field["type"]} if "type" in field else {option["type"] for option in field["anyOf"]}
    return {"integer": "long", "number": "double"}[(kinds - {"null"}).pop()]
