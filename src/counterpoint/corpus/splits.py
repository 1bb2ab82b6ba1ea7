"""Training, validation and test by groups of near-duplicates: each group's own key decides its side.

A group's key is hashed with a fixed salt to a *place* in [0, 1): the first `test` of it is test's, the next
`validation` is validation's, the rest is training's. So no piece's side depends on the files beside it, its own group
apart; the shares hold on average, and the more exactly the more groups there are.

Two things can move pieces that were there before, and `summary` reports both. A file that joins a group, or links two,
may bring a smaller key; the whole group then goes by that key (`merged`). And in a corpus so small that a side would be
empty, that side is given the group whose place is nearest to its own stretch, out of the side that has most groups
(`filled`).
"""

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from counterpoint.corpus.duplicates import groups, tune_keys
from counterpoint.corpus.sources import SourceError
from counterpoint.params import Ingest

SPLITS = ("train", "validation", "test")
_SALT = "counterpoint"


def with_splits(notes: pd.DataFrame, pieces: pd.DataFrame, settings: Ingest) -> pd.DataFrame:
    """The piece table `pieces` of the note table `notes`, its group and split filled in."""
    found = groups(notes, settings.similarity)
    split = assign(found, settings.validation, settings.test)
    return pieces.assign(group=pieces["piece"].map(found), split=pieces["piece"].map(split))


def assign(groups_of: pd.Series, validation: float, test: float) -> pd.Series:
    """The split of every piece, indexed as `groups_of` (piece → group key). No side is empty.

    validation, test: shares of the groups. Raises SourceError for fewer than three groups.
    """
    sides = group_sides(groups_of, validation, test)
    for split, group in _filled(sides, validation, test).items():
        sides[group] = split
    return groups_of.map(sides).rename("split")


def group_sides(groups_of: pd.Series, validation: float, test: float) -> dict[str, str]:
    """Group key → the side its own place gives it, whatever else there is; sides may be empty."""
    return {key: _side(_place(key), validation, test) for key in sorted(groups_of.unique())}


def summary(notes: pd.DataFrame, pieces: pd.DataFrame, validation: float, test: float) -> dict[str, Any]:
    """What splits.json says: pieces, notes and groups of each split, the largest group, `merged` and `filled`.

    pieces: the piece table with group and split. `twins` is the share of pieces that are not alone in their group.
    `merged` lists the groups that hold a piece whose own tune would put it on another side than the group's key does:
    which pieces, where they would be alone, and the split they are in together. `filled` maps a split that would have
    been empty to the group it was given.
    """
    group = pieces["group"]
    sizes = group.value_counts()
    lengths = pieces["piece"].map(notes["piece"].value_counts())
    by_split = pieces.assign(notes=lengths).groupby("split")
    counts = by_split.agg(pieces=("piece", "size"), notes=("notes", "sum"), groups=("group", "nunique"))
    return {
        "pieces": len(pieces),
        "notes": len(notes),
        "groups": len(sizes),
        "largest_group": int(sizes.max()),
        "twins": round(float((group.map(sizes) > 1).mean()), 4),
        "splits": {split: counts.loc[split].astype(int).to_dict() for split in SPLITS},
        "merged": _merged(notes, pieces, validation, test),
        "filled": _filled(group_sides(group, validation, test), validation, test),
    }


def _place(key: str) -> float:
    digest = hashlib.sha256(f"{_SALT}:{key}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _stretches(validation: float, test: float) -> dict[str, tuple[float, float]]:
    return {"test": (0.0, test), "validation": (test, test + validation), "train": (test + validation, 1.0)}


def _side(place: float, validation: float, test: float) -> str:
    return next(side for side, (_, end) in _stretches(validation, test).items() if place < end)


def _filled(sides: dict[str, str], validation: float, test: float) -> dict[str, str]:
    """Empty side → the group it is given, by the rule above."""
    if len(sides) < len(SPLITS):
        raise SourceError(
            f"the corpus holds {len(sides)} different {'tune' if len(sides) == 1 else 'tunes'}, and training, "
            f"validation and test need one each: add at least {len(SPLITS) - len(sides)} more MIDI files of other "
            "music (corpus.source.path and corpus.limit in params.yaml)"
        )
    sides, given = dict(sides), {}
    for split, (start, end) in _stretches(validation, test).items():
        if split in sides.values():
            continue
        counts = pd.Series(sides).value_counts()
        richest = min(counts.index[counts == counts.max()])
        distance = {
            group: max(start - _place(group), _place(group) - end) for group, side in sides.items() if side == richest
        }
        given[split] = min(distance, key=lambda group: (distance[group], group))
        sides[given[split]] = split
    return given


def _merged(notes: pd.DataFrame, pieces: pd.DataFrame, validation: float, test: float) -> list[dict[str, Any]]:
    alone = pieces["piece"].map(tune_keys(notes)).map(lambda key: _side(_place(key), validation, test))
    by_group = pieces["group"].map(group_sides(pieces["group"], validation, test))
    moved = pieces.assign(alone=alone)[np.asarray(alone != by_group)]
    return [
        {
            "group": group,
            "split": members["split"].iloc[0],
            "alone_elsewhere": dict(zip(members["piece"], members["alone"], strict=True)),
        }
        for group, members in moved.groupby("group", sort=True)
    ]
