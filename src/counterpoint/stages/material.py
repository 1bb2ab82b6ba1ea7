"""The music that a model of a texture is judged by: the splits as that texture's models see them."""

import pandas as pd

from counterpoint import paths
from counterpoint.encodings.band import as_band
from counterpoint.encodings.splits import SPLITS, split_notes
from counterpoint.evaluation.judge import Bench, prepare
from counterpoint.evaluation.textures import Texture
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.params import Params


def split_music(texture: Texture, settings: Params) -> dict[str, pd.DataFrame]:
    """The note tables {"train", "validation", "test"}.

    For melody the voice that params.yaml names, for a band its families of instruments, else all notes.
    """
    notes, pieces = read_notes(paths.NOTES), read_pieces(paths.PIECES)
    if texture in ("melody", "chords"):
        return split_notes(texture, notes, pieces, settings)
    notes = as_band(notes) if texture == "band" else notes
    split_of = notes["piece"].map(pieces.set_index("piece")["split"])
    return {split: notes[split_of == split] for split in SPLITS}


def bench(texture: Texture, settings: Params) -> Bench:
    """What music in `texture` is judged against, whoever wrote it."""
    music = split_music(texture, settings)
    return prepare(music["test"], music["train"], texture, seed=settings.seed)
