"""The facts of a corpus: where it is from, by what right, what was taken and left out, and what the notes are like.

Only what was counted or is known of the source; `card` puts it into words. Equal music gives equal facts wherever it
lies: no date is in them, no machine and no folder's name.
"""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from counterpoint.notes.keys import find_keys
from counterpoint.notes.table import TICKS_PER_QUARTER

LICENCES = {
    # what music21/corpus/license.txt and its package's documentation say, and no more
    "music21": "The music is by {composers} and in the public domain. The encodings are those of "
    "music21's corpus and keep their own terms, beside music21's BSD licence: its corpus/license.txt says that they "
    "are distributed with the permission of the encoders and where United States copyright law permits; that, to the "
    "best of its makers' knowledge, they may be under copyright but are licensed for use, perhaps with restrictions on "
    "commercial use; and that they may or may not be free in your jurisdiction.",
    "directory": "Unknown to the pipeline. Whoever gave it these files has to say by what right they are used, and "
    "what may be done with a model trained on them.",
}
# composers: folder of music21's corpus, below which the files of each lie if there are several → name and years
_WORKS: dict[str, dict[str, Any]] = {
    "bach-chorales": {
        "title": "four-part chorales",
        "composers": {"bach": ("Johann Sebastian Bach", "1685–1750")},
        "genre": "chorale",
        "files": "",  # what they say of themselves
    },
    "string-quartets": {
        "title": "string quartets",
        "composers": {
            "haydn": ("Joseph Haydn", "1732–1809"),
            "mozart": ("Wolfgang Amadeus Mozart", "1756–1791"),
            "beethoven": ("Ludwig van Beethoven", "1770–1827"),
        },
        "genre": "string quartet",
        "files": " The files themselves name the programs that wrote them, and neither encoders nor terms.",
    },
}
_MAJOR = ("C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_MINOR = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B")


def corpus_facts(
    listing: dict[str, Any],
    *,
    notes: pd.DataFrame,
    pieces: pd.DataFrame,
    manifest: pd.DataFrame,
    splits: dict[str, Any],
) -> dict[str, Any]:
    """Everything known of a corpus, as plain JSON.

    listing: data/corpus.json, as `sources.write_listing` writes it. notes, pieces: the note table and the piece table.
    manifest: ingest's, a row a file. splits: what `splits.summary` says.

    Counts are whole numbers; `quarter_notes` is a piece's length to its last release; tempi are in quarter notes a
    minute; keys are found (`notes.keys.find_keys`), for a MIDI file need not say them. Mappings of counts begin with
    the commonest. `works` is None for a folder of the user's own, where only files are known.
    """
    return {
        **_provenance(listing),
        "works": _works(listing),
        "files": {
            "seen": len(manifest),
            "taken": int((manifest["status"] == "ok").sum()),
            "left_out": _reasons(manifest.loc[manifest["status"] != "ok", "reason"]),
        },
        **{name: splits[name] for name in ("pieces", "notes", "groups", "largest_group", "twins", "splits")},
        "quarter_notes": _lengths(notes),
        "ticks_per_quarter_note": TICKS_PER_QUARTER,
        "tracks": _tracks(notes, pieces),
        "drum_notes": int(notes["is_drum"].sum()),
        "pitch": _range(notes.loc[~notes["is_drum"].to_numpy(bool), "pitch"]),
        "velocity": _range(notes["velocity"]) | {"distinct": int(notes["velocity"].nunique())},
        "metres": _metres(pieces["time_signatures"]),
        "keys": _keys(notes),
        "key_signatures": int(sum(len(written) > 0 for written in pieces["key_signatures"])),
        "tempo_bpm": _counts(pieces["tempo_bpm"].round(2).map("{:g}".format)),
    }


def _provenance(listing: dict[str, Any]) -> dict[str, Any]:
    """The facts `source` and `licence`, naming whose works were taken; composers: how many, if several."""
    kind, works = listing["source"]["kind"], _WORKS.get(listing["source"].get("works", ""))
    if works is None:
        return {"source": {"kind": kind}, "licence": LICENCES[kind]}
    known, folders = works["composers"], {file.partition("/")[0] for file in listing["files"]}
    composers = dict(named for folder, named in known.items() if len(known) == 1 or folder in folders)
    by = _listed([f"{name} ({years})" for name, years in composers.items()])
    several = {"composers": len(composers)} if len(composers) > 1 else {}
    described = {"title": works["title"], "composer": _listed([*composers]), **several, "genre": works["genre"]}
    return {"source": {"kind": kind, **described}, "licence": LICENCES[kind].format(composers=by) + works["files"]}


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _works(listing: dict[str, Any]) -> dict[str, Any] | None:
    if "taken" not in listing:
        return None
    left_out = listing["left_out"]
    return {
        "seen": listing["taken"] + len(left_out),
        "taken": listing["taken"],
        "left_out": _reasons(left_out.values()),
    }


def _reasons(reasons: Iterable[str]) -> dict[str, int]:
    return _counts([_reason(reason) for reason in reasons])


def _reason(reason: str) -> str:
    """The kind of reason: without the file's own numbers, its neighbours' names and what a parser had to say."""
    for beginning, other in (("the same bytes as", "another file"), ("is another edition of", "a work taken")):
        if reason.startswith(beginning):
            return f"{beginning} {other}"
    return re.sub(r"-?\d+(\.\d+)?", "…", reason.partition(": ")[0])


def _counts(values: Iterable[str]) -> dict[str, int]:
    """Value → how often, the commonest first, then by name."""
    counted = pd.Series(list(values), dtype=object).value_counts()
    return {str(name): int(count) for name, count in sorted(counted.items(), key=lambda item: (-item[1], str(item[0])))}


def _lengths(notes: pd.DataFrame) -> dict[str, float]:
    last = (notes["onset"].astype(np.int64) + notes["duration"]).groupby(notes["piece"]).max() / TICKS_PER_QUARTER
    spread = {"all": last.sum(), "shortest": last.min(), "median": last.median(), "longest": last.max()}
    return {name: round(float(value), 2) for name, value in spread.items()}


def _tracks(notes: pd.DataFrame, pieces: pd.DataFrame) -> dict[str, Any]:
    """How many tracks a piece has → pieces; and the tracks' names, where all pieces name them alike."""
    names = {tuple(written) for written in pieces["track_names"]}
    alike = list(names.pop()) if len(names) == 1 else []
    return {
        "a_piece": _counts(notes.groupby("piece")["track"].nunique().astype(str)),
        "names": [str(name) for name in alike] if any(alike) else None,
    }


def _range(values: "pd.Series[int]") -> dict[str, int | None]:
    if values.empty:
        return {"lowest": None, "highest": None}
    return {"lowest": int(values.min()), "highest": int(values.max())}


def _metres(signatures: Iterable[Iterable[dict[str, int]]]) -> dict[str, Any]:
    """The metre a piece begins in → pieces; and how many pieces have more than one."""
    written = [[f"{one['numerator']}/{one['denominator']}" for one in piece] for piece in signatures]
    return {"first": _counts(piece[0] for piece in written), "changing": sum(len(set(piece)) > 1 for piece in written)}


def _keys(notes: pd.DataFrame) -> dict[str, int]:
    found = find_keys(notes)
    found = found[found["correlation"] > 0]  # a piece without pitches, or that prefers none, is in no key
    return _counts(
        f"{_MINOR[tonic]} minor" if minor else f"{_MAJOR[tonic]} major"
        for tonic, minor in zip(found["tonic"], found["minor"], strict=True)
    )
