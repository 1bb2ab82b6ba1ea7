"""An n-gram of four-part music: its symbols are slices, each what every voice does between two successive changes."""

import numpy as np
import pandas as pd

from counterpoint.models.ngram.interpolated import Interpolated, Sequences
from counterpoint.models.ngram.streams import NAMES, SMOOTHINGS
from counterpoint.models.ngram.writing import write
from counterpoint.notes.table import note_table

VOICES = 4
SILENT = -1
START, END, UNKNOWN = 0, 1, 2
SPECIALS = 3


def slices(notes: pd.DataFrame) -> dict[str, np.ndarray]:
    """Piece → int64 (slices, 2 · VOICES + 1): each voice's pitch (SILENT: none), whether it is struck, and the ticks.

    notes: tracks 0 to 3, each sounding one note at a time (of two, the one that began later is heard). A slice ends
    where any voice begins or ends a note.
    """
    result = {}
    for piece, of_piece in notes.groupby("piece", sort=True):
        onset = of_piece["onset"].to_numpy(np.int64)
        release = onset + of_piece["duration"].to_numpy(np.int64)
        times = np.unique(np.concatenate([[0], onset, release]))
        table = np.full((len(times) - 1, 2 * VOICES + 1), SILENT)
        table[:, VOICES : 2 * VOICES] = 0
        table[:, -1] = np.diff(times)
        first, last = np.searchsorted(times, onset), np.searchsorted(times, release)
        for track, pitch, begin, end in zip(of_piece["track"], of_piece["pitch"], first, last, strict=True):
            table[begin:end, track] = pitch
            table[begin, VOICES + track] = 1
        result[str(piece)] = table
    return result


def notes_of(pieces: dict[str, np.ndarray]) -> pd.DataFrame:
    """The note table of slices: inverse of `slices`. A voice that is held where it was silent, or on another pitch, is
    taken as struck.
    """
    rows = []
    for piece, table in pieces.items():
        times = np.concatenate([[0], np.cumsum(table[:, -1])])
        for track in range(VOICES):
            pitch = table[:, track]
            begins = np.append(True, pitch[1:] != pitch[:-1]) | (table[:, VOICES + track] == 1)
            first = np.flatnonzero(begins)
            last = np.append(first[1:], len(pitch))
            sounding = pitch[first] != SILENT
            onset, release = times[first][sounding], times[last][sounding]
            rows.append(
                pd.DataFrame(
                    {
                        "piece": piece,
                        "track": track,
                        "onset": onset,
                        "duration": release - onset,
                        "pitch": pitch[first][sounding],
                    }
                )
            )
    return note_table(**{str(name): column.to_numpy() for name, column in pd.concat(rows).items()})


def imitate(
    training: pd.DataFrame, validation: pd.DataFrame, *, orders: int, count: int, length: int, seed: int
) -> tuple[pd.DataFrame, str]:
    """`count` pieces of at most `length` slices, named "000", "001", …, and what wrote them.

    Of orders 1 to `orders` and both smoothings, the n-gram takes that which likes the validation pieces best. What
    training lacks of their slices is not foretold by any, and so counts for none; what follows it is foretold from what
    lies between. Below order 1, END and all known slices are alike.
    """
    learnt, judged = list(slices(training).values()), list(slices(validation).values())
    known, number = np.unique(np.concatenate(learnt), axis=0, return_inverse=True)
    size = len(known) + SPECIALS
    sequences = _sequences(np.split(number + SPECIALS, np.cumsum([len(of) for of in learnt])[:-1]))
    place = {row.tobytes(): index + SPECIALS for index, row in enumerate(known)}
    scored = _sequences([np.array([place.get(row.tobytes(), UNKNOWN) for row in of]) for of in judged])
    base = np.full(size, 1 / (len(known) + 1))
    base[[START, UNKNOWN]] = 0
    scored = Sequences(scored.symbols, scored.depth, scored.predicted[scored.symbols[scored.predicted] != UNKNOWN])
    fitted = {
        (smoothing, order): Interpolated.fit(sequences, base, order, smoothing)
        for smoothing in SMOOTHINGS
        for order in range(1, orders + 1)
    }
    best = min(fitted, key=lambda key: fitted[key].nats(scored).mean())
    written = write(fitted[best], START, END, count=count, length=length, random=np.random.default_rng(seed))
    pieces = {f"{i:03d}": known[of - SPECIALS] for i, of in enumerate(written) if len(of)}
    return notes_of(pieces), f"{NAMES[best[0]]} n-gram of order {best[1]}"


def _sequences(pieces: list[np.ndarray]) -> Sequences:
    """START, the piece's symbols, END, piece after piece."""
    symbols = np.concatenate([np.concatenate([[START], of, [END]]) for of in pieces]).astype(np.int64)
    lengths = np.array([len(of) + 2 for of in pieces])
    depth = np.arange(len(symbols)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return Sequences(symbols, depth, np.flatnonzero(depth))
