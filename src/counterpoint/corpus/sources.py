"""Where music comes from: a folder of the user's own, listed as it is; which works of music21's were taken."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

MIDI_SUFFIXES = (".mid", ".midi")
LICENCES = {
    "music21": "Encodings of works in the public domain, from the corpus that music21 ships; "
    "their terms are in that package's corpus/license.txt",
    "directory": "The user's own files, under whatever terms they came with",
}


class SourceError(ValueError):
    """There is no music where params.yaml says; the message says which key to mend."""


class Work(TypedDict):
    """A work seen: the file it became (below the corpus folder), or the reason why it was left out."""

    work: str
    file: str | None
    reason: str | None


def list_directory(folder: Path) -> list[str]:
    """Every .mid and .midi file below `folder` (either case), sorted by path. Raises SourceError if there is none."""
    if not folder.is_dir():
        raise SourceError(
            f"{folder} is {'not a folder' if folder.exists() else 'missing'}: set corpus.source.path in params.yaml to "
            "the folder that holds your MIDI"
        )
    found = [path for path in files_below(folder) if is_midi_name(path)]
    if not found:
        raise SourceError(
            f"{folder} holds no .mid or .midi file, nor does any folder below it: set corpus.source.path in "
            "params.yaml to the folder that holds your MIDI"
        )
    return found


def refuse_what_dvc_cannot_read(folder: Path) -> None:
    """SourceError for a name below `folder` that is no UTF-8, or a link to nowhere, which DVC's digest ends at.

    DVC itself would not say which file.
    """
    for parent, folders, names in os.walk(folder):
        for path in (Path(parent) / name for name in (*folders, *names)):
            if path.is_symlink() and not path.exists():
                raise SourceError(f"{path} is a link to nowhere: remove it, for DVC cannot take its digest")
            if any("\udc80" <= letter <= "\udcff" for letter in path.name):
                shown = os.fsencode(path).decode("utf-8", "backslashreplace")
                raise SourceError(f"the name of {shown} is not UTF-8: rename it, for DVC cannot take its digest")


def write_listing(path: Path, source: dict[str, Any], works: list[Work] | None = None) -> None:
    """Write the source and its licence and, of `works`, what was taken and what left out, with why, as JSON.

    Equal corpora are equal bytes. source: the section corpus.source of params.yaml. works: None for a folder of the
    user's, where files come and go without this listing's knowledge: ingest's manifest has a row for each.
    """
    content: dict[str, Any] = {"source": source, "licence": LICENCES[source["kind"]]}
    if works is not None:
        content |= {
            "taken": sum(work["file"] is not None for work in works),
            "files": [work["file"] for work in works if work["file"] is not None],
            "left_out": {work["work"]: work["reason"] for work in works if work["file"] is None},
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def files_below(folder: Path) -> list[str]:
    """Every regular file below `folder`, as sorted POSIX paths relative to it.

    Links to files count; links to folders are not followed, so a loop of links ends the walk nowhere.
    """
    return sorted(_walk(folder))


def is_midi_name(path: str) -> bool:
    return path.lower().endswith(MIDI_SUFFIXES)


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Orders names as people do: bwv2.6 before bwv10.7."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", name)]


def _walk(folder: Path) -> Iterator[str]:
    for parent, _, names in os.walk(folder, followlinks=False):
        below = Path(parent).relative_to(folder)
        for name in names:
            if (folder / below / name).is_file():
                yield (below / name).as_posix()
