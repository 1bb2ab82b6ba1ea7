"""Noise that goes on from one part of a piece to the next, and points between two points of noise."""

from collections.abc import Sequence

import numpy as np

COHERENCE = 0.7  # correlation of a vector with that of the part of the piece before it
ALIKE = 1e-6  # sine of an angle below which two vectors have no arc between them


def drifting(random: np.random.Generator, shapes: Sequence[tuple[int, ...]], parts: int) -> list[np.ndarray]:
    """float32 (parts, *shape) for each of `shapes`, standard normal, of a piece that is made part by part.

    From part to part by a first-order autoregression, z' = c z + √(1 - c²) e with e standard normal: so is z' then, and
    that is what a generator of one part was trained on. Fewer parts are the beginning of more.
    """
    fresh = np.float32(np.sqrt(1 - COHERENCE**2))
    made = [[random.standard_normal(shape, np.float32) for shape in shapes]]
    for _ in range(parts - 1):
        made.append([np.float32(COHERENCE) * z + fresh * random.standard_normal(z.shape, np.float32) for z in made[-1]])
    return [np.stack(part) for part in zip(*made, strict=True)]


def along_arc(first: np.ndarray, last: np.ndarray, share: float) -> np.ndarray:
    """float32 (…, size): the vectors `share` (0 to 1) of the way from `first` to `last`, which are its ends exactly.

    Every vector, along the last axis, goes along the arc between the two (Shoemake 1985, "Animating Rotation with
    Quaternion Curves", section 3.3; for latent spaces White 2016, "Sampling Generative Networks", section 2.1): a
    straight line between normal vectors passes through shorter ones than the generator was trained on. Vectors that
    point one way, or opposite ways, are joined by a line.
    """
    a, b = first.astype(np.float64), last.astype(np.float64)
    lengths = np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(b, axis=-1, keepdims=True)
    cosine = np.divide((a * b).sum(axis=-1, keepdims=True), lengths, out=np.ones_like(lengths), where=lengths > 0)
    angle = np.arccos(np.clip(cosine, -1, 1))
    sine = np.sin(angle)
    line = sine < ALIKE
    sine = np.where(line, 1, sine)
    weight_a = np.where(line, 1 - share, np.sin((1 - share) * angle) / sine)
    weight_b = np.where(line, share, np.sin(share * angle) / sine)
    return (weight_a * a + weight_b * b).astype(np.float32)
