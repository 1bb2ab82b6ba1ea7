"""A window's place in the bar: its first tone's gap, which is not that from a tone that the window does not hold."""

import numpy as np

from counterpoint.encodings.scale import FEATURES, GAP, Scale, whole_bars_ticks


def places(gaps: np.ndarray, offsets: np.ndarray, grid_ticks: int) -> np.ndarray:
    """int64 (tones,): of each tone's onset the place in its bar (`scale.whole_bars_ticks`), in ticks.

    gaps: int64 (tones,), in ticks, on the grid. offsets: as in `Encoded`; each piece's bars begin at its tick 0.
    """
    onsets, first = np.cumsum(gaps), offsets[:-1]
    onsets -= np.repeat(onsets[first] - gaps[first], np.diff(offsets))
    return onsets % whole_bars_ticks(grid_ticks)


def joined(values: np.ndarray, window_steps: int, scale: Scale) -> np.ndarray:
    """Windows that know nothing of each other as one piece: each goes on in the bar where it says that it begins.

    values: float32 (pieces, steps, numbers), windows of `window_steps` end to end, of which the last may be cut. Where
    a window begins after the first, its place in the bar becomes the gap from the tone before it, which is less than a
    bar, or in a melody a whole one; beyond the scale it is clipped.
    """
    tones = scale.unscaled(values.reshape(len(values), -1, len(FEATURES)))
    first = np.arange(0, tones.shape[1], window_steps * scale.tones_per_step)
    least_ticks = scale.grid_ticks if scale.texture == "melody" else 0
    begins = tones[:, first, GAP]
    within = np.maximum(tones[..., GAP], least_ticks)
    within[:, first] = 0
    ends = begins + np.add.reduceat(within, first, axis=1)  # of its last onset
    bar_ticks = whole_bars_ticks(scale.grid_ticks)
    to_next = (begins[:, 1:] - ends[:, :-1]) % bar_ticks
    tones[:, first[1:], GAP] = np.where(to_next < least_ticks, to_next + bar_ticks, to_next)
    found = values.copy()
    found.reshape(tones.shape)[:, first[1:], GAP] = scale.scaled(tones[:, first[1:]])[..., GAP]
    return found
