"""What a MuseGAN writes while it learns, in numbers: how near to held-out music it is, and whether it collapsed.

The same phrases of noise at every check, so that a change is the network's.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.evaluation.distance import distance_to_real
from counterpoint.evaluation.music import music
from counterpoint.evaluation.pitch import used_pitch_classes
from counterpoint.evaluation.texture import empty_bars
from counterpoint.evaluation.textures import Texture
from counterpoint.training.loop import Row

PHRASES = 256  # looked at in a check
PATIENCE = 3  # checks in a row
INTERVAL_DRAWS = 0  # nobody reads an interval here


def figures(written: pd.DataFrame, held_out: pd.DataFrame, rolls: np.ndarray, texture: Texture) -> Row:
    """The guard's row of the history.

    written: the phrases, `rolls` (bool, phrases × tracks × bars × steps × PITCHES) as notes. held_out: phrases of the
    validation split, as notes. `unique_bars` is the share of different bars among those of a track; `diversity`
    is relative to held-out music (`evaluation.distance`). With fewer than two phrases that hold notes, all but
    empty_bars and unique_bars are NaN.
    """
    distance = distance_to_real(written, held_out, texture, draws=INTERVAL_DRAWS)
    heard = music(written)
    phrases, tracks, bars, *_ = rolls.shape
    by_track = rolls.transpose(1, 0, 2, 3, 4).reshape(tracks, phrases * bars, -1)
    unique = [len(np.unique(np.packbits(track, axis=1), axis=0)) for track in by_track]
    return {
        "distance_to_validation": distance.value,
        "diversity": distance.diversity,
        "unique_bars": float(np.mean(unique)) / (phrases * bars),
        "used_pitch_classes": _mean(used_pitch_classes(heard)),
        "empty_bars": 1.0 if written.empty else _mean(empty_bars(heard)),
    }


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


@dataclass(frozen=True)
class Collapse:
    """When a run is given up: its phrases have been all but one and the same, or silent, for some checks."""

    least_diversity: float
    checks: int = PATIENCE

    def __call__(self, history: list[Row]) -> str:
        """Why the run is to end, or nothing."""
        last = history[-self.checks :]
        if len(last) < self.checks:
            return ""
        alike = [not row["diversity"] >= self.least_diversity for row in last]
        silent = [row["empty_bars"] > 0.95 for row in last]
        if all(silent):
            return f"{last[-1]['empty_bars']:.0%} of its bars have been empty for {self.checks} checks: it fell silent"
        if all(alike):
            return (
                f"its phrases have differed {last[-1]['diversity']:.2f} times as much as real ones for {self.checks} "
                f"checks, {self.least_diversity} is the least (least_diversity): it collapsed; more critic_updates, a "
                "lower learning_rate or another seed may help"
            )
        return ""
