"""Small C-RNN-GANs of random weights, tones and windows for these tests."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings.scale import Scale
from counterpoint.models.crnn_gan import saving
from counterpoint.models.crnn_gan.architecture import Architecture
from counterpoint.models.crnn_gan.generator import CRNNGAN
from counterpoint.models.crnn_gan.heads import Choices
from counterpoint.models.crnn_gan.networks import Generator
from counterpoint.models.crnn_gan.networks import generator as network
from counterpoint.models.folder import Lineage, Manifest, seal

MELODY = Scale((6, 55, 60, 0), (96, 79, 100, 96), 6, 1, "logarithmic", "melody", 52)
CHORDS = Scale((6, 40, 60, 0), (96, 79, 100, 96), 6, 2, "linear", "chords", 19)
# Of lengths, pitches, intensities and gaps: whole numbers by `MELODY`, different numbers of them.
WHOLE = ((6, 12, 48), (55, 60, 67, 71, 79), (80,), (0, 6, 24, 72))


def choices(scale: Scale = MELODY) -> Choices:
    """`WHOLE`, scaled."""
    rows = np.array([[values[place % len(values)] for values in WHOLE] for place in range(60)])
    return tuple(tuple(np.unique(column).tolist()) for column in scale.scaled(rows).T)


def sizes(kind: str = "lstm", **changes: object) -> Architecture:
    """Of tones by `MELODY`, as numbers unless `choices` are given; layers of different widths."""
    asked = {"steps": 5, "numbers": 4, "noise": 3, "generator_width": 0.015, "discriminator_width": 0.02}
    return Architecture(generator=kind, **(asked | changes))  # type: ignore[arg-type]


def spread(model: keras.Model, *, seed: int, deviation: float = 0.6) -> None:
    """Weights far from where training begins, biases among them: zeros would hide what is wrong."""
    random = np.random.default_rng(seed)
    for weight in model.variables:
        drawn = (
            random.uniform(0.5, 1.5, weight.shape) if "variance" in weight.path else random.normal(size=weight.shape)
        )
        weight.assign(drawn if "variance" in weight.path else deviation * drawn)


def made(kind: str = "lstm", *, seed: int = 3, **changes: object) -> Generator:
    built = network(sizes(kind, **changes))
    spread(built, seed=seed)
    return built


def normal(*shape: int, seed: int) -> tf.Tensor:
    return tf.constant(np.random.default_rng(seed).standard_normal(shape), tf.float32)


def windows(shape: Architecture, batch: int, *, seed: int) -> tf.Tensor:
    """(batch, steps, numbers) in -1 to 1."""
    drawn = np.random.default_rng(seed).uniform(-1, 1, (batch, shape.steps, shape.numbers))
    return tf.constant(drawn, tf.float32)


def at_work(kind: str = "lstm", scale: Scale = MELODY, **changes: object) -> CRNNGAN:
    return CRNNGAN("crnn_gan", made(kind, numbers=scale.step_numbers, **changes), scale)


def write(folder: Path, model: CRNNGAN) -> Manifest:
    """The folder of a model that was trained, as far as loading needs it."""
    folder.mkdir()
    saving.save(folder, model.network)
    (folder / "encoding.json").write_text(model.scale.to_json(), encoding="utf-8")
    return seal(folder, model.name, model.texture, Lineage("d", "c", "p"))
