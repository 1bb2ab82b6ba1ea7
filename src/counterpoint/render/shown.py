"""Pieces as a person takes them in: MIDI, piano roll and sound of each, and all rolls on one sheet."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from counterpoint.notes.midi import write_midi
from counterpoint.render import audio, pianoroll


def show(
    notes: pd.DataFrame,
    pieces: Sequence[str],
    folder: Path,
    title: str,
    tempo_bpm: float,
    track_names: tuple[str, ...],
) -> None:
    """PIECE.mid, PIECE.png and PIECE.wav for each of `pieces`, and all.png, in `folder`.

    A piece that has no note in `notes` is shown as silence, and left out of all.png. Track k is called
    `track_names[k]`.
    """
    for piece in pieces:
        of_piece = notes[notes["piece"] == piece]
        (folder / f"{piece}.mid").write_bytes(write_midi(of_piece, tempo_bpm=tempo_bpm, track_names=track_names))
        pianoroll.draw(of_piece, folder / f"{piece}.png", title=f"{title}, piece {piece}", track_names=track_names)
        audio.to_wav(of_piece, folder / f"{piece}.wav", tempo_bpm=tempo_bpm)
    shown = notes[notes["piece"].isin(pieces)]
    titles = [f"piece {piece}" for piece in sorted(shown["piece"].unique())]
    pianoroll.draw_grid(shown, folder / "all.png", titles, track_names=track_names)
