"""Arrays of splits on disk: one .npz without pickles, the same bytes for the same arrays."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np


def save_arrays(path: Path, splits: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Write split → name → array to `path` (.npz), each array as "SPLIT/NAME"."""
    arrays = {f"{split}/{name}": array for split, of_split in splits.items() for name, array in of_split.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:  # a file, not a name: numpy would append .npz to a name without it
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load_arrays(path: Path, split: str) -> dict[str, np.ndarray]:
    """Name → array of one split. Raises ValueError, listing the splits there are, if `path` lacks it."""
    with np.load(path, allow_pickle=False) as stored:
        names = [name for name in stored.files if name.startswith(f"{split}/")]
        if not names:
            there = sorted({name.split("/")[0] for name in stored.files})
            raise ValueError(f"{path} has no split {split!r}; it has {', '.join(there) or 'none'}")
        return {name.removeprefix(f"{split}/"): stored[name] for name in names}


def as_text(words: tuple[str, ...]) -> np.ndarray:
    """Text as an array that needs no pickle."""
    return np.array(words, dtype=np.str_)
