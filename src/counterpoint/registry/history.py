"""Models of earlier commits: which there were, and their folders out of DVC's cache or remote."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from counterpoint import paths
from counterpoint.models.folder import MANIFEST, Lineage
from counterpoint.registry.records import Choice


@dataclass(frozen=True)
class Committed:
    """A model as one commit has it."""

    commit: str
    committed: datetime
    name: str
    digests: tuple[tuple[str, str], ...]  # (out, DVC's digest) of its folder and its reports


def committed_models(root: Path) -> Iterator[Committed]:
    """Every model and its reports in the current history, oldest first, each state once."""
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    changes = ["log", "--format=%H %ct", "--reverse", "--topo-order", "--full-history", "HEAD", "--", "dvc.lock"]
    for line in (git(root, *changes) or "").splitlines():
        commit, seconds = line.split()
        for name, digests in _locked(git(root, "show", f"{commit}:./dvc.lock") or "").items():
            if (name, digests) not in seen:
                seen.add((name, digests))
                yield Committed(commit, datetime.fromtimestamp(int(seconds), UTC), name, digests)


def _locked(lock: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Model name → its outs, of a dvc.lock's text."""
    stages = (yaml.safe_load(lock) or {}).get("stages", {}) if lock else {}
    outs = {out["path"]: out.get("md5", "") for stage in stages.values() for out in stage.get("outs", [])}
    names = [path.split("/")[1] for path in outs if path.startswith(f"{paths.MODELS}/") and path.count("/") == 1]
    return {
        name: tuple(
            sorted(
                (path, digest)
                for path, digest in outs.items()
                if path == paths.model(name).as_posix() or path.startswith(f"{paths.REPORTS}/{name}/")
            )
        )
        for name in names
    }


def take(root: Path, model: Committed, to: Path) -> bool:
    """Write the model's folder and reports below `to` as in a project; False if cache and remote do not hold them.

    Reports alone that are out of reach are left out, which is said: the model can be registered without.
    """
    files = _files(root, model.commit)
    if not _get(files, paths.model(model.name), to):
        return False
    for reports in (paths.samples(model.name), paths.evaluation(model.name)):
        if files.exists(reports.as_posix()) and not _get(files, reports, to):
            print(f"{reports} of commit {model.commit[:8]} is out of reach: {model.name} is registered without it")
    return True


def _get(files, path: Path, to: Path) -> bool:
    (to / path).parent.mkdir(parents=True, exist_ok=True)
    try:
        files.get(path.as_posix(), str(to / path), recursive=True)
    except FileNotFoundError:
        shutil.rmtree(to / path, ignore_errors=True)
        return False
    except Exception as error:  # DVC's and each remote's own errors have no common base
        print(f"{path} cannot be read from DVC ({type(error).__name__}: {error})")
        shutil.rmtree(to / path, ignore_errors=True)
        return False
    return True


def restorable(root: Path, record: Choice) -> bool:
    """Whether DVC's cache or remote holds the recorded champion, or one made from the same inputs, at any commit.

    A remote that cannot be reached holds nothing for this user, which is said.
    """
    asked: set[str] = set()
    for model in committed_models(root):
        folder = paths.model(model.name).as_posix()
        digest = dict(model.digests)[folder]
        if digest in asked:
            continue
        asked.add(digest)
        try:
            content = _files(root, model.commit).read_bytes(f"{folder}/{MANIFEST}")
            lineage = Lineage(**json.loads(content)["lineage"]).digest
        except FileNotFoundError:
            continue
        except Exception as error:  # DVC's and each remote's own errors have no common base
            if isinstance(error.__cause__, FileNotFoundError) and not _has_remote(root):
                continue  # not in the cache, and nowhere else to look
            print(f"{folder} of commit {model.commit[:8]} cannot be looked for ({type(error).__name__}: {error})")
            continue
        if hashlib.sha256(content).hexdigest() == record.digest or lineage == record.lineage:
            return True
    return False


def git(root: Path, *arguments: str) -> str | None:
    """What git answers at `root`, None where it fails (no repository, no such path)."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _has_remote(root: Path) -> bool:
    from dvc.repo import Repo

    with Repo(str(root)) as here:
        return bool(here.config["remote"])


def _files(root: Path, commit: str):
    """The project's files at a commit, tracked by git or DVC, with this checkout's own cache and remotes."""
    from dvc.api import DVCFileSystem
    from dvc.repo import Repo

    with Repo(str(root)) as here:
        config = {"cache": {"dir": here.cache.local_cache_dir}}
    return DVCFileSystem(repo=str(root), rev=commit, config=config)
