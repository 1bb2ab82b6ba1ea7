"""From a generator's numbers to a roll of nothing but 0 and 1.

Dong et al. 2018, section "Binarisation", try a fixed threshold and Bernoulli sampling; here AGAIN and REST, which the
paper's rolls lack, are decided too, and a voice has one pitch at a time.
"""

from typing import Literal

import numpy as np

from counterpoint.encodings.layout import AGAIN, REST, Layout

Binarise = Literal["argmax", "threshold", "bernoulli"]


def require(way: str, layout: Layout) -> None:
    """Raise ValueError, naming the parameter, if the layout's tracks cannot be read that way."""
    allowed = ("argmax",) if layout.monophonic else ("threshold", "bernoulli")
    if way not in allowed:
        tracks = "are voices, one note at a time" if layout.monophonic else "may sound several notes at once"
        raise ValueError(
            f"binarise is {way!r}; where tracks {tracks} (view {layout.view}), it is {' or '.join(allowed)}"
        )


def binarise(
    values: np.ndarray, layout: Layout, way: Binarise, random: np.random.Generator | None = None
) -> np.ndarray:
    """bool, of the shape of `values`: float32 (…, PITCHES), -1 to 1.

    argmax: the highest of the pitches and the rest, the lowest of equals; AGAIN where its number is above 0.
    threshold: every pitch, and AGAIN, whose number is above 0, that is whose probability is above a half.
    bernoulli: every pitch, and AGAIN, with the probability (number + 1) / 2, by `random`.
    REST is on where no pitch is, and there AGAIN is off.

    Raises ValueError for a way that does not fit the layout, and for bernoulli without `random`.
    """
    require(way, layout)
    if way == "argmax":
        on = np.zeros(values.shape, bool)
        np.put_along_axis(on, values[..., :AGAIN].argmax(axis=-1)[..., None], True, axis=-1)
        on[..., AGAIN] = values[..., AGAIN] > 0
    elif way == "threshold":
        on = values > 0
    elif random is None:
        raise ValueError("binarise is 'bernoulli', which needs random numbers")
    else:
        on = (values + 1) / 2 > random.random(values.shape, np.float32)
    on[..., REST] = ~on[..., :REST].any(axis=-1)
    on[..., AGAIN] &= ~on[..., REST]
    return on
