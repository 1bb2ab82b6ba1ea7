"""Asking a generator for more than one request allows."""

from typing import Any

import pandas as pd

from counterpoint.models.generator import MOST_PIECES, Generator, Sampling
from counterpoint.notes.table import validate


def written(generator: Generator, asked: dict[str, Any], seed: int) -> pd.DataFrame:
    """The pieces that `asked` (fields of Sampling without the seed) says, as one note table, "000", "001", …

    Request after request, each with a seed of its own, counted on from `seed`: one seed alone may be lucky.
    """
    parts = []
    for first in range(0, asked["count"], MOST_PIECES):
        count = min(MOST_PIECES, asked["count"] - first)
        notes = generator.generate(Sampling(**asked | {"count": count, "seed": seed + first // MOST_PIECES}))
        parts.append(notes.assign(piece=[f"{first + int(piece):03d}" for piece in notes["piece"]]))
    return validate(pd.concat(parts, ignore_index=True))
