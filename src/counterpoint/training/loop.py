"""The epochs of a training: validate, keep the best weights, stop early, checkpoint, resume. For any Keras model.

What is not trained by epochs has blocks of iterations in their place, each ending in a check of what it can (a GAN).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd

from counterpoint.training import checkpoint
from counterpoint.training.checkpoint import Checkpoint
from counterpoint.training.stopping import Patience

Log = Callable[[int, dict[str, float]], None]  # epoch, values by name
Row = dict[str, float]
Unit = Literal["epoch", "check"]  # what people call an epoch here


@dataclass(frozen=True)
class Schedule:
    """How long to train: at most `epochs`, and no further once `patience` epochs did not better `monitor`."""

    epochs: int
    patience: int
    monitor: str  # the column of the history to be made small
    unit: Unit = "epoch"


def run(
    schedule: Schedule,
    *,
    weights: list[Any],
    carried: list[Any],
    epoch: Callable[[int], Row],
    kept: Checkpoint,
    log: Log,
    listen: Callable[[int], None],
    over: Callable[[list[Row]], str] = lambda history: "",
) -> pd.DataFrame:
    """Train, and leave the best epoch's values in `weights`. Returns the history, one row an epoch.

    weights: the Keras variables whose best values are wanted. carried: every other variable that training needs to go
    on (optimiser state, averages). epoch: trains one epoch (counted from 1) and returns its row of the history, with
    `schedule.monitor` in it; all its randomness must come from the epoch's number. log: called with each finished
    epoch's row. listen: called after it with the epoch's weights in place. over: given the history so far, which
    may be empty, says why training ends here, or nothing if it goes on.

    A training that diverges, `schedule.monitor` being no finite number, ends there and says so; one that does in its
    very first epoch leaves its weights as they then are, so that whoever looks at them can tell.

    Resumes after the last whole epoch found in `kept`; the result equals an uninterrupted training bit for bit. What
    was logged and heard before the kill is not logged and heard again.
    """
    unit = schedule.unit
    history: list[Row] = []
    standing, best = Patience(), checkpoint.values(weights)
    saved = kept.restore()
    if saved is not None:
        arrays, facts = saved
        checkpoint.assign(weights, arrays["weights"], "weights")
        checkpoint.assign(carried, arrays["carried"], "optimiser state")
        best, history, standing = arrays["best"], facts["history"], Patience(**facts["standing"])
    while standing.epoch < schedule.epochs and not standing.is_over(schedule.patience):
        if why := over(history):  # of what came back, too: a kill may have come between the last row and this question
            print(f"training ends after {unit} {standing.epoch}: {why}", flush=True)
            break
        number = standing.epoch + 1
        row = {"epoch": number, **epoch(number)}
        standing = standing.after(number, row[schedule.monitor])
        history.append(row)
        print(
            f"{unit} {number} of {schedule.epochs}: {_said(row)}{', the best so far' * standing.improved}", flush=True
        )
        if standing.improved or (standing.diverged and standing.best is None):
            best = checkpoint.values(weights)
        if standing.diverged:
            print(f"{unit} {number}: training diverged; lower its learning rate", flush=True)
        else:
            listen(number)
        log(number, row)
        kept.save(
            {"weights": checkpoint.values(weights), "carried": checkpoint.values(carried), "best": best},
            {"history": history, "standing": asdict(standing)},
        )
    checkpoint.assign(weights, best, "best weights")
    return pd.DataFrame(history)


def _said(row: Row) -> str:
    """Counts, such as of iterations, in full."""
    told = {name: f"{value:.4g}" if isinstance(value, float) else str(value) for name, value in row.items()}
    return ", ".join(f"{name} {value}" for name, value in told.items() if name != "epoch")
