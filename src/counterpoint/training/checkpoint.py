"""Exact resume: everything a training needs to go on from the end of an epoch as if nothing had happened.

Arrays go into one .npz, the rest into JSON, both in a folder written beside and renamed, so that a kill leaves the last
whole epoch. Keras's own backup restores lazily and drops an optimiser's state with only a warning if it was not built;
here every variable is written and read by its place in a list, and a list that does not fit is an error.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Checkpoint:
    """A training's place for resuming: one folder, keyed by a digest of all that decides the training's result."""

    folder: Path

    @classmethod
    def at(cls, root: Path, key: str) -> "Checkpoint":
        """The checkpoint `key` below `root`; another key is another training and never resumes this one."""
        if not key or "/" in key or key.startswith("."):
            raise ValueError(f"a checkpoint's key is a digest, got {key!r}")
        return cls(root / key)

    def save(self, arrays: dict[str, list[np.ndarray]], facts: dict[str, Any]) -> None:
        """Replace what is kept by these arrays (lists by name) and JSON values."""
        fresh, old = self.folder / "fresh", self.folder / "old"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        named = {f"{name}/{i}": array for name, values in arrays.items() for i, array in enumerate(values)}
        with (fresh / "arrays.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **named)
            _to_disk(file)
        with (fresh / "facts.json").open("w", encoding="utf-8") as text:
            json.dump({"facts": facts, "counts": {name: len(values) for name, values in arrays.items()}}, text)
            _to_disk(text)
        if self._last.exists():
            shutil.rmtree(old, ignore_errors=True)
            self._last.rename(old)
        fresh.rename(self._last)
        shutil.rmtree(old, ignore_errors=True)

    def restore(self) -> tuple[dict[str, list[np.ndarray]], dict[str, Any]] | None:
        """What was saved last, or None if nothing was."""
        last = self._last
        if not last.exists():
            last = self.folder / "old"  # killed between the two renames
            if not last.exists():
                return None
        content = json.loads((last / "facts.json").read_text(encoding="utf-8"))
        with np.load(last / "arrays.npz", allow_pickle=False) as file:
            arrays = {name: [file[f"{name}/{i}"] for i in range(n)] for name, n in content["counts"].items()}
        return arrays, content["facts"]

    def delete(self) -> None:
        """Forget everything: the training is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _last(self) -> Path:
        return self.folder / "last"


def values(variables: list[Any]) -> list[np.ndarray]:
    """The present values of Keras variables."""
    return [np.array(variable.numpy()) for variable in variables]


def assign(variables: list[Any], arrays: list[np.ndarray], what: str) -> None:
    """Give Keras variables these values; ValueError, naming `what`, if number or shapes differ."""
    shapes, given = [tuple(v.shape) for v in variables], [a.shape for a in arrays]
    if shapes != given:
        raise ValueError(
            f"the checkpoint's {what} does not fit: it has {len(given)} arrays, {len(shapes)} are needed, "
            f"or shapes differ; delete the checkpoint folder to begin anew"
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _to_disk(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
