"""The stage `register`: make the store agree with models/, settle the champion, write the two records."""

import os
from pathlib import Path

from counterpoint import paths
from counterpoint.models.folder import MANIFEST
from counterpoint.params import Select, load
from counterpoint.registry import records
from counterpoint.registry.choice import Decision, Situation, Stop, decide
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.history import git, restorable
from counterpoint.registry.runs import delete_unfinished, metric_names
from counterpoint.registry.store import Store, connect
from counterpoint.registry.sync import sync_model, sync_run_alone
from counterpoint.registry.versions import (
    CHALLENGER,
    CHAMPION,
    Version,
    aliased,
    last_written,
    point,
    remember_written,
    versions,
)

PAGES = (paths.REPORTS / "report.html", paths.REPORTS / "blind.html")  # of all models together


def register(root: Path = Path()) -> Decision | None:
    """Register every model in `root`/models and write reports/champion.json and reports/challenger.json.

    Safe to run twice, and on an empty store. In a DVC experiment the models' runs are logged and nothing is chosen: no
    version, no alias, the records stay (None is returned).
    Raises RegistryError where a person must decide; the versions are registered by then, aliases and records untouched.
    """
    folders = sorted(path.parent for path in (root / paths.MODELS).glob(f"[!.]*/{MANIFEST}"))
    places = [(f, root / paths.evaluation(f.name), root / paths.samples(f.name)) for f in folders]
    pages = [root / page for page in PAGES]
    store = connect(root)
    if os.environ.get("DVC_EXP_NAME"):
        for place in places:
            sync_run_alone(store, *place, pages=pages)
        _keep_records(root)
        return None
    delete_unfinished(store)
    current = [sync_model(store, *place, pages=pages) for place in places]
    select = load(root / paths.PARAMS).select
    there = versions(store)
    measured = set().union(*(v.metrics for v in there), *(metric_names(evaluation) for _, evaluation, _ in places))
    if measured and select.metric not in measured and not all(v.failed for v in current):
        raise RegistryError(
            f"select.metric in params.yaml is {select.metric}, which no model has; there are\n  "
            + "\n  ".join(sorted(measured))
        )
    return _settle(store, root, current, select)


def _settle(store: Store, root: Path, current: list[Version], select: Select) -> Decision:
    there = versions(store)
    record = records.read_champion(root / paths.CHAMPION)
    alias = aliased(store, CHAMPION, there)

    def can_restore() -> bool:
        return record is not None and restorable(root, record)

    decision = decide(
        Situation(
            record=record,
            challenger=records.read_challenger(root / paths.CHALLENGER),
            written=last_written(store),
            alias=alias.choice(select.metric) if alias else None,
            available=tuple(v.choice(select.metric) for v in there),
            current=tuple(v.choice(select.metric) for v in current),
            select=select,
            restorable=can_restore,
            failed={v.digest: v.failed for v in there},
            given={v.digest: v.given for v in there if v.given is not None},
            accepted=frozenset(records.read_evidence(root / paths.CHAMPION).failed),
        )
    )
    if isinstance(decision, Stop):
        raise RegistryError(decision.message)
    # This order: killed anywhere in between, the next run sees git moved, or both moved to the same, and ends alike.
    # The challenger comes first: by its record the rule knows whom a person passed over.
    records.write(root / paths.CHALLENGER, records.challenger_text(decision.challenger))
    evidence = next(v.evidence() for v in there if v.digest == decision.champion.digest)
    records.write(root / paths.CHAMPION, records.champion_text(decision.champion, select.metric, evidence))
    set_aliases(store, there, decision.champion, decision.challenger.choice)
    remember_written(store, decision.champion)
    for line in (*decision.notes, *_said(versions(store), decision, select)):
        print(line)
    return decision


def _said(there: list[Version], decision: Decision, select: Select) -> list[str]:
    """What the two aliases now point at, for the person at the screen."""
    by_digest = {version.digest: version for version in there}
    lines = []
    for alias, choice in ((CHAMPION, decision.champion), (CHALLENGER, decision.challenger.choice)):
        if choice:
            metric = "not measured" if choice.metric is None else f"{choice.metric:.4f}"
            number = by_digest[choice.digest].number
            lines.append(f"{alias}: version {number}, {choice.run_name}, {select.metric} {metric}")
    if decision.challenger.choice:
        number = by_digest[decision.challenger.choice.digest].number
        lines.append(f"to choose the challenger: counterpoint promote {number}, then dvc repro")
    return lines


def set_aliases(
    store: Store, there: list[Version], champion: records.Choice, challenger: records.Choice | None
) -> None:
    """Let the two aliases point at the versions with these digests."""
    by_digest = {version.digest: version for version in reversed(there)}
    point(store, CHAMPION, by_digest[champion.digest])
    point(store, CHALLENGER, by_digest[challenger.digest] if challenger else None)


def _keep_records(root: Path) -> None:
    """The stage owes both records even where nothing is chosen: those that are there, else those in git."""
    for path in (paths.CHAMPION, paths.CHALLENGER):
        if (root / path).is_file():
            continue
        text = git(root, "show", f"HEAD:./{path.as_posix()}")
        if text is None:
            raise RegistryError(
                f"an experiment chooses no champion, and {path} is neither here nor in git: run `dvc repro` once, "
                "and commit the record, before the first experiment"
            )
        records.write(root / path, text)
