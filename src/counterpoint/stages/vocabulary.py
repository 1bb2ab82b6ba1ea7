"""Stage `vocabulary@TEXTURE`: note and duration symbols from training, their frequencies, what the others lack."""

import json
import sys
from typing import cast

from counterpoint import params, paths
from counterpoint.encodings import events
from counterpoint.encodings.events import Texture
from counterpoint.encodings.splits import split_events, split_notes
from counterpoint.encodings.vocabulary import coverage, fit, frequencies
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.stages.stage import run, written_beside


def main(name: str) -> None:
    texture = cast(Texture, name)
    settings = params.load()
    notes, pieces = read_notes(paths.NOTES), read_pieces(paths.PIECES)
    splits = split_events(texture, notes, pieces, settings)
    vocabulary = fit(texture, splits["train"], getattr(settings.vocabulary, texture).minimum_count)
    covered = {split: coverage(vocabulary, of_split) for split, of_split in splits.items()}
    for split, of_split in split_notes(texture, notes, pieces, settings).items():
        shared, wrong = events.tie_errors(*events.sliced(of_split))
        covered[split] |= {"shared_pitches": shared, "wrong_ties": wrong, "wrong_tie_share": wrong / max(shared, 1)}
    outs = (paths.vocabulary(texture), paths.frequencies(texture), paths.coverage(texture))
    with written_beside(*outs) as (symbols, table, share):
        symbols.write_text(vocabulary.to_json(), encoding="utf-8")
        frequencies(splits["train"], vocabulary).to_csv(table, index=False, lineterminator="\n")
        share.write_text(json.dumps(covered, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
