"""The chorales of tests/data/bach, by split."""

from functools import cache
from pathlib import Path

import pandas as pd

from counterpoint.evaluation.textures import Texture, render
from counterpoint.notes.table import read_notes, read_pieces

FOLDER = Path(__file__).parents[1] / "data" / "bach"


@cache
def split(name: str, texture: Texture) -> pd.DataFrame:
    """The note table of a split in a texture."""
    pieces = read_pieces(FOLDER / "pieces.parquet")
    notes = read_notes(FOLDER / "notes.parquet")
    return render(notes[notes["piece"].isin(pieces.loc[pieces["split"] == name, "piece"])], texture)
