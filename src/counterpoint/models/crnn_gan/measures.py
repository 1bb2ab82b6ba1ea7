"""Mogren's measures of what a generator writes (2016, section 3.1), taken at every check."""

import pandas as pd

from counterpoint.evaluation.music import music
from counterpoint.evaluation.pitch import pitch_range, scale_consistency
from counterpoint.evaluation.recurrence import repetitions
from counterpoint.evaluation.texture import polyphonic_onsets
from counterpoint.models.guard import mean_known
from counterpoint.training.loop import Row

MEASURES = {
    "scale_consistency": scale_consistency,
    "repetitions": repetitions,
    "pitch_range": pitch_range,  # the paper's tone span
    "polyphonic_onsets": polyphonic_onsets,  # the paper's polyphony
}


def measures(notes: pd.DataFrame, split: str = "") -> Row:
    """The mean of each over the pieces of a note table for which it is defined, NaN where it is for none.

    split: whose windows these are, named in the keys ("scale_consistency_test"); nothing for a generator's.
    """
    heard = music(notes)
    return {f"{name}_{split}" if split else name: mean_known(of(heard)) for name, of in MEASURES.items()}
