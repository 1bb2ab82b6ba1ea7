"""Stage `sample@MODEL`: what the trained generator writes, as a note table, MIDI, piano rolls and sound."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from counterpoint import params, paths
from counterpoint.models import catalog
from counterpoint.models.folder import NonFiniteWeights
from counterpoint.models.generator import Generator, Sampling
from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import NOTE_SCHEMA, empty_notes, validate, write_table
from counterpoint.render import audio, pianoroll
from counterpoint.stages.stage import run, written_beside

MOST_PIECES = 64  # of one request


def main(name: str) -> None:
    settings = params.load()
    asked = getattr(settings.sample, name)
    try:
        generator = catalog.load(paths.model(name))
    except NonFiniteWeights as error:  # the other generators go on; what is registered is for `register` to refuse
        print(f"nothing is written by {name}: {error}")
        notes, shown = empty_notes(), 0
    else:
        notes = _written(generator, asked.model_dump(exclude={"shown"}), settings.seed)
        shown = min(asked.shown, asked.count)
    with written_beside(paths.samples(name)) as (folder,):
        folder.mkdir()
        write_table(notes, NOTE_SCHEMA, folder / "notes.parquet")
        if shown:
            _show(notes, [f"{number:03d}" for number in range(shown)], folder, name, settings.tempo_bpm)
    print(f"{notes['piece'].nunique()} pieces, {len(notes)} notes: {paths.samples(name)}")


def _written(generator: Generator, asked: dict[str, Any], seed: int) -> pd.DataFrame:
    """What was asked for, request after request, each with a seed of its own: one seed alone may be lucky."""
    parts = []
    for first in range(0, asked["count"], MOST_PIECES):
        count = min(MOST_PIECES, asked["count"] - first)
        notes = generator.generate(Sampling(**asked | {"count": count, "seed": seed + first // MOST_PIECES}))
        parts.append(notes.assign(piece=[f"{first + int(piece):03d}" for piece in notes["piece"]]))
    return validate(pd.concat(parts, ignore_index=True))


def _show(notes: pd.DataFrame, pieces: list[str], folder: Path, name: str, tempo_bpm: float) -> None:
    for piece in pieces:
        of_piece = notes[notes["piece"] == piece]  # empty where the model wrote nothing but rests
        (folder / f"{piece}.mid").write_bytes(write_midi(of_piece, tempo_bpm=tempo_bpm))
        pianoroll.draw(of_piece, folder / f"{piece}.png", title=f"{name}, piece {piece}")
        audio.to_wav(of_piece, folder / f"{piece}.wav", tempo_bpm=tempo_bpm)
    shown = notes[notes["piece"].isin(pieces)]
    pianoroll.draw_grid(shown, folder / "all.png", [f"piece {piece}" for piece in sorted(shown["piece"].unique())])


if __name__ == "__main__":
    run(main, *sys.argv[1:])
