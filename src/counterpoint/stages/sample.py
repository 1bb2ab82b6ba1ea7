"""Stage `sample@MODEL`: what the trained generator writes, as MIDI, piano rolls and sound."""

import sys

from counterpoint import params, paths
from counterpoint.models import catalog
from counterpoint.models.generator import Sampling
from counterpoint.notes.midi import write_midi
from counterpoint.render import audio, pianoroll
from counterpoint.stages.stage import run, written_beside


def main(name: str) -> None:
    settings = params.load()
    asked = Sampling(seed=settings.seed, **getattr(settings.sample, name).model_dump())
    notes = catalog.load(paths.model(name)).generate(asked)
    with written_beside(paths.samples(name)) as (folder,):
        folder.mkdir()
        for piece in (f"{number:03d}" for number in range(asked.count)):
            of_piece = notes[notes["piece"] == piece]  # empty where the model wrote nothing but rests
            (folder / f"{piece}.mid").write_bytes(write_midi(of_piece, tempo_bpm=settings.tempo_bpm))
            pianoroll.draw(of_piece, folder / f"{piece}.png", title=f"{name}, piece {piece}")
            audio.to_wav(of_piece, folder / f"{piece}.wav", tempo_bpm=settings.tempo_bpm)
        titles = [f"piece {piece}" for piece in sorted(notes["piece"].unique())]
        pianoroll.draw_grid(notes, folder / "all.png", titles)
    print(f"{asked.count} pieces, {len(notes)} notes: {paths.samples(name)}")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
