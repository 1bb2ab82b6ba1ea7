"""Stage `vocabulary`: note and duration symbols from the training split, their frequencies, coverage of the others."""

import json

from counterpoint import params, paths
from counterpoint.encodings.melody import melody_events
from counterpoint.encodings.vocabulary import coverage, fit, frequencies
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.stages.stage import run, written_beside


def main() -> None:
    settings = params.load()
    splits = melody_events(read_notes(paths.NOTES), read_pieces(paths.PIECES), settings.melody)
    vocabulary = fit(splits["train"], settings.vocabulary.minimum_count)
    covered = {split: coverage(vocabulary, events) for split, events in splits.items()}
    with written_beside(paths.VOCABULARY, paths.FREQUENCIES, paths.COVERAGE) as (symbols, table, share):
        symbols.write_text(vocabulary.to_json(), encoding="utf-8")
        frequencies(splits["train"], vocabulary).to_csv(table, index=False, lineterminator="\n")
        share.write_text(json.dumps(covered, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
