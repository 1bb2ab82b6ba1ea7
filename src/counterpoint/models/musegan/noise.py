"""The noise that a piece is made from: of as many phrases as it has, and of points between two pieces.

A phrase is all that a MuseGAN makes at once. A piece of several holds its fixed noise from the first to the last, as a
phrase holds it from bar to bar (Dong et al. 2018, section "Modeling the temporal structure"). Its varying noise goes on
from phrase to phrase by `latent.drifting`. Pieces longer than a phrase are no part of the paper.
"""

import numpy as np

from counterpoint.models.latent import along_arc, drifting
from counterpoint.models.musegan.generators import Noise


def piece_noise(shapes: Noise, seed: int, piece: int, phrases: int) -> Noise:
    """float32 (phrases, streams, size) each, standard normal, of one piece.

    shapes: (streams, size) of each part, as `generators.noise_shapes` gives. They depend on (seed, piece) and the
    phrase's number alone, so that a shorter piece is the beginning of a longer one.
    """
    random = np.random.default_rng([seed, piece])
    fixed = [random.standard_normal(shape, np.float32) for shape in (shapes.shared_fixed, shapes.own_fixed)]
    shared, own = drifting(random, (shapes.shared_varying, shapes.own_varying), phrases)
    return Noise(shared, np.stack([fixed[0]] * phrases), own, np.stack([fixed[1]] * phrases))


def scaled_by(noise: Noise, factor: float) -> Noise:
    """`noise`, every number times `factor`."""
    return Noise(*(part * np.float32(factor) for part in noise))


def between(first: Noise, last: Noise, share: float) -> Noise:
    """The noise `share` (0 to 1) of the way from `first` to `last`, every vector by `latent.along_arc`."""
    return Noise(*(along_arc(a, b, share) for a, b in zip(first, last, strict=True)))
