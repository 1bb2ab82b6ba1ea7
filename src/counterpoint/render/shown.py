"""Pieces as a person takes them in: MIDI, piano roll and sound of each, and all rolls on one sheet."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from counterpoint.notes.midi import write_midi
from counterpoint.render import audio, pianoroll


def show(notes: pd.DataFrame, pieces: Sequence[str], folder: Path, title: str, tempo_bpm: float) -> None:
    """PIECE.mid, PIECE.png and PIECE.wav for each of `pieces`, and all.png, in `folder`.

    A piece that has no note in `notes` is shown as silence, and left out of all.png.
    """
    for piece in pieces:
        of_piece = notes[notes["piece"] == piece]
        (folder / f"{piece}.mid").write_bytes(write_midi(of_piece, tempo_bpm=tempo_bpm))
        pianoroll.draw(of_piece, folder / f"{piece}.png", title=f"{title}, piece {piece}")
        audio.to_wav(of_piece, folder / f"{piece}.wav", tempo_bpm=tempo_bpm)
    shown = notes[notes["piece"].isin(pieces)]
    pianoroll.draw_grid(shown, folder / "all.png", [f"piece {piece}" for piece in sorted(shown["piece"].unique())])
