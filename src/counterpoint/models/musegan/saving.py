"""A generator's network on disk: its sizes as JSON, its weights as HDF5; the critics are not kept."""

import json
from pathlib import Path

import h5py
import numpy as np

from counterpoint.models.folder import NETWORK, NonFiniteWeights
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.generators import Generator

WEIGHTS = "model.weights.h5"


def save(folder: Path, generator: Generator) -> None:
    """Write network.json and model.weights.h5 below `folder`: the same weights are the same bytes.

    Weights are named by their place among the generator's variables, "000", "001", …: Keras's own names count the
    layers that a process made before.
    """
    sizes = json.dumps(generator.sizes.to_json(), indent=1, sort_keys=True)
    (folder / NETWORK).write_text(sizes + "\n", encoding="utf-8")
    with h5py.File(folder / WEIGHTS, "w") as file:
        for place, variable in enumerate(generator.variables):
            file.create_dataset(f"{place:03d}", data=np.asarray(variable.value), track_times=False)


def load(folder: Path) -> Generator:
    """The generator in `folder`. Raises ValueError or OSError if the files do not fit each other or cannot be read,
    NonFiniteWeights if a weight is no finite number.
    """
    try:
        generator = Generator(Architecture.from_json(json.loads((folder / NETWORK).read_text(encoding="utf-8"))))
    except (TypeError, KeyError) as error:
        raise ValueError(f"{NETWORK} does not describe a MuseGAN: {error}") from error
    with h5py.File(folder / WEIGHTS, "r") as file:
        if len(file) != len(generator.variables):
            raise ValueError(f"{WEIGHTS} has {len(file)} weights, the network of {NETWORK} {len(generator.variables)}")
        for place, variable in enumerate(generator.variables):
            values = file[f"{place:03d}"][()]
            if values.shape != tuple(variable.shape):
                raise ValueError(f"{WEIGHTS}: weight {place:03d} has shape {values.shape}, expected {variable.shape}")
            if not np.isfinite(values).all():
                raise NonFiniteWeights(
                    f"{folder}: weight {place:03d} ({variable.name}) is not all finite numbers: training diverged, and "
                    "this model must not be used; train again with a lower learning_rate"
                )
            variable.assign(values)
    return generator
