"""A generator's network on disk: its sizes as JSON, its weights as HDF5; the critics are not kept."""

import json
from pathlib import Path

from counterpoint.models import weights
from counterpoint.models.folder import NETWORK
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.generators import Generator


def save(folder: Path, generator: Generator) -> None:
    """Write network.json and the weights below `folder`: the same network is the same bytes."""
    sizes = json.dumps(generator.sizes.to_json(), indent=1, sort_keys=True)
    (folder / NETWORK).write_text(sizes + "\n", encoding="utf-8")
    weights.save(folder, generator.variables)


def load(folder: Path) -> Generator:
    """The generator in `folder`. Raises ValueError or OSError if the files do not fit each other or cannot be read,
    NonFiniteWeights if a weight is no finite number.
    """
    try:
        generator = Generator(Architecture.from_json(json.loads((folder / NETWORK).read_text(encoding="utf-8"))))
    except (TypeError, KeyError) as error:
        raise ValueError(f"{NETWORK} does not describe a MuseGAN: {error}") from error
    weights.load(folder, generator.variables)
    return generator
