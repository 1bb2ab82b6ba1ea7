"""`make registry-restore`: every committed model version back into the MLflow store.

Fetches what the DVC remote holds, then registers the model of each commit of the current history in order, so that the
versions come in the order they were made, and are known by when that was.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from counterpoint import paths
from counterpoint.models.folder import ModelFolderError, read_manifest
from counterpoint.params import ParamsError, load
from counterpoint.registry import records
from counterpoint.registry.choice import find
from counterpoint.registry.errors import RegistryError
from counterpoint.registry.history import Committed, committed_models, take
from counterpoint.registry.register import set_aliases
from counterpoint.registry.store import Store, connect
from counterpoint.registry.sync import sync_model
from counterpoint.registry.versions import CHAMPION, Version, aliases, remember_written, versions


def restore(root: Path) -> tuple[list[Version], list[Committed]]:
    """Register every model of the history that DVC can bring back; those now in the store, and those out of reach.

    What the store already holds is left as it is. The aliases follow the records, unless the store has a champion.
    """
    _fetch(root)
    store = connect(root)
    before = {version.digest for version in versions(store)}
    out_of_reach = []
    for model in committed_models(root):
        with tempfile.TemporaryDirectory() as scratch:
            to = Path(scratch)
            if not take(root, model, to):
                out_of_reach.append(model)
                continue
            try:
                if read_manifest(to / paths.model(model.name)).digest not in before:
                    sync_model(
                        store,
                        to / paths.model(model.name),
                        to / paths.evaluation(model.name),
                        to / paths.samples(model.name),
                        made=model.committed,
                    )
            except ModelFolderError as error:  # one that cannot be used keeps none of the others away
                print(error)
                out_of_reach.append(model)
    _aliases_from_records(store, root)
    return versions(store), out_of_reach


def _fetch(root: Path) -> None:
    dvc = [sys.executable, "-m", "dvc"]
    remotes = subprocess.run([*dvc, "remote", "list"], cwd=root, capture_output=True, text=True, check=False)
    if not remotes.stdout.strip():
        print("no DVC remote is configured: only DVC's own cache is searched")
        return
    done = subprocess.run([*dvc, "fetch", "--all-commits"], cwd=root, check=False)
    if done.returncode:
        print("`dvc fetch --all-commits` did not bring everything: going on with what is there")


def _aliases_from_records(store: Store, root: Path) -> None:
    champion = records.read_champion(root / paths.CHAMPION)
    if champion is None or CHAMPION in aliases(store):
        return
    there = versions(store)
    metric = load(root / paths.PARAMS).select.metric
    # what stands for a record by its lineage alone must be sound, as in `choice`
    choices = tuple(v.choice(metric) for v in there if not v.failed or v.digest == champion.digest)
    found = find(champion, choices)
    if found is None:
        print(f"the recorded champion {champion.run_name} is not among what could be restored")
        return
    challenger = records.read_challenger(root / paths.CHALLENGER)
    second = find(challenger.choice, choices) if challenger and challenger.choice else None
    set_aliases(store, there, found, second)
    remember_written(store, found)


def main() -> None:
    try:
        there, out_of_reach = restore(paths.project_root())
    except (RegistryError, ParamsError, FileNotFoundError) as error:
        sys.exit(str(error))
    for version in there:
        print(f"{version.number}  {version.run_name}  {' '.join(version.aliases)}".rstrip())
    for model in out_of_reach:
        print(f"not restored: {paths.model(model.name)} of commit {model.commit[:8]}")


if __name__ == "__main__":
    main()
