"""Groups of near-duplicates: the same tune twice, be it harmonised anew, transposed, ornamented or in another tempo.

A tune is a piece's highest line, seen in two ways: all its notes, and those alone that begin on a quarter of the grid
(which drops passing notes; a line played out of time has few of them, and is then compared by all its notes). Both are
cut into windows of eight notes in succession, taken as intervals, so that key and tempo do not count.

Two pieces are alike by the share of windows they have in common: of those of the shorter piece, in either view. All
that is linked by pieces alike is one group. The measure is Broder's containment ("On the Resemblance and Containment
of Documents", Compression and Complexity of Sequences 1997, section 1), windows of intervals in place of words.
"""

import hashlib

import numpy as np
import pandas as pd

from counterpoint.notes.lines import highest_line
from counterpoint.notes.table import TICKS_PER_QUARTER

WINDOW_NOTES = 8
# A piece with fewer windows is measured against this many, lest one phrase in common make two short pieces one tune.
FEWEST_WINDOWS = 16
# A window is compared over so many pieces that follow each other in its list. This keeps time and memory linear in the
# windows of a corpus; a tune that more pieces share is still one group, linked along the list.
NEIGHBOURS = 48


def groups(notes: pd.DataFrame, similarity: float) -> pd.Series:
    """The group key of every piece of the note table `notes`, indexed by piece, in alphabetical order.

    similarity: pieces that have at least this share of windows in common, above 0 and up to 1, are one tune. A group's
    key is the smallest of its members' tune keys: it depends on the music, not on names, order, key, or any piece
    outside it. A piece that joins a group changes its key only if its own is smaller.
    """
    keys = tune_keys(notes)
    # In the order of their keys, so that nothing below depends on names.
    ordered = keys.sort_values(kind="stable")
    line = highest_line(notes)
    number = pd.Series(np.arange(len(ordered)), ordered.index)[line["piece"]].to_numpy(np.int64)
    order = np.lexsort((line["onset"], number))
    number, onsets, pitches = number[order], line["onset"].to_numpy()[order], line["pitch"].to_numpy(np.int64)[order]
    on_beat = onsets % TICKS_PER_QUARTER == 0
    same = np.flatnonzero(ordered.to_numpy()[1:] == ordered.to_numpy()[:-1])
    first = _components(
        len(ordered),
        np.vstack(
            [
                _alike(number, pitches, len(ordered), similarity),
                _alike(number[on_beat], pitches[on_beat], len(ordered), similarity),
                np.column_stack([same, same + 1]),
            ]
        ),
    )
    return pd.Series(ordered.to_numpy()[first], ordered.index, name="group").sort_index()


def tune_keys(notes: pd.DataFrame) -> pd.Series:
    """A digest of every piece's tune, 16 hexadecimal digits, indexed by piece: equal in every key and at every start.

    It is taken of the highest line's intervals and the ticks between its onsets; of all notes where drums play alone.
    """
    line = highest_line(notes)
    drums = notes[~notes["piece"].isin(line["piece"].unique())]
    found = {}
    for table in (line, drums):
        table = table.sort_values(["piece", "onset", "pitch"], kind="stable")
        steps = table[["onset", "pitch"]].to_numpy(np.int64)
        starts = np.flatnonzero(table["piece"].to_numpy()[1:] != table["piece"].to_numpy()[:-1]) + 1
        for piece, tune in zip(table["piece"].unique(), np.split(steps, starts), strict=False):
            found[piece] = hashlib.sha256(np.diff(tune, axis=0).astype("<i4").tobytes()).hexdigest()[:16]
    return pd.Series(found, name="tune", dtype=object).sort_index()


def _alike(number: np.ndarray, pitches: np.ndarray, pieces: int, similarity: float) -> np.ndarray:
    """Pairs (n, 2) of piece numbers that share enough windows; `number` is the sorted piece number of each pitch."""
    windows, owners = _windows(number, pitches)
    sizes = np.bincount(owners, minlength=pieces)
    counted = [np.empty(0, np.int64)]
    for distance in range(1, min(NEIGHBOURS, len(windows) - 1) + 1):
        shared = np.flatnonzero(windows[distance:] == windows[:-distance])
        if not shared.size:
            break
        counted.append(owners[shared] * pieces + owners[shared + distance])
    pairs, common = np.unique(np.concatenate(counted), return_counts=True)
    ends = np.column_stack([pairs // max(pieces, 1), pairs % max(pieces, 1)])
    shorter = np.maximum(sizes[ends].min(axis=1), FEWEST_WINDOWS)
    return ends[common >= similarity * shorter]


def _windows(number: np.ndarray, pitches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every piece's distinct windows and the pieces they are of, sorted by window, then piece."""
    span = WINDOW_NOTES - 1
    if len(pitches) <= span:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    # Seven intervals of -127 to 127 are seven bytes: the window itself, no hash that could collide.
    intervals = (np.diff(pitches) + 128).astype(np.uint64)
    packed = np.zeros(len(intervals) - span + 1, np.uint64)
    for step in range(span):
        packed = packed << np.uint64(8) | intervals[step : step + len(packed)]
    within = number[span:] == number[:-span]
    windows, owners = packed[within], number[:-span][within]
    order = np.lexsort((owners, windows))
    windows, owners = windows[order], owners[order]
    fresh = np.ones(len(windows), bool)
    fresh[1:] = (windows[1:] != windows[:-1]) | (owners[1:] != owners[:-1])
    return windows[fresh], owners[fresh]


def _components(count: int, edges: np.ndarray) -> np.ndarray:
    """The smallest number in the connected component of each of `count` vertices, by union-find."""
    parent = list(range(count))

    def root(vertex: int) -> int:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = parent[vertex]
        return vertex

    for one, other in edges.tolist():
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return np.array([root(vertex) for vertex in range(count)], np.int64)
