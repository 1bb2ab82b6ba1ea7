"""What every stage does around its one call: outs appear whole or not at all, and a stage ends with its `dvc repro`."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from counterpoint.params import read_yaml
from counterpoint.paths import PIPELINE


@contextmanager
def written_beside(*outs: Path) -> Iterator[tuple[Path, ...]]:
    """Temporary paths beside `outs`, renamed into place when the block ends well and removed when it does not.

    What a killed stage left there goes first.
    """
    with ExitStack() as cleaning:
        for out in outs:
            for stale in list(out.parent.glob(f".unfinished-*-{out.name}")):
                remove(stale)
        drafts = tuple(out.with_name(f".unfinished-{os.getpid()}-{out.name}") for out in outs)
        for draft in drafts:
            draft.parent.mkdir(parents=True, exist_ok=True)
            cleaning.callback(remove, draft)
        yield drafts
        for draft, out in zip(drafts, outs, strict=True):
            if draft.is_dir() or out.is_dir():
                remove(out)
            draft.replace(out)


def remove(path: Path) -> None:
    """Remove a file or a folder with all it holds; nothing there is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def run(main: Callable[..., None], *arguments: str) -> None:
    """Run a stage: it ends with its dvc, and an error that this project defines is said as its sentence alone."""
    end_with_dvc()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported: warnings, not its diary
    try:
        main(*arguments)
    except Exception as error:
        if type(error).__module__.startswith("counterpoint."):
            sys.exit(f"\n{error}\n")
        raise


def end_with_dvc() -> None:
    """Stop this process when the `dvc` that started it dies.

    A killed `dvc repro` leaves its stage running; a rerun would then train beside it, and whichever ends last would
    overwrite a finished out. Does nothing for a stage started by hand.
    """
    if "DVC_STAGE" not in os.environ:
        return
    above = psutil.Process().parents()
    shell_and_dvc = above[: next((i + 1 for i, p in enumerate(above) if "dvc" in " ".join(_command(p))), 0)]
    if shell_and_dvc:
        threading.Thread(target=_watch, args=(shell_and_dvc,), daemon=True).start()


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _watch(processes: list[psutil.Process]) -> None:
    while all(map(_is_alive, processes)):
        time.sleep(1)
    os._exit(1)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False


def generators() -> dict[str, dict[str, str]]:
    """The generators that dvc.yaml builds: name → room and texture."""
    (found,) = [variables["generators"] for variables in read_yaml(PIPELINE)["vars"] if "generators" in variables]
    return found


def source_of(stage: str, model: str) -> list[Path]:
    """The source that dvc.yaml lists for `stage` and `model`: what decides, beside data and params, what it makes.

    The stage is a `foreach` over the generators.
    """
    words = {"${key}": model} | {f"${{item.{name}}}": value for name, value in generators()[model].items()}
    found = []
    for dep in read_yaml(PIPELINE)["stages"][stage]["do"]["deps"]:
        for word, value in words.items():
            dep = dep.replace(word, value)
        if dep.startswith("src/"):
            found.append(Path(dep))
    return found
