"""How much flat arrays bring over a library's note objects in judging music, on one machine in one run.

    python benchmarks/evaluation.py [--json FILE] [--seconds 5]

Every metric of the texture `voices` on the six chorales of tests/data: `evaluation.catalog.measure` against the same
metrics over music21 and muspy objects, which must come to the same numbers. Arrays take a set at once, and are timed
on the six repeated until they are 504 pieces; objects go piece by piece, and are timed on the six. Once with the music
already read on every side (our arrays, their objects), once with reading the MIDI in on every side. Only the ratios are
meant for comparing. And how long 500 four-voice pieces take us, from note tables on: whole chorales from data/notes if
it has been built, else from tests/data, repeated until they are 500.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from _by_objects import Library, Music21, Muspy
from counterpoint.evaluation.catalog import measure
from counterpoint.evaluation.music import Music, music
from counterpoint.evaluation.textures import render
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import TICKS_PER_QUARTER, read_notes

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "tests" / "data" / "chorales").glob("*.mid"))
BAR_QUARTERS = {file.stem: 3 if file.stem == "bwv17.7" else 4 for file in FILES}
PIECES, GOAL_RATIO, GOAL_SECONDS = 500, 20, 60


def seconds_of(work: Callable[[], object], at_least: float) -> float:
    """Seconds that `work` takes, the least of as many times as fit, one at least: what else runs only adds to it."""
    times, begun = [], time.perf_counter()
    while not times or time.perf_counter() - begun < at_least:
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def read(rounds: int = 1) -> pd.DataFrame:
    """The note table of all files, in four voices; every file is read `rounds` times, as so many pieces."""
    tables = [
        read_midi(file.read_bytes(), f"{file.stem} {number}", max_notes=5000, max_beats=500)[0]
        for number in range(rounds)
        for file in FILES
    ]
    return render(pd.concat(tables, ignore_index=True), "voices")


def arrays(notes: pd.DataFrame) -> Music:
    bars = {name: BAR_QUARTERS[name.split()[0]] * TICKS_PER_QUARTER for name in notes["piece"].unique()}
    return music(notes, bar_ticks=bars)


def read_objects(library: type[Muspy] | type[Music21]) -> list[Library]:
    return [library.read(file, BAR_QUARTERS[file.stem]) for file in FILES]


def measure_objects(pieces: list[Library]) -> pd.DataFrame:
    return pd.DataFrame([piece.measure() for piece in pieces], index=list(BAR_QUARTERS))


def comparison(seconds: float) -> dict[str, dict[str, float]]:
    """Pieces a second of each side, by what is timed."""
    rounds = -(-PIECES // len(FILES))
    many = arrays(read(rounds))
    figures = {
        "measured": {"counterpoint": len(many.pieces) / seconds_of(lambda: measure(fresh(many), "voices"), seconds)},
        "read and measured": {
            "counterpoint": len(many.pieces) / seconds_of(lambda: measure(arrays(read(rounds)), "voices"), seconds)
        },
    }
    found = measure(arrays(read()), "voices").rename(index=lambda name: name.split()[0])
    for library in (Music21, Muspy):
        library.read(FILES[0], BAR_QUARTERS[FILES[0].stem])
        begun = time.perf_counter()
        pieces = read_objects(library)
        reading = time.perf_counter() - begun
        # This first round warms up what the library keeps, too.
        theirs = measure_objects(pieces).loc[found.index, found.columns]
        np.testing.assert_allclose(found, theirs, atol=1e-9, err_msg=library.name)
        of_objects = seconds_of(lambda pieces=pieces: measure_objects(pieces), seconds)
        figures["measured"][library.name] = len(FILES) / of_objects
        figures["read and measured"][library.name] = len(FILES) / (reading + of_objects)
    return figures


def fresh(music: Music) -> Music:
    """The same music with nothing worked out and kept from an earlier round."""
    return replace(music)


def five_hundred() -> tuple[str, float]:
    """Where the pieces are from, and the seconds to judge 500 of them, their arrays made from a note table."""
    built = ROOT / "data" / "notes" / "notes.parquet"
    notes = render(read_notes(built), "voices") if built.exists() else read()
    pieces = notes["piece"].unique()
    rounds = [notes.assign(piece=f"{number} " + notes["piece"]) for number in range(-(-PIECES // len(pieces)))]
    repeated = pd.concat(rounds, ignore_index=True)
    kept = repeated["piece"].unique()[:PIECES]
    repeated = repeated[repeated["piece"].isin(kept)]
    source = "data/notes" if built.exists() else "tests/data"
    return f"{len(kept)} pieces, {len(repeated):,} notes, {source}", seconds_of(
        lambda: measure(music(repeated), "voices"), 0
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--seconds", type=float, default=5.0, help="of measuring, for each figure")
    arguments = parser.parse_args()
    figures = comparison(arguments.seconds)
    print(
        f"{'':20}{'counterpoint':>14}{'music21':>10}{'ratio':>9}{'muspy':>10}{'ratio':>9}{'goal':>8}"
        "   (pieces a second)"
    )
    for what, sides in figures.items():
        ours, music21, muspy = (sides[side] for side in ("counterpoint", "music21", "muspy"))
        sides |= {"music21 ratio": ours / music21, "muspy ratio": ours / muspy}
        print(
            f"{what:20}{ours:14,.0f}{music21:10,.2f}{ours / music21:8,.0f}×{muspy:10,.1f}{ours / muspy:8,.0f}×"
            f"{GOAL_RATIO:7}×"
        )
    pieces, seconds = five_hundred()
    print(f"{pieces}: {seconds:.1f} s (goal: under {GOAL_SECONDS} s)")
    if arguments.json:
        written = figures | {"five hundred": {"pieces": pieces, "seconds": seconds}}
        arguments.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
