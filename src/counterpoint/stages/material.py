"""The music that a model of a texture is judged by: the splits as that texture's models see them."""

from typing import cast

import pandas as pd

from counterpoint import paths
from counterpoint.encodings.events import Texture as EventTexture
from counterpoint.encodings.splits import SPLITS, split_notes
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.params import Params


def split_music(texture: str, settings: Params) -> dict[str, pd.DataFrame]:
    """The note tables {"train", "validation", "test"}: for melody the voice that params.yaml names, else all notes."""
    notes, pieces = read_notes(paths.NOTES), read_pieces(paths.PIECES)
    if texture in ("melody", "chords"):
        return split_notes(cast(EventTexture, texture), notes, pieces, settings)
    split_of = notes["piece"].map(pieces.set_index("piece")["split"])
    return {split: notes[split_of == split] for split in SPLITS}
