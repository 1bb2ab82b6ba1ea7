"""What the store holds: the registered model's versions, its aliases, and what was last written as champion."""

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from counterpoint.registry.card import CARD_TAG, described_by
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.guards import failed_of
from counterpoint.registry.records import Choice, Evidence, Written
from counterpoint.registry.store import REGISTERED_MODEL, Store

CHAMPION = "champion"
CHALLENGER = "challenger"
METRIC_TAG = "metric."
MADE_TAG = "made"
GIVEN_TAG = "given"
_WRITTEN_TAG = "counterpoint.champion"
_TAGS = {"generator", "texture", "digest", "lineage", "run_name", MADE_TAG}  # by them a version is known as ours


@dataclass(frozen=True)
class Version:
    """One version of the registered model."""

    number: str  # the store's own
    generator: str
    texture: str
    digest: str
    lineage: str
    run_name: str
    metrics: dict[str, float]
    model_id: str  # of the logged model with the artefacts
    run_id: str | None
    aliases: tuple[str, ...]
    made: str  # when, as far as this store knows: ISO 8601 in UTC
    failed: dict[str, str] = field(default_factory=dict)  # guard → reason
    given: int | None = None  # the track that the model accompanies
    card: str | None = ""  # digest of its description, as far as it is a card; None if a person wrote it

    def choice(self, metric: str) -> Choice:
        """As something to choose, with `metric` as its figure (None if it was not measured, or is not finite)."""
        value = self.metrics.get(metric)
        figure = None if value is None or not math.isfinite(value) else value
        return Choice(self.generator, self.texture, self.digest, self.lineage, self.run_name, figure)

    def evidence(self) -> Evidence:
        """What was measured of it, as far as JSON can say it: figures that are not finite are left out."""
        return Evidence({k: v for k, v in self.metrics.items() if math.isfinite(v)}, self.failed)


def versions(store: Store) -> list[Version]:
    """Every version this pipeline registered, oldest first.

    Oldest by when the model was made: numbers tell when it was registered, and a restored model comes late.
    """
    named: dict[str, list[str]] = {}
    for alias, number in sorted(aliases(store).items()):
        named.setdefault(number, []).append(alias)
    found = store.client.search_model_versions(f"name = '{REGISTERED_MODEL}'")
    ours = [v for v in found if v.tags.keys() >= _TAGS]
    described = [_version(v, tuple(named.get(str(v.version), ()))) for v in ours]
    return sorted(described, key=lambda version: (version.made, int(version.number)))


def _version(found, aliases_of: tuple[str, ...]) -> Version:
    tags = found.tags
    return Version(
        number=str(found.version),
        generator=tags["generator"],
        texture=tags["texture"],
        digest=tags["digest"],
        lineage=tags["lineage"],
        run_name=tags["run_name"],
        metrics=_figures(tags),
        model_id=found.source.removeprefix("models:/"),
        run_id=found.run_id,
        aliases=aliases_of,
        made=tags[MADE_TAG],
        failed=failed_of(tags),
        given=int(tags[GIVEN_TAG]) if tags.get(GIVEN_TAG, "").isdecimal() else None,  # anyone may write tags
        card=described_by(found.description, tags.get(CARD_TAG, "")),
    )


def _figures(tags: Mapping[str, str]) -> dict[str, float]:
    figures = {}
    for tag, text in tags.items():
        if tag.startswith(METRIC_TAG):
            with suppress(ValueError):  # anyone may write tags in MLflow's UI
                figures[tag.removeprefix(METRIC_TAG)] = float(text)
    return figures


def aliases(store: Store) -> dict[str, str]:
    """Alias → version number; empty where nothing was registered yet."""
    registered = _registered(store)
    return {alias: str(number) for alias, number in registered.aliases.items()} if registered else {}


def aliased(store: Store, alias: str, among: list[Version]) -> Version | None:
    """The version an alias points at. Raises RegistryError if it is none of this pipeline's."""
    number = aliases(store).get(alias)
    if number is None:
        return None
    for version in among:
        if version.number == number:
            return version
    raise RegistryError(
        f"the alias {alias} points at version {number} of {REGISTERED_MODEL}, which this pipeline did not register "
        "(it lacks the tags): point it at another version in MLflow, or use `counterpoint promote`"
    )


def point(store: Store, alias: str, version: Version | None) -> None:
    """Let `alias` point at `version`, or at nothing; what is so already is left alone."""
    now = aliases(store).get(alias)
    if version is None:
        if now is not None:
            store.client.delete_registered_model_alias(REGISTERED_MODEL, alias)
    elif now != version.number:
        store.client.set_registered_model_alias(REGISTERED_MODEL, alias, version.number)


def last_written(store: Store) -> Written | None:
    """What this store last wrote as champion, None if it never did."""
    registered = _registered(store)
    text = registered.tags.get(_WRITTEN_TAG) if registered else None
    return Written(**json.loads(text)) if text else None


def remember_written(store: Store, choice: Choice) -> None:
    """Note what was written as champion, so that next time one can tell who moved."""
    if last_written(store) != Written(choice.digest, choice.lineage):
        text = json.dumps({"digest": choice.digest, "lineage": choice.lineage}, sort_keys=True)
        store.client.set_registered_model_tag(REGISTERED_MODEL, _WRITTEN_TAG, text)


def _registered(store: Store):
    from mlflow.exceptions import MlflowException

    try:
        return store.client.get_registered_model(REGISTERED_MODEL)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise
