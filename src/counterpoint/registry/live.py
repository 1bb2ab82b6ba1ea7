"""The logger handed to training: a run one can watch while the model learns.

A training of hours must not die of its logbook: at the first trouble with the store it warns and goes on without, and
`register` makes the run afterwards from the model folder.
"""

import os
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from counterpoint.registry.logbook import (
    DIGEST,
    EXPERIMENT_NAME,
    KEY,
    PROCESS,
    SECONDS,
    STAGE,
    alive,
    find_runs,
    log_metrics,
    log_params,
    logged_steps,
    this_process,
)
from counterpoint.registry.store import Store, connect


class LiveRun:
    """A run from a training's first epoch to its digest. A context manager.

    key: of the training's checkpoint, a digest of everything that decides its result. A killed training's run with this
        key is found again and continued, so a resumed training is one run and no epoch is there twice.
    generator: its name in the catalog.
    params: training parameters, flat or nested.
    root: of the project.
    """

    def __init__(self, key: str, generator: str, params: Mapping[str, Any], root: Path = Path()):
        self._key, self._generator, self._params, self._root = key, generator, params, root
        self._store: Store | None = None
        self._run_id = ""
        self._finished = False
        self._begun, self._first = time.monotonic(), 0  # the first epoch that was logged
        self._steps: dict[str, set[int]] = {}

    def __enter__(self) -> "LiveRun":
        self._attempt(self._open)
        return self

    def log(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Add an epoch's figures; those already there from before a resume stay as they are."""
        self._first = self._first or epoch
        new = {name: value for name, value in metrics.items() if epoch not in self._steps.get(name, ())}

        def write() -> None:
            if self._store is not None:
                log_metrics(self._store, self._run_id, [(name, float(v), epoch) for name, v in new.items()])

        self._attempt(write)
        for name in new:
            self._steps.setdefault(name, set()).add(epoch)

    def finish(self, digest: str) -> None:
        """The model folder is sealed: its digest ties the run to the version that `register` makes.

        How long it took, since this was made, is told of a training that logged all its epochs here: none was before.
        """

        def write() -> None:
            if self._store is not None:
                self._store.client.set_tag(self._run_id, DIGEST, digest)
                if self._first == 1:
                    self._store.client.set_tag(self._run_id, SECONDS, f"{time.monotonic() - self._begun:.1f}")

        self._attempt(write)
        self._finished = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        status = "FINISHED" if self._finished else "FAILED" if kind and issubclass(kind, Exception) else "KILLED"

        def write() -> None:
            if self._store is not None:
                self._store.client.set_terminated(self._run_id, status)

        self._attempt(write)

    def _open(self) -> None:
        store = connect(self._root)
        leftover = [r for r in find_runs(store, KEY, self._key) if r.info.status != "FINISHED" and not alive(r)]
        tags = {KEY: self._key, STAGE: "train", PROCESS: this_process()}
        if name := os.environ.get("DVC_EXP_NAME"):
            tags[EXPERIMENT_NAME] = name
        if leftover:
            self._run_id = leftover[-1].info.run_id
            store.client.update_run(self._run_id, status="RUNNING")
            for tag, value in tags.items():
                store.client.set_tag(self._run_id, tag, value)
            self._steps = logged_steps(store, self._run_id)
        else:
            run_name = f"{self._generator.replace('_', '-')}-training-{self._key[:8]}"
            self._run_id = store.client.create_run(store.experiment_id, tags=tags, run_name=run_name).info.run_id
        log_params(store, self._run_id, self._params)
        self._store = store

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self._store = None
            warnings.warn(
                f"the MLflow store cannot be used ({type(error).__name__}: {error}); training goes on without, "
                "`register` will make its run afterwards",
                RuntimeWarning,
                stacklevel=3,
            )
