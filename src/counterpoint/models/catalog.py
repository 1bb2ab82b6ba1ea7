"""Which generators there are, by name, what each learns from, and where each is loaded and trained.

Modules are named, not imported: loading a generator (serving does) never imports what trains one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from counterpoint.models.folder import ModelFolderError, read_manifest
from counterpoint.models.generator import Generator

if TYPE_CHECKING:  # a served model is packed without params.yaml and what reads it
    from counterpoint.params import Params

Encoding = Literal["melody", "chords", "pianoroll", "vectors"]


@dataclass(frozen=True)
class Entry:
    """Module names: `loading` has load(folder) → Generator, `training` has train(name, …) → Manifest.

    encoding: of what it learns from. The list of generators in dvc.yaml says the same.
    """

    loading: str
    training: str
    encoding: Encoding


_ATTENTION_LSTM, _MUSEGAN = "counterpoint.models.attention_lstm", "counterpoint.models.musegan"
_CRNN_GAN = "counterpoint.models.crnn_gan"
GENERATORS = {
    "attention_lstm": Entry(f"{_ATTENTION_LSTM}.generator", f"{_ATTENTION_LSTM}.train", "melody"),
    "attention_lstm_chords": Entry(f"{_ATTENTION_LSTM}.generator", f"{_ATTENTION_LSTM}.train", "chords"),
    "musegan": Entry(f"{_MUSEGAN}.generator", f"{_MUSEGAN}.train", "pianoroll"),
    "musegan_accompany": Entry(f"{_MUSEGAN}.generator", f"{_MUSEGAN}.train", "pianoroll"),
    "crnn_gan": Entry(f"{_CRNN_GAN}.generator", f"{_CRNN_GAN}.train", "vectors"),
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
    return partial(import_module(_entry(name).training).train, name)


def encoding(name: str) -> Encoding:
    """The encoding that the generator `name` learns from. ValueError for an unknown name."""
    return _entry(name).encoding


def texture(name: str, settings: "Params") -> str:
    """The texture of what the generator `name` writes. ValueError for an unknown name.

    Of bars of a piano roll it is the view that `settings.pianoroll` takes of the corpus; of tones it is a melody's or
    chords', by which of them `settings.vectors` takes.
    """
    learnt = encoding(name)
    if learnt == "pianoroll":
        return settings.pianoroll.view
    return settings.vectors.texture if learnt == "vectors" else learnt


def _entry(name: str) -> Entry:
    if name not in GENERATORS:
        raise ValueError(f"there is no generator {name!r}; known are {_known()}")
    return GENERATORS[name]


def _known() -> str:
    return ", ".join(sorted(GENERATORS))
