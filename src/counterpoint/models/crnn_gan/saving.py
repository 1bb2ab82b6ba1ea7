"""A generator's network on disk: its sizes as JSON, its weights as HDF5; the discriminator is not kept."""

import json
from pathlib import Path

from counterpoint.models import weights
from counterpoint.models.crnn_gan.architecture import Architecture
from counterpoint.models.crnn_gan.networks import Generator, generator
from counterpoint.models.folder import NETWORK


def save(folder: Path, network: Generator) -> None:
    """Write network.json and the weights below `folder`: the same network is the same bytes."""
    sizes = json.dumps(network.sizes.to_json(), indent=1, sort_keys=True)
    (folder / NETWORK).write_text(sizes + "\n", encoding="utf-8")
    weights.save(folder, network.variables)


def load(folder: Path) -> Generator:
    """The generator in `folder`. Raises ValueError or OSError if the files do not fit each other or cannot be read,
    NonFiniteWeights if a weight is no finite number.
    """
    try:
        network = generator(Architecture.from_json(json.loads((folder / NETWORK).read_text(encoding="utf-8"))))
    except (TypeError, KeyError) as error:
        raise ValueError(f"{NETWORK} does not describe a C-RNN-GAN: {error}") from error
    weights.load(folder, network.variables)
    return network
