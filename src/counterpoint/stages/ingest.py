"""Stage `ingest`: every MIDI file to the note and piece tables, near-duplicates grouped, groups split; the facts."""

import json
from pathlib import Path

from counterpoint import params, paths
from counterpoint.corpus.facts import corpus_facts
from counterpoint.corpus.ingest import ingest
from counterpoint.corpus.splits import summary, with_splits
from counterpoint.notes.table import NOTE_SCHEMA, PIECE_SCHEMA, write_table
from counterpoint.stages.stage import run, written_beside


def main() -> None:
    settings = params.load()
    chosen = settings.ingest
    read = ingest(Path(settings.corpus.source.path), chosen, limit=settings.corpus.limit)
    pieces = with_splits(read.notes, read.pieces, chosen)
    said = summary(read.notes, pieces, chosen.validation, chosen.test)
    listing = json.loads(paths.CORPUS_LISTING.read_text(encoding="utf-8"))
    known = corpus_facts(listing, notes=read.notes, pieces=pieces, manifest=read.manifest, splits=said)
    outs = (paths.NOTES, paths.PIECES, paths.MANIFEST, paths.SPLITS, paths.FACTS)
    with written_beside(*outs) as (notes, table, manifest, splits, facts):
        write_table(read.notes, NOTE_SCHEMA, notes)
        write_table(pieces, PIECE_SCHEMA, table)
        read.manifest.to_csv(manifest, index=False, lineterminator="\n")
        splits.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
        facts.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"files: {read.manifest['status'].value_counts().to_dict()} ({paths.MANIFEST} says why)")
    sides = ", ".join(f"{split} {counts['pieces']}" for split, counts in said["splits"].items())
    print(f"{said['pieces']} pieces in {said['groups']} groups of near-duplicates: {sides}")
    print(f"{len(said['merged'])} groups hold pieces that alone would be elsewhere ({paths.SPLITS}, merged)")


if __name__ == "__main__":
    run(main)
