"""Stage `sample@MODEL`: what the trained generator writes, as a note table, MIDI, piano rolls and sound."""

import sys

from counterpoint import params, paths
from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.models import catalog
from counterpoint.models.folder import NonFiniteWeights
from counterpoint.models.requests import written
from counterpoint.notes.table import NOTE_SCHEMA, empty_notes, write_table
from counterpoint.render.shown import show
from counterpoint.stages.stage import run, written_beside


def main(name: str) -> None:
    settings = params.load()
    asked = getattr(settings.sample, name)
    try:
        generator = catalog.load(paths.model(name))
    except NonFiniteWeights as error:  # the other generators go on; what is registered is for `register` to refuse
        print(f"nothing is written by {name}: {error}")
        notes, shown, names = empty_notes(), 0, tuple[str, ...]()
    else:
        notes = written(generator, asked.model_dump(exclude={"shown"}), settings.seed)
        shown, names = min(asked.shown, asked.count), TRACK_NAMES[generator.texture]
    with written_beside(paths.samples(name)) as (folder,):
        folder.mkdir()
        write_table(notes, NOTE_SCHEMA, folder / "notes.parquet")
        if shown:
            show(notes, [f"{number:03d}" for number in range(shown)], folder, name, settings.tempo_bpm, names)
    print(f"{notes['piece'].nunique()} pieces, {len(notes)} notes: {paths.samples(name)}")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
