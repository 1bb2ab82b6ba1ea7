"""Which generators there are, by name, and where each is loaded and trained.

Modules are named, not imported: loading a generator (serving does) never imports what trains one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from counterpoint.models.folder import ModelFolderError, read_manifest
from counterpoint.models.generator import Generator


@dataclass(frozen=True)
class Entry:
    """Module names: `loading` has load(folder) → Generator, `training` has train(…) → Manifest."""

    loading: str
    training: str


GENERATORS = {
    "attention_lstm": Entry("counterpoint.models.attention_lstm.generator", "counterpoint.models.attention_lstm.train"),
}


def load(folder: Path) -> Generator:
    """The trained generator in `folder`, whatever its kind, every file's digest checked first.

    Raises ModelFolderError for a damaged folder or a generator that this version does not know.
    """
    manifest = read_manifest(folder)
    if manifest.generator not in GENERATORS:
        raise ModelFolderError(f"{folder} holds a model of {manifest.generator!r}; known are {_known()}")
    return cast(Generator, import_module(GENERATORS[manifest.generator].loading).load(folder))


def trainer(name: str) -> Callable[..., Any]:
    """The function that trains the generator `name` and writes its folder. ValueError for an unknown name."""
    if name not in GENERATORS:
        raise ValueError(f"there is no generator {name!r}; known are {_known()}")
    return cast(Callable[..., Any], import_module(GENERATORS[name].training).train)


def _known() -> str:
    return ", ".join(sorted(GENERATORS))
