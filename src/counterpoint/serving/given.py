"""Music that a caller gives, as a generator takes it: a beginning to go on from, a track to accompany.

What the service does, the command line does too.
"""

import pandas as pd

from counterpoint.notes.lines import highest_line
from counterpoint.notes.midi import PieceFacts
from counterpoint.notes.table import TICKS_PER_QUARTER


def beginning(notes: pd.DataFrame, texture: str) -> pd.DataFrame:
    """The notes of a file as a generator of that texture begins with them, from the first note on, drums left out.

    Of a melody it is the highest line. Raises ValueError where nothing is left.
    """
    pitched = notes[~notes["is_drum"].to_numpy(bool)]
    if pitched.empty:
        raise ValueError("it has no melody: all its notes are drums")
    chosen = highest_line(pitched) if texture == "melody" else pitched
    return chosen.assign(onset=chosen["onset"] - chosen["onset"].min())


def heard(notes: pd.DataFrame, texture: str) -> tuple[pd.DataFrame, list[str]]:
    """The notes of a file as a generator of that texture accompanies them, and what is to be said of it.

    Of voices it is the highest line.
    """
    if texture != "voices":
        return notes, []
    line = highest_line(notes)
    said = [f"its highest line is taken, {len(line)} of {len(notes)} notes"] if len(line) < len(notes) else []
    if line.empty:
        return line, said
    return line.assign(program=line["program"].iloc[0]), said  # one voice is one instrument, though many played it


def moved(facts: PieceFacts) -> list[str]:
    """What is to be said of notes that reading a file moved; nothing of a file whose notes stayed."""
    if not facts.moved_notes:
        return []
    many = "1 of its notes was" if facts.moved_notes == 1 else f"{facts.moved_notes} of its notes were"
    return [
        f"{many} moved onto the grid of {TICKS_PER_QUARTER} ticks a quarter note, by at most "
        f"{facts.furthest_beats:.2g} quarter notes"
    ]


def other_metre(facts: PieceFacts, bar_ticks: int, end: int) -> list[str]:
    """What is to be said of a file whose bars are not the model's; nothing if all are, up to its end (tick).

    It is no error: many files name a metre that is not theirs, or one in which other accents may be wanted.
    """
    for tick, numerator, denominator in facts.time_signatures:
        other_length = 4 * TICKS_PER_QUARTER * numerator != bar_ticks * denominator
        if tick < end and (other_length or tick % bar_ticks):
            came = "is" if tick == 0 else f"after {tick / TICKS_PER_QUARTER:g} quarter notes is"
            return [
                f"its metre {came} {numerator}/{denominator}, but the model hears and writes bars of "
                f"{bar_ticks / TICKS_PER_QUARTER:g} quarter notes from the file's beginning on: its strong beats are "
                "not this track's"
            ]
    return []
