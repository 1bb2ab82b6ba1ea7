"""Stage `corpus`: music21's chorales as MIDI in data/raw, or a listing of the user's own files, left where they are."""

from pathlib import Path

from counterpoint import params, paths
from counterpoint.corpus.sources import export_music21, list_directory, write_listing
from counterpoint.stages.stage import run, written_beside


def main() -> None:
    settings = params.load().corpus
    with written_beside(paths.RAW, paths.CORPUS_LISTING) as (raw, listing):
        raw.mkdir()
        if settings.source.kind == "music21":
            works = export_music21(settings.source.works, raw, limit=settings.limit)
        else:
            works = list_directory(Path(settings.source.path))
        write_listing(listing, settings.source.model_dump(), works)
    taken = sum(work["file"] is not None for work in works)
    print(f"{taken} files, {len(works) - taken} works left out ({paths.CORPUS_LISTING} says why)")


if __name__ == "__main__":
    run(main)
