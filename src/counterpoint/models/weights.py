"""A network's weights on disk: the same weights are the same bytes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from counterpoint.models.folder import NETWORK, NonFiniteWeights

WEIGHTS = "model.weights.h5"


def save(folder: Path, variables: Sequence[Any]) -> None:
    """Write model.weights.h5 below `folder`.

    Weights are named by their place, "000", "001", …: Keras's own names count the layers that a process made before.
    """
    with h5py.File(folder / WEIGHTS, "w") as file:
        for place, variable in enumerate(variables):
            file.create_dataset(f"{place:03d}", data=np.asarray(variable.value), track_times=False)


def load(folder: Path, variables: Sequence[Any]) -> None:
    """Give `variables` the weights in `folder`.

    Raises ValueError or OSError if the file does not fit them or cannot be read, NonFiniteWeights if a weight is no
    finite number.
    """
    with h5py.File(folder / WEIGHTS, "r") as file:
        if len(file) != len(variables):
            raise ValueError(f"{WEIGHTS} has {len(file)} weights, the network of {NETWORK} {len(variables)}")
        missing = [name for place in range(len(variables)) if (name := f"{place:03d}") not in file]
        if missing:
            raise ValueError(f"{WEIGHTS} lacks {', '.join(missing)}: it names its weights {', '.join(file)}")
        for place, variable in enumerate(variables):
            values = file[f"{place:03d}"][()]
            if values.shape != tuple(variable.shape):
                raise ValueError(f"{WEIGHTS}: weight {place:03d} has shape {values.shape}, expected {variable.shape}")
            if not np.isfinite(values).all():
                raise NonFiniteWeights(
                    f"{folder}: weight {place:03d} ({variable.name}) is not all finite numbers: training diverged, and "
                    "this model must not be used; train again with a lower learning_rate"
                )
            variable.assign(values)
