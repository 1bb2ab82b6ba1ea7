"""Small MuseGANs of random weights, layouts and real music for these tests."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from counterpoint.encodings.layout import PITCHES, Layout, Track
from counterpoint.models.folder import Lineage, Manifest, seal
from counterpoint.models.musegan import saving
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.generator import MuseGAN
from counterpoint.models.musegan.generators import Generator
from counterpoint.models.musegan.given import Given
from counterpoint.notes.table import read_notes
from counterpoint.notes.voices import four_voices
from tests.models.musegan.games import noise, spread

BACH = Path(__file__).parents[2] / "data" / "bach" / "notes.parquet"
CHOIR = Layout(
    "voices", tuple(Track(name, program, False) for name, program in zip("SATB", (52, 68, 60, 70), strict=True)), 96, 16
)
BAND = Layout("band", (Track("drums", 0, True), Track("guitar", 25, False), Track("bass", 33, False)), 96, 8)


def network(layout: Layout = CHOIR, *, seed: int = 3, **sizes: object) -> Generator:
    """The smallest network over `layout`: random weights and running means, far from where training begins."""
    asked = {"bars": 2, "noise": 6, "width": 0.02, "embedding": 24} | sizes
    made = Generator(
        Architecture(tracks=len(layout.tracks), steps=layout.steps, voices=layout.monophonic, **asked)  # type: ignore[arg-type]
    )
    made.make()
    spread(made, seed=seed)
    random = np.random.default_rng(seed + 1)
    for weight in made.non_trainable_variables:  # running means and variances
        weight.assign(random.uniform(0.5, 1.5, weight.shape))
    return made


def listening(made: Generator) -> Generator:
    """`made`, whose encoder is not deaf: with running means of what it hears."""
    for weight in made.non_trainable_variables:
        weight.assign(np.full(weight.shape, "variance" in weight.path))
    for call in range(8):
        pitches = np.random.default_rng(call).integers(30, 50, (16, made.sizes.bars, made.sizes.steps))
        given = 2 * np.eye(PITCHES, dtype=np.float32)[pitches] - 1
        made(noise(made.sizes, 16, seed=call), given=given, training=True)
    return made


def generator(layout: Layout = CHOIR, *, way: str = "", real: Given | None = None, **sizes: object) -> MuseGAN:
    """real: passages of the track `given`, which is among the sizes."""
    way = way or ("argmax" if layout.monophonic else "threshold")
    return MuseGAN("musegan", network(layout, **sizes), layout, way, given=real)  # type: ignore[arg-type]


def bach(pieces: int = 6) -> pd.DataFrame:
    """Real chorales in four voices, the first so many."""
    notes = four_voices(read_notes(BACH))
    return notes[notes["piece"].isin(sorted(notes["piece"].unique())[:pieces])].reset_index(drop=True)


def write(folder: Path, made: MuseGAN, way: str = "argmax", name: str = "musegan") -> Manifest:
    """The folder of a model that was trained, as far as loading needs it."""
    folder.mkdir()
    saving.save(folder, made.network)
    (folder / "encoding.json").write_text(made.layout.to_json(), encoding="utf-8")
    settings = {
        "binarise": way,
        "key": "original" if made.keys is None else "common",
        "conditioning": "none" if made.network.sizes.given is None else "track",
    }
    (folder / "params.json").write_text(json.dumps({"seed": 4, name: settings}), encoding="utf-8")
    if made.keys is not None:
        (folder / "keys.json").write_text(made.keys.to_json(), encoding="utf-8")
    if made.given is not None:
        made.given.save(folder / "given.npz")
    return seal(folder, name, made.texture, Lineage("d", "c", "p"))
