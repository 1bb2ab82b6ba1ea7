"""Stage `vocabulary@ENCODING`: what its numbers stand for, how often each occurs in training, what it cannot say."""

import json
import sys
from typing import cast

import pandas as pd

from counterpoint import params, paths
from counterpoint.encodings import arrange, events, splits
from counterpoint.encodings.events import Texture
from counterpoint.encodings.vocabulary import coverage, fit, frequencies
from counterpoint.notes.table import read_notes, read_pieces
from counterpoint.params import Params
from counterpoint.stages.stage import run, written_beside

Found = tuple[str, pd.DataFrame, dict[str, dict]]


def main(encoding: str) -> None:
    notes, pieces, settings = read_notes(paths.NOTES), read_pieces(paths.PIECES), params.load()
    if encoding == "pianoroll":
        meaning, frequent, covered = _rolls(notes, pieces, settings)
    else:
        meaning, frequent, covered = _events(cast(Texture, encoding), notes, pieces, settings)
    outs = (paths.vocabulary(encoding), paths.frequencies(encoding), paths.coverage(encoding))
    with written_beside(*outs) as (vocabulary, table, share):
        vocabulary.write_text(meaning, encoding="utf-8")
        frequent.to_csv(table, index=False, lineterminator="\n")
        share.write_text(json.dumps(covered, indent=1) + "\n", encoding="utf-8")


def _events(texture: Texture, notes: pd.DataFrame, pieces: pd.DataFrame, settings: Params) -> Found:
    encoded = splits.split_events(texture, notes, pieces, settings)
    vocabulary = fit(texture, encoded["train"], getattr(settings.vocabulary, texture).minimum_count)
    covered = {split: coverage(vocabulary, of_split) for split, of_split in encoded.items()}
    for split, of_split in splits.split_notes(texture, notes, pieces, settings).items():
        shared, wrong = events.tie_errors(*events.sliced(of_split))
        covered[split] |= {"shared_pitches": shared, "wrong_ties": wrong, "wrong_tie_share": wrong / max(shared, 1)}
    return vocabulary.to_json(), frequencies(encoded["train"], vocabulary), covered


def _rolls(notes: pd.DataFrame, pieces: pd.DataFrame, settings: Params) -> Found:
    tables = arrange.split_notes(notes, pieces, settings.pianoroll)
    layout = arrange.fit_layout(tables["train"][0], settings.pianoroll)
    rolls = arrange.rolled_splits(tables, layout, settings.pianoroll)
    covered = {name: arrange.covered(of_split, tables[name][0], layout, notes) for name, of_split in rolls.items()}
    return layout.to_json(), arrange.frequencies(rolls["train"], layout), covered


if __name__ == "__main__":
    run(main, *sys.argv[1:])
