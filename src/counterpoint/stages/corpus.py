"""Stage `corpus`: works of music21's corpus as MIDI in data/raw; or the user's own files, which stay where they are."""

from pathlib import Path

from counterpoint import params, paths
from counterpoint.corpus.sources import (
    SourceError,
    list_directory,
    refuse_what_dvc_cannot_read,
    write_listing,
)
from counterpoint.corpus.works import export_music21
from counterpoint.stages.stage import run, written_beside


def main() -> None:
    settings = params.load().corpus
    source, works = settings.source, None
    if source.kind == "directory" and Path(source.path).resolve().is_relative_to(paths.RAW.resolve()):
        raise SourceError(
            f"corpus.source.path in params.yaml is {source.path}, and this stage clears {paths.RAW}: "
            "move your MIDI to a folder of its own, and name that"
        )
    with written_beside(paths.RAW, paths.CORPUS_LISTING) as (raw, listing):
        raw.mkdir()
        if source.kind == "music21":
            works = export_music21(source.works, raw, limit=settings.limit)
            taken = sum(work["file"] is not None for work in works)
            print(f"{taken} files, {len(works) - taken} works left out ({paths.CORPUS_LISTING} says why)")
        else:
            folder = Path(source.path)
            refuse_what_dvc_cannot_read(folder)
            print(f"{len(list_directory(folder))} MIDI files in {folder}")
        write_listing(listing, source.model_dump(), works)


if __name__ == "__main__":
    run(main)
