"""Writing into runs and finding them again, by tags made of digests."""

import os
import platform
import time
from collections.abc import Iterable, Mapping
from typing import Any

import psutil

from counterpoint.registry.store import Store

KEY = "counterpoint.key"  # of the training's checkpoint
STAGE = "counterpoint.stage"
DIGEST = "counterpoint.digest"  # of the model the run ended in
EXPERIMENT_NAME = "counterpoint.experiment"
SECONDS = "counterpoint.seconds"  # that the training took, if it was never interrupted
PROCESS = "counterpoint.process"  # host:pid of the training
HISTORY = "counterpoint.history"  # digest of the history.csv that the run holds
REPORTS = "counterpoint.reports"  # digest of the reports that the run holds
PAGES = "counterpoint.pages"  # likewise, of the pages below report/

_PARAMS_A_CALL = 100  # MLflow's limits
_METRICS_A_CALL = 1000
_PARAM_LENGTH = 6000


def find_runs(store: Store, tag: str, value: str) -> list:
    """Runs with this tag, oldest first, deleted ones not."""
    return list(
        store.client.search_runs(
            [store.experiment_id], f"tags.`{tag}` = '{value}'", order_by=["attributes.start_time ASC"]
        )
    )


def this_process() -> str:
    """What tells this process from every other that is running."""
    return f"{platform.node()}:{os.getpid()}"


def alive(run) -> bool:
    """Whether a training still writes this run. Of another machine's run nobody here can tell: it counts as alive."""
    if run.info.status not in ("RUNNING", "SCHEDULED"):
        return False
    host, _, process = run.data.tags.get(PROCESS, "").rpartition(":")
    return host != platform.node() or psutil.pid_exists(int(process))


def log_metrics(store: Store, run_id: str, figures: Iterable[tuple[str, float, int]], model_id: str = "") -> None:
    """Add (name, value, step) figures to a run, and to its logged model if one is given."""
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    owner = {"model_id": model_id, "run_id": run_id} if model_id else {}
    metrics = [Metric(name, value, now, step, **owner) for name, value, step in figures]
    for start in range(0, len(metrics), _METRICS_A_CALL):
        store.client.log_batch(run_id, metrics=metrics[start : start + _METRICS_A_CALL])


def log_params(store: Store, run_id: str, params: Mapping[str, Any]) -> None:
    """Add those parameters that the run does not hold yet; nested ones get dotted names."""
    from mlflow.entities import Param

    present = store.client.get_run(run_id).data.params
    missing = [Param(k, str(v)[:_PARAM_LENGTH]) for k, v in flat(params).items() if k not in present]
    for start in range(0, len(missing), _PARAMS_A_CALL):
        store.client.log_batch(run_id, params=missing[start : start + _PARAMS_A_CALL])


def logged_steps(store: Store, run_id: str) -> dict[str, set[int]]:
    """The steps at which a run holds each metric."""
    names = store.client.get_run(run_id).data.metrics
    return {name: {m.step for m in store.client.get_metric_history(run_id, name)} for name in names}


def flat(nested: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} → {"a.b": 1}"""
    result: dict[str, Any] = {}
    for key, value in nested.items():
        result |= flat(value, f"{above}{key}.") if isinstance(value, Mapping) else {f"{above}{key}": value}
    return result
