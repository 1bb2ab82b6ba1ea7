"""A small project of real chorales, as the stage `ingest` leaves it, to run single stages in."""

from pathlib import Path

import pandas as pd
import yaml

from counterpoint import params, paths
from counterpoint.notes.table import NOTE_SCHEMA, PIECE_SCHEMA, read_notes, read_pieces, write_table

ROOT = Path(__file__).parents[2]
BACH = ROOT / "tests/data/bach"
PIECES = {"train": 7, "validation": 3, "test": 4}


def chorales() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The note table and the piece table of the first chorales of every split."""
    pieces = read_pieces(BACH / "pieces.parquet")
    chosen = pd.concat([pieces[pieces["split"] == split].head(count) for split, count in PIECES.items()])
    chosen = chosen.sort_values("piece", ignore_index=True)
    notes = read_notes(BACH / "notes.parquet")
    return notes[notes["piece"].isin(chosen["piece"])].reset_index(drop=True), chosen


def write_project(notes: pd.DataFrame, pieces: pd.DataFrame, changes: dict) -> None:
    """params.yaml with `changes`, dvc.yaml and the two tables, in the current folder."""
    Path("dvc.yaml").write_text((ROOT / "dvc.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    content = params.overlay(params.read_yaml(ROOT / "params.yaml"), changes)
    paths.PARAMS.write_text(yaml.safe_dump(content), encoding="utf-8")
    write_table(notes, NOTE_SCHEMA, paths.NOTES)
    write_table(pieces, PIECE_SCHEMA, paths.PIECES)
