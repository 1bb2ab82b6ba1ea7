"""Stage `tensorise`: every split's melody lines as event arrays, the training split in every key if params say so."""

from counterpoint import params, paths
from counterpoint.encodings.melody import melody_events
from counterpoint.encodings.store import save_splits
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.stages.stage import run, written_beside


def main() -> None:
    splits = melody_events(read_notes(paths.NOTES), read_pieces(paths.PIECES), params.load().melody)
    vocabulary = Vocabulary.from_json(paths.VOCABULARY.read_text(encoding="utf-8"))
    with written_beside(paths.EVENTS) as (events,):
        save_splits(events, vocabulary, splits)


if __name__ == "__main__":
    run(main)
