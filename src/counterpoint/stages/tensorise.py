"""Stage `tensorise@TEXTURE`: every split as event arrays, the training split in every key if params say so."""

import sys
from typing import cast

from counterpoint import params, paths
from counterpoint.encodings.events import Texture
from counterpoint.encodings.splits import split_events
from counterpoint.encodings.store import save_splits
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.stages.stage import run, written_beside


def main(name: str) -> None:
    texture = cast(Texture, name)
    splits = split_events(texture, read_notes(paths.NOTES), read_pieces(paths.PIECES), params.load())
    vocabulary = Vocabulary.from_json(paths.vocabulary(texture).read_text(encoding="utf-8"))
    with written_beside(paths.events(texture)) as (events,):
        save_splits(events, vocabulary, splits)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
