"""What a MuseGAN writes while it learns, in numbers: how near to held-out music it is, and whether it collapsed.

The same phrases of noise at every check, so that a change is the network's.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.encodings.layout import REST
from counterpoint.evaluation.distance import distance_to_real
from counterpoint.evaluation.music import music
from counterpoint.evaluation.pitch import used_pitch_classes
from counterpoint.evaluation.textures import Texture
from counterpoint.training.loop import Row

PHRASES = 256  # looked at in a check
PATIENCE = 3  # checks in a row
INTERVAL_DRAWS = 0  # nobody reads an interval here


def figures(
    written: pd.DataFrame, held_out: pd.DataFrame, rolls: np.ndarray, texture: Texture, given: int | None = None
) -> Row:
    """The guard's row of the history.

    written: phrases as notes, the given track too. held_out: as many, or fewer, of the validation split. rolls: bool
    (phrases, tracks, bars, steps, PITCHES), what is generated of them alone. given: the track of both tables that is
    not: `diversity` (relative to held-out music, `evaluation.distance`) and used_pitch_classes leave it out, for it
    would differ under a model that does not. `unique_bars` is the share of different bars among those of a track,
    `empty_bars` that of bars without a note.

    A phrase in which nothing is generated is as far from real music as can be: with a share s of them the distance d of
    the others becomes d + s (1 - d). Figures that no phrase defines are NaN.
    """
    phrases, tracks, bars, *_ = rolls.shape
    sounding: np.ndarray = np.any(rolls[..., :REST], axis=(3, 4))  # (phrases, tracks, bars)
    silent = 1.0 - float(np.any(sounding, axis=(1, 2)).mean())
    distance = distance_to_real(written, held_out, texture, draws=INTERVAL_DRAWS)
    far = 1.0 if np.isnan(distance.value) else distance.value
    made, real = (table if given is None else table[table["track"] != given] for table in (written, held_out))
    various = distance if given is None else distance_to_real(made, real, texture, draws=INTERVAL_DRAWS)
    by_track = rolls.transpose(1, 0, 2, 3, 4).reshape(tracks, phrases * bars, -1)
    unique = [len(np.unique(np.packbits(track, axis=1), axis=0)) for track in by_track]
    return {
        "distance_to_validation": far + silent * (1 - far),
        "diversity": various.diversity,
        "unique_bars": float(np.mean(unique)) / (phrases * bars),
        "used_pitch_classes": _mean(used_pitch_classes(music(made))),
        "empty_bars": 1.0 - float(sounding.mean()),
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
