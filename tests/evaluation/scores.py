"""Small music written down by voice, and music21's reading of the same chorales."""

from functools import cache
from pathlib import Path

import pandas as pd

from counterpoint.evaluation.music import Music, music
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import empty_notes, note_table

CHORALES = ("bwv17.7", "bwv244.15", "bwv244.17", "bwv64.8", "bwv66.6", "bwv87.7")
_FOLDER = Path(__file__).parents[1] / "data" / "chorales"


def voices(piece: str, *lines: str, ticks: int = 24, drums: tuple[int, ...] = ()) -> pd.DataFrame:
    """The note table of a piece: each line is one track, its words MIDI numbers `ticks` long, "-" held on, "." a rest.

    A word of several numbers joined by "+" is struck at once.
    """
    rows = []
    for track, line in enumerate(lines):
        sounding: list[dict] = []
        for place, word in enumerate(line.split()):
            if word == "-":
                for note in sounding:
                    note["duration"] += ticks
                continue
            sounding = []
            if word != ".":
                shared = {"piece": piece, "track": track, "is_drum": track in drums, "onset": place * ticks}
                sounding = [{**shared, "duration": ticks, "pitch": int(number)} for number in word.split("+")]
            rows += sounding
    return note_table(**pd.DataFrame(rows).to_dict("list")) if rows else empty_notes()


def written(*lines: str, ticks: int = 24, bar_ticks: int = 96, drums: tuple[int, ...] = ()) -> Music:
    """`voices` as the only piece."""
    return music(voices("only", *lines, ticks=ticks, drums=drums), pieces=["only"], bar_ticks=bar_ticks)


@cache
def chorale(name: str) -> pd.DataFrame:
    """The note table of one of the chorales kept for tests."""
    return read_midi((_FOLDER / f"{name}.mid").read_bytes(), name, max_notes=5000, max_beats=500)[0]


@cache
def spelled(name: str) -> list[list[tuple[int, int, object]]]:
    """The same chorale in music21's own score: of each part (onset, release, music21 pitch), ticks, ties joined."""
    from music21 import corpus

    parts = corpus.parse(f"bach/{name}").expandRepeats().parts
    return [
        [
            (round(note.offset * 24), round((note.offset + note.quarterLength) * 24), note.pitch)
            for note in part.stripTies().flatten().notes
        ]
        for part in parts
    ]


def sounding(part: list[tuple[int, int, object]], tick: int):
    """What `part` sounds at `tick`: a music21 pitch, or None."""
    return next((pitch for onset, release, pitch in part if onset <= tick < release), None)
