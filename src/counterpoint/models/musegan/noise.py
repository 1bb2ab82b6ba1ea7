"""The noise that a piece is made from: of as many phrases as it has, and of points between two pieces.

A phrase is all that a MuseGAN makes at once. A piece of several holds its fixed noise from the first to the last, as a
phrase holds it from bar to bar (Dong et al. 2018, section "Modeling the temporal structure"). Its varying noise goes on
from phrase to phrase by a first-order autoregression, z' = c z + √(1 - c²) e with e standard normal: so is z' then, and
that is what the generator was trained on. Pieces longer than a phrase are no part of the paper.
"""

import numpy as np

from counterpoint.models.musegan.generators import Noise

COHERENCE = 0.7  # correlation of a phrase's varying noise with that of the phrase before it
ALIKE = 1e-6  # sine of an angle below which two vectors have no arc between them


def piece_noise(shapes: Noise, seed: int, piece: int, phrases: int) -> Noise:
    """float32 (phrases, streams, size) each, standard normal, of one piece.

    shapes: (streams, size) of each part, as `generators.noise_shapes` gives. They depend on (seed, piece) and the
    phrase's number alone, so that a shorter piece is the beginning of a longer one.
    """
    random = np.random.default_rng([seed, piece])
    fixed = [random.standard_normal(shape, np.float32) for shape in (shapes.shared_fixed, shapes.own_fixed)]
    varying = [[random.standard_normal(shape, np.float32) for shape in (shapes.shared_varying, shapes.own_varying)]]
    fresh = np.float32(np.sqrt(1 - COHERENCE**2))
    for _ in range(phrases - 1):
        varying.append(
            [np.float32(COHERENCE) * z + fresh * random.standard_normal(z.shape, np.float32) for z in varying[-1]]
        )
    shared, own = (np.stack(part) for part in zip(*varying, strict=True))
    return Noise(shared, np.stack([fixed[0]] * phrases), own, np.stack([fixed[1]] * phrases))


def scaled_by(noise: Noise, factor: float) -> Noise:
    """`noise`, every number times `factor`."""
    return Noise(*(part * np.float32(factor) for part in noise))


def between(first: Noise, last: Noise, share: float) -> Noise:
    """The noise `share` (0 to 1) of the way from `first` to `last`, which are its ends exactly.

    Every vector goes along the arc between the two (Shoemake 1985, "Animating Rotation with Quaternion Curves", section
    3.3; for latent spaces White 2016, "Sampling Generative Networks", section 2.1): a straight line between normal
    vectors passes through shorter ones than the generator was trained on.
    """
    return Noise(*(_along_arc(a, b, share) for a, b in zip(first, last, strict=True)))


def _along_arc(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    """float32 (…, size) along the last axis; vectors that point one way, or opposite ways, are joined by a line."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    lengths = np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(b, axis=-1, keepdims=True)
    cosine = np.divide((a * b).sum(axis=-1, keepdims=True), lengths, out=np.ones_like(lengths), where=lengths > 0)
    angle = np.arccos(np.clip(cosine, -1, 1))
    sine = np.sin(angle)
    line = sine < ALIKE
    sine = np.where(line, 1, sine)
    weight_a = np.where(line, 1 - share, np.sin((1 - share) * angle) / sine)
    weight_b = np.where(line, share, np.sin(share * angle) / sine)
    return (weight_a * a + weight_b * b).astype(np.float32)
