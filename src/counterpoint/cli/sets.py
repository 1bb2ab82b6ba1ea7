"""The sets of music that `counterpoint evaluate` compares: folders of MIDI, and the splits of a project."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from counterpoint import paths
from counterpoint.cli.plainly import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from counterpoint.evaluation.textures import Texture

# Every excerpt is compared with every other, which takes time and memory that grow with the square of their number.
MOST_EXCERPTS = 6000
OK = "ok"
_SHOWN_REASONS = 3
_NEEDS = {
    "melody": "a note that is not a drum's",
    "chords": "a note that is not a drum's",
    "voices": "four pitched tracks, no more and no fewer",
    "band": "a note of a drum or of an instrument, not of an effect",
}


@dataclass(frozen=True, eq=False)
class Set:
    """The music of a folder, or of a split of the project."""

    name: str
    notes: "pd.DataFrame"
    digests: frozenset[str]  # SHA-256 of the files that were read
    files: Mapping[str, str] = field(default_factory=dict)  # file → "ok", or "STATUS: REASON"
    track_names: Mapping[str, Sequence[str]] = field(default_factory=dict)  # piece → of its tracks, in their order


def shown(path: Path | str) -> str:
    """A path as a terminal and JSON can hold it: bytes that are no UTF-8, and letters that print nothing, escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def refuse_what_holds_no_music(folder: Path, what: str) -> None:
    """UsageError where `folder` has no MIDI file; `what` it is, to name it."""
    from counterpoint.corpus.sources import files_below, is_midi_name

    if not folder.is_dir():
        state = "is not a folder" if folder.exists() else "is missing"
        raise UsageError(f"{what}, {shown(folder)}, {state}: give a folder that holds .mid or .midi files")
    if not any(map(is_midi_name, files_below(folder))):
        raise UsageError(f"{what}, {shown(folder)}, holds no .mid or .midi file, nor does any folder below it")


def read_folder(folder: Path, what: str, *, once: bool = False) -> Set:
    """Every MIDI file below `folder`; `what` it is, to name it in an error.

    once: of files with the same bytes only the first, as befits what others are compared with. Raises UsageError where
    none can be read.
    """
    from counterpoint.corpus.ingest import read_all

    name, found = shown(folder), read_all(folder)
    rows = found.manifest[["path", "status", "reason"]].astype(str).to_numpy().tolist()
    files = {shown(folder / path): OK if status == OK else f"{status}: {reason}" for path, status, reason in rows}
    if found.pieces.empty:
        reasons = [f"{file}: {status}" for file, status in files.items()]
        more = ["…"] if len(reasons) > _SHOWN_REASONS else []
        raise UsageError(
            f"none of the {len(files)} MIDI files below {what}, {name}, can be read: "
            + "; ".join(reasons[:_SHOWN_REASONS] + more)
        )
    notes, pieces = found.notes, found.pieces
    copies = pieces["sha256"].duplicated()
    if once and copies.any():
        first = pieces[~copies].set_index("sha256")["source"]
        for source, digest in zip(pieces.loc[copies, "source"], pieces.loc[copies, "sha256"], strict=True):
            files[shown(folder / source)] = f"duplicate: the same bytes as {shown(folder / first[digest])}"
        notes = notes[~notes["piece"].isin(pieces.loc[copies, "piece"])].reset_index(drop=True)
    names = dict(zip(pieces["piece"], pieces["track_names"], strict=True))
    return Set(name, notes, frozenset(pieces["sha256"]), files, names)


def project_root() -> Path:
    """The project around, or a UsageError that asks for --reference."""
    try:
        return paths.project_root()
    except FileNotFoundError:
        raise UsageError(
            "--reference is missing: the folder of real music to judge against. Inside a project it would be the "
            "held-out test split, but there is no dvc.yaml here or in any folder above"
        ) from None


def read_split(split: str, root: Path) -> Set:
    """A split of the project at `root`. Raises UsageError where it is not built."""
    from counterpoint.notes.table import read_notes, read_pieces

    for path in (root / paths.NOTES, root / paths.PIECES):
        if not path.is_file():
            raise UsageError(f"{shown(path)} is not there yet: build it with `dvc repro ingest`, or give --reference")
    notes, pieces = read_notes(root / paths.NOTES), read_pieces(root / paths.PIECES)
    chosen = pieces[pieces["split"] == split]
    return Set(
        f"the project's {'held-out test' if split == 'test' else 'training'} split",
        notes[notes["piece"].isin(chosen["piece"])].reset_index(drop=True),
        frozenset(chosen["sha256"]),
    )


def notes_of(given: Set, texture: "Texture") -> "pd.DataFrame":
    """The notes of a set; of a band or of voices on its tracks, so that a track means the same in every piece.

    A piece that is not of four voices stays as it is.
    """
    import pandas as pd

    from counterpoint.encodings.band import as_band
    from counterpoint.notes.table import SORT_KEYS
    from counterpoint.notes.voices import four_voices

    if texture == "band":
        return as_band(given.notes)
    if texture != "voices":
        return given.notes
    voices = four_voices(given.notes, track_names=given.track_names)
    others = given.notes[~given.notes["piece"].isin(voices["piece"])]
    return pd.concat([voices, others]).sort_values(SORT_KEYS, kind="stable", ignore_index=True)


def fit_to_judge(given: Set, texture: "Texture", seed: int) -> tuple["pd.DataFrame", list[str]]:
    """The notes to judge, and what is to be said of them: all, or as many pieces, drawn, as `MOST_EXCERPTS` allow.

    Raises UsageError where fewer than two pieces can be rendered, for then there is no distance.
    """
    import numpy as np

    from counterpoint.evaluation.textures import excerpts, piece_of, render

    notes = notes_of(given, texture)
    lost = sorted(set(given.notes["piece"]) - set(notes["piece"]))
    said = [f"{given.name}: left out, as they hold nothing but effects: {', '.join(lost)}"] if lost else []
    cut = excerpts(render(notes, texture))["piece"].unique()
    pieces, counts = np.unique([piece_of(name) for name in cut], return_counts=True)
    if len(pieces) < 2:
        raise UsageError(_too_few(given, texture, len(pieces)))
    if len(cut) <= MOST_EXCERPTS:
        return notes, said
    order = np.random.default_rng(seed).permutation(len(pieces))
    kept = pieces[order[: max(2, int((counts[order].cumsum() <= MOST_EXCERPTS).sum()))]]
    said.append(
        f"{given.name} has {len(cut)} excerpts, and {MOST_EXCERPTS} can be compared: {len(kept)} of its {len(pieces)} "
        "pieces were drawn by --seed"
    )
    return notes[notes["piece"].isin(kept)].reset_index(drop=True), said


def _too_few(given: Set, texture: "Texture", rendered: int) -> str:
    pieces = given.notes["piece"].nunique()
    unread = sum(status != OK for status in given.files.values())
    beside = f" ({unread} more {'file was' if unread == 1 else 'files were'} not taken)" if unread else ""
    other = "; try --texture melody or chords" if texture == "voices" else ""
    if not rendered:
        return (
            f"none of the {pieces} pieces of {given.name} can be rendered as {texture}, "
            f"which takes {_NEEDS[texture]}{beside}{other}"
        )
    needed = "at least 2 are needed, for distance_to_real asks how pieces differ"
    if pieces == 1:
        return f"{given.name} holds 1 piece{beside}; {needed}: add music"
    return (
        f"only 1 of the {pieces} pieces of {given.name} can be rendered as {texture}, which takes {_NEEDS[texture]}"
        f"{beside}; {needed}{other}"
    )


def overlaps(judged: Set, real: Set, training: Set | None) -> list[str]:
    """What files that stand in two sets do to the numbers."""
    said = []
    if shared := _in_common(judged, real):
        said.append(f"{shared}, so the distance is too small")
    if training and (shared := _in_common(real, training)):
        said.append(f"{shared}, so real music seems to copy more than it does")
    return said


def _in_common(one: Set, other: Set) -> str:
    count = len(one.digests & other.digests)
    return f"{one.name} and {other.name} have {count} {'file' if count == 1 else 'files'} in common" if count else ""
