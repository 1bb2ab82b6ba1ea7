"""Stage `tensorise@ENCODING`: every split as arrays; of events the training split in every key if params say so."""

import sys
from typing import cast

from counterpoint import params, paths
from counterpoint.encodings import arrange, rolls, store, tones
from counterpoint.encodings.events import Texture
from counterpoint.encodings.layout import Layout
from counterpoint.encodings.scale import Scale
from counterpoint.encodings.splits import split_events
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.stages.stage import run, written_beside


def main(encoding: str) -> None:
    notes, pieces, settings = read_notes(paths.NOTES), read_pieces(paths.PIECES), params.load()
    meaning = paths.vocabulary(encoding).read_text(encoding="utf-8")
    with written_beside(paths.encoded(encoding)) as (encoded,):
        if encoding == "pianoroll":
            tables = arrange.split_notes(notes, pieces, settings.pianoroll)
            splits = arrange.rolled_splits(tables, Layout.from_json(meaning), settings.pianoroll)
            rolls.save_splits(encoded, splits.values())
            print("\n".join(map(rolls.said, splits.values())))
        elif encoding == "vectors":
            tones.save_splits(encoded, tones.encoded_splits(notes, pieces, Scale.from_json(meaning), settings))
        else:
            events = split_events(cast(Texture, encoding), notes, pieces, settings)
            store.save_splits(encoded, Vocabulary.from_json(meaning), events)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
