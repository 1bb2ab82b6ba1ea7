"""Stage `vocabulary@ENCODING`: what its numbers stand for, how often each occurs in training, what it cannot say."""

import json
import sys
from typing import cast

from counterpoint import params, paths
from counterpoint.encodings import arrange, splits, tones
from counterpoint.encodings.events import Texture
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.stages.stage import run, written_beside


def main(encoding: str) -> None:
    notes, pieces, settings = read_notes(paths.NOTES), read_pieces(paths.PIECES), params.load()
    if encoding == "pianoroll":
        meaning, frequent, covered = arrange.described(notes, pieces, settings.pianoroll)
    elif encoding == "vectors":
        meaning, frequent, covered = tones.described(notes, pieces, settings)
    else:
        meaning, frequent, covered = splits.described(cast(Texture, encoding), notes, pieces, settings)
    outs = (paths.vocabulary(encoding), paths.frequencies(encoding), paths.coverage(encoding))
    with written_beside(*outs) as (vocabulary, table, share):
        vocabulary.write_text(meaning, encoding="utf-8")
        frequent.to_csv(table, index=False, lineterminator="\n")
        share.write_text(json.dumps(covered, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
