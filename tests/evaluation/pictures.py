"""Looking at pictures."""

import numpy as np


def colour_share(picture: np.ndarray, colour: str) -> float:
    """The share of a picture's pixels that have a colour, #RRGGBB."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return float((np.abs(picture[..., :3] - wanted).max(axis=-1) < 0.01).mean())
