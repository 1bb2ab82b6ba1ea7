"""Five tiny pieces, worked out by hand, and real files as Music and as muspy's objects."""

from pathlib import Path

import muspy
import numpy as np
import pandas as pd

from counterpoint.evaluation.music import Music, music
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import note_table

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(DATA.glob("chorales/*.mid")) + sorted(DATA.glob("freedoom/*.mid"))

# (track, onset, duration, pitch); a C5 is held over the first bar line, track 1 rests in the first bar, the rest is
# bars of 4/4. Track 2 is drums.
FOUR_FOUR = [
    (0, 0, 24, 60),
    (0, 24, 12, 62),
    (0, 36, 12, 64),
    (0, 72, 48, 72),
    (0, 120, 6, 65),
    (1, 96, 96, 43),
    (1, 192, 9, 54),
    (1, 216, 11, 49),
]
DRUMS = [(2, 0, 3, 36), (2, 12, 3, 38), (2, 20, 3, 42), (2, 144, 3, 36)]
# Three bars of 3/4 in A minor; track 1 begins in unison with track 0 and doubles its B.
THREE_FOUR = [
    (0, 0, 72, 69),
    (0, 72, 72, 71),
    (0, 144, 9, 72),
    (0, 153, 63, 74),
    (1, 0, 36, 69),
    (1, 36, 36, 64),
    (1, 72, 8, 65),
    (1, 80, 64, 71),
    (1, 144, 72, 68),
]
DRUMS_ALONE = [(3, 0, 3, 36), (3, 31, 3, 81)]
# A piece may last longer than its notes: two bars of silence.
LENGTHS = {"four four": 288, "three four": 216, "nothing": 0, "silence": 192, "drums": 34}


def table(rows: list[tuple[int, int, int, int]], piece: str = "piece", **columns) -> pd.DataFrame:
    """A note table of (track, onset, duration, pitch)."""
    track, onset, duration, pitch = zip(*rows, strict=True)
    return note_table(piece=piece, track=track, onset=onset, duration=duration, pitch=pitch, **columns)


def small() -> Music:
    """drums, four four, nothing, silence, three four: the order of the pieces in every expected array."""
    notes = pd.concat(
        [
            table(THREE_FOUR, "three four"),
            table(FOUR_FOUR + DRUMS, "four four", is_drum=[False] * len(FOUR_FOUR) + [True] * len(DRUMS)),
            table(DRUMS_ALONE, "drums", is_drum=True),
        ],
        ignore_index=True,
    )
    bars = {name: 72 if name == "three four" else 96 for name in LENGTHS}
    return music(notes, pieces=list(LENGTHS), bar_ticks=bars, lengths=LENGTHS)


def one(rows: list[tuple[int, int, int, int]], **columns) -> Music:
    """One piece of (track, onset, duration, pitch), in 4/4."""
    return music(table(rows, **columns))


def random_music(seed: int) -> Music:
    """Three pieces of up to three tracks, one of them drums for even seeds, in bars of 96, 72 and 17 ticks."""
    random = np.random.default_rng(seed)
    count = 40
    track = random.integers(0, 3, count)
    notes = note_table(
        piece=random.choice(["a", "b", "c"], count),
        track=track,
        is_drum=(track == 2) & (seed % 2 == 0),
        onset=random.integers(0, 400, count),
        duration=random.integers(1, 130, count),
        pitch=random.integers(55, 70, count),
    )
    return music(notes, pieces=["a", "b", "c", "d"], bar_ticks={"a": 96, "b": 72, "c": 17, "d": 48})


def real() -> tuple[Music, dict[str, pd.DataFrame]]:
    """The files of tests/data as Music, in the bars of their first metre, and their note tables by name."""
    tables, bars = {}, {}
    for file in FILES:
        notes, facts = read_midi(file.read_bytes(), file.stem, max_notes=50_000, max_beats=5_000)
        _, numerator, denominator = facts.time_signatures[0]
        tables[file.stem], bars[file.stem] = notes, 96 * numerator // denominator
    return music(pd.concat(tables.values(), ignore_index=True), bar_ticks=bars), tables


def as_muspy(notes: pd.DataFrame, *, resolution: int = 24) -> muspy.Music:
    """muspy's object of one piece's note table."""
    tracks = [
        muspy.Track(
            is_drum=bool(part["is_drum"].iloc[0]),
            notes=[
                muspy.Note(time=onset, pitch=pitch, duration=duration)
                for onset, pitch, duration in zip(*(part[name].tolist() for name in columns), strict=True)
            ],
        )
        for columns in [("onset", "pitch", "duration")]
        for _, part in notes.groupby(["track", "is_drum"])
    ]
    return muspy.Music(resolution=resolution, tracks=tracks)
