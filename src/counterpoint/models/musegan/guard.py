"""What a MuseGAN writes while it learns, in numbers."""

import numpy as np
import pandas as pd

from counterpoint.encodings.layout import REST
from counterpoint.evaluation.music import music
from counterpoint.evaluation.pitch import used_pitch_classes
from counterpoint.evaluation.textures import Texture
from counterpoint.models.guard import compared, far, mean_known
from counterpoint.training.loop import Row


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
    distance = compared(written, held_out, texture)
    made, real = (table if given is None else table[table["track"] != given] for table in (written, held_out))
    various = distance if given is None else compared(made, real, texture)
    by_track = rolls.transpose(1, 0, 2, 3, 4).reshape(tracks, phrases * bars, -1)
    unique = [len(np.unique(np.packbits(track, axis=1), axis=0)) for track in by_track]
    return {
        "distance_to_validation": far(distance) + silent * (1 - far(distance)),
        "diversity": various.diversity,
        "unique_bars": float(np.mean(unique)) / (phrases * bars),
        "used_pitch_classes": mean_known(used_pitch_classes(music(made))),
        "empty_bars": 1.0 - float(sounding.mean()),
    }
