"""Both players of an architecture's kind."""

import keras

from counterpoint.models.crnn_gan.architecture import Architecture
from counterpoint.models.crnn_gan.dense import DenseDiscriminator, DenseGenerator
from counterpoint.models.crnn_gan.lstm import LSTMDiscriminator, LSTMGenerator

Generator = DenseGenerator | LSTMGenerator


def generator(sizes: Architecture) -> Generator:
    return DenseGenerator(sizes) if sizes.generator == "dense" else LSTMGenerator(sizes)


def networks(sizes: Architecture, heard: int) -> tuple[Generator, keras.Model]:
    """The generator and its discriminator, which hears so many numbers a step."""
    kind = DenseDiscriminator if sizes.generator == "dense" else LSTMDiscriminator
    return generator(sizes), kind(sizes, heard)
