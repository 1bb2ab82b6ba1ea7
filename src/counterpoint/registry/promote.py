"""A person's choice, made on the command line."""

from pathlib import Path

from counterpoint import paths
from counterpoint.registry import records
from counterpoint.registry.naming import resolve
from counterpoint.registry.store import connect
from counterpoint.registry.versions import CHAMPION, Version, point, remember_written, versions


def promote(spec: str, root: Path) -> Version:
    """Point the alias `champion` at the version that `spec` names (see `naming.resolve`).

    The record in git counts as seen: the next `dvc repro` takes the alias for the newer choice and rewrites the record,
    even where it had stopped before because both had moved.
    """
    store = connect(root)
    version = resolve(spec, versions(store))
    point(store, CHAMPION, version)
    record = records.read_champion(root / paths.CHAMPION)
    if record is not None:
        remember_written(store, record)
    return version
