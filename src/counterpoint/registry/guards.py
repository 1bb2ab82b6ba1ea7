"""Guards: what keeps a version from being promoted by itself. A person who chooses it all the same is obeyed.

The stage `evaluate` looks at what a model wrote (copied, collapsed) and leaves its findings in guards.json. Whether the
weights are finite is looked up here, in the model's own files: weights that are not need not have written anything.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from counterpoint.registry.errors import RegistryError
from counterpoint.registry.store import REGISTERED_MODEL, Store

GUARDS = "guards.json"
NON_FINITE = "non_finite"
FAILED_TAG = "failed."


def failed_guards(folder: Path, evaluation: Path, before: Mapping[str, str]) -> dict[str, str]:
    """Failed guard → reason, sorted by name, of the model at `folder`; empty when all is well.

    evaluation: the model's reports. Where they hold no guards.json nobody has looked again, and `before`, what was
    found earlier, stays.
    """
    looked = read_guards(evaluation)
    failed = dict(before if looked is None else looked)
    if looked is None:
        failed.pop(NON_FINITE, None)
    if reason := non_finite(folder):
        failed[NON_FINITE] = reason
    return dict(sorted(failed.items()))


def read_guards(evaluation: Path) -> dict[str, str] | None:
    """Failed guard → reason as `evaluate` wrote them, None where it did not. Raises RegistryError naming the file."""
    path = evaluation / GUARDS
    if not path.is_file():
        return None
    try:
        failed = json.loads(path.read_text(encoding="utf-8"))["failed"]
        if not isinstance(failed, dict) or not all(isinstance(reason, str) for reason in failed.values()):
            raise TypeError(f"failed is {failed!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise RegistryError(
            f'{path} is not {{"failed": {{guard: reason}}}} ({type(error).__name__}: {error}): '
            "run `dvc repro` for it again"
        ) from error
    return failed


def non_finite(folder: Path) -> str | None:
    """Where a model folder's weights are not finite: the first file and dataset. None where all are finite."""
    for file in sorted(folder.rglob("*.h5")):
        with h5py.File(file) as weights:
            if found := weights.visititems(_first_not_finite):
                return (
                    f"{file.relative_to(folder).as_posix()}: {found} are not finite: training diverged; lower its "
                    "learning_rate or clip_norm in params.yaml and train again"
                )
    return None


def _first_not_finite(name: str, item: h5py.Group | h5py.Dataset) -> str | None:
    if not isinstance(item, h5py.Dataset) or not np.issubdtype(item.dtype, np.inexact):
        return None
    wrong = int(np.count_nonzero(~np.isfinite(item[()])))
    return f"{wrong} of {item.size} weights in {name}" if wrong else None


def failed_tags(failed: Mapping[str, str]) -> dict[str, str]:
    """As tags of a run or a version."""
    return {f"{FAILED_TAG}{guard}": reason for guard, reason in failed.items()}


def failed_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Failed guard → reason, out of tags."""
    return {tag.removeprefix(FAILED_TAG): reason for tag, reason in sorted(tags.items()) if tag.startswith(FAILED_TAG)}


def tag_run(store: Store, run_id: str, failed: Mapping[str, str]) -> None:
    """Let the run say which guards failed, and no longer those that passed."""
    before = failed_of(store.client.get_run(run_id).data.tags)
    for guard in before.keys() - failed.keys():
        store.client.delete_tag(run_id, f"{FAILED_TAG}{guard}")
    for guard, reason in failed.items():
        if before.get(guard) != reason:
            store.client.set_tag(run_id, f"{FAILED_TAG}{guard}", reason)


def tag_version(store: Store, number: str, before: Mapping[str, str], failed: Mapping[str, str]) -> None:
    """The same for a version, which says `before` now."""
    for guard in before.keys() - failed.keys():
        store.client.delete_model_version_tag(REGISTERED_MODEL, number, f"{FAILED_TAG}{guard}")
    for guard, reason in failed.items():
        if before.get(guard) != reason:
            store.client.set_model_version_tag(REGISTERED_MODEL, number, f"{FAILED_TAG}{guard}", reason)
