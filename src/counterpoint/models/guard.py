"""What every GAN is watched by while it learns: how near to held-out music it writes, and whether it collapsed.

The same noise at every check, so that a change is the network's.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from counterpoint.evaluation.distance import Distance, distance_to_real
from counterpoint.evaluation.textures import Texture
from counterpoint.training.loop import Row

LOOKED_AT = 256  # points of noise in a check
COLLAPSED_CHECKS = 3  # in a row
INTERVAL_DRAWS = 0  # nobody reads an interval here
SILENT = 0.95  # a share of empty bars


def compared(written: pd.DataFrame, held_out: pd.DataFrame, texture: Texture) -> Distance:
    """`distance_to_real` without its interval."""
    return distance_to_real(written, held_out, texture, draws=INTERVAL_DRAWS)


def far(distance: Distance) -> float:
    """How far it is from held-out music: as far as can be where nothing was written that has a distance."""
    return 1.0 if np.isnan(distance.value) else distance.value


def mean_known(values: np.ndarray) -> float:
    """The mean of the finite numbers among `values`, NaN if there is none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


@dataclass(frozen=True)
class Collapse:
    """When a run is given up: what it writes has been all but one and the same, or silent, for some checks.

    remedy: what may help, as a sentence goes on. A history's rows hold `diversity`, relative to held-out music, and,
    where a model can fall silent, `empty_bars`, a share.
    """

    least_diversity: float
    remedy: str
    checks: int = COLLAPSED_CHECKS

    def __call__(self, history: list[Row]) -> str:
        """Why the run is to end, or nothing."""
        last = history[-self.checks :]
        if len(last) < self.checks:
            return ""
        alike = [not row["diversity"] >= self.least_diversity for row in last]
        silent = [row.get("empty_bars", 0.0) > SILENT for row in last]
        if all(silent):
            return f"{last[-1]['empty_bars']:.0%} of its bars have been empty for {self.checks} checks: it fell silent"
        if all(alike):
            found = last[-1]["diversity"]
            if np.isnan(found):
                return f"it wrote nothing that can be compared with real music: it collapsed; {self.remedy} may help"
            return (
                f"its pieces have differed {found:.2f} times as much as real ones for {self.checks} checks, "
                f"{self.least_diversity} is the least (least_diversity): it collapsed; {self.remedy} may help"
            )
        return ""
