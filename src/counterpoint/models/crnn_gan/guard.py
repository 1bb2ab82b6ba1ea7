"""What a C-RNN-GAN writes while it learns, in numbers."""

import pandas as pd

from counterpoint.evaluation.music import music
from counterpoint.evaluation.pitch import used_pitch_classes
from counterpoint.evaluation.sameness import sameness
from counterpoint.evaluation.textures import Texture
from counterpoint.models.guard import compared, far, mean_known
from counterpoint.training.loop import Row

FIGURES = ("distance_to_validation", "diversity", "unique_windows", "used_pitch_classes")


def figures(written: pd.DataFrame, held_out: pd.DataFrame, texture: Texture) -> Row:
    """The guard's row of the history.

    written, held_out: windows as notes, of the generator and of the validation split. `unique_windows` is the share of
    different ones among those that are written (`evaluation.sameness`: in another key or begun later it is the same
    one), `diversity` relative to held-out music (`evaluation.distance`).
    """
    distance = compared(written, held_out, texture)
    windows = music(written)
    unique = sameness(windows).distinct
    found = (far(distance), distance.diversity, unique, mean_known(used_pitch_classes(windows)))
    return dict(zip(FIGURES, found, strict=True))
