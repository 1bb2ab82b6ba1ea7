"""Where music comes from: music21's own corpus, exported as MIDI, or a folder of the user's own, listed as it is."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from joblib import Parallel, delayed
from tqdm import tqdm

MIDI_SUFFIXES = (".mid", ".midi")
VOICES = ("Soprano", "Alto", "Tenor", "Bass")
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


def export_music21(works: str, folder: Path, *, limit: int | None = None, progress: bool = True) -> list[Work]:
    """Export music21's `works` (only "bach-chorales") as MIDI into `folder`; one row a work, in natural order of names.

    A chorale is a work of music21's Bach with exactly four parts. Repeats are played out, as music21's own export does.
    A piece with a pickup begins with as much silence as its first bar lacks, so that bar lines lie where the metre has
    them (music21 by itself begins such a piece at tick 0, one to three beats off). Track names are the part names;
    lyrics are left out. The same music21 writes the same bytes.

    limit: look at the first so many works only. Raises SourceError for other works, or if nothing could be exported.
    """
    if works != "bach-chorales":
        raise SourceError(f"corpus.source.works is {works!r} in params.yaml, expected 'bach-chorales'")
    from music21 import corpus

    sources = sorted(corpus.getComposer("bach"), key=lambda path: natural_key(path.name))
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [delayed(_export)(path, folder) for path in _first_editions(sources)[:limit]]
    results = Parallel(n_jobs=-1, return_as="generator")(jobs)
    exported = list(tqdm(results, total=len(jobs), desc="music21 → MIDI", unit="work", disable=not progress))
    if not any(work["file"] for work in exported):
        raise SourceError(
            f"none of the first {len(exported)} works of music21's Bach could be exported: raise corpus.limit in "
            f"params.yaml; the first was left out because it {exported[0]['reason']}"
        )
    others = [] if limit is not None else _other_editions(sources)
    return sorted([*exported, *others], key=lambda work: natural_key(work["work"]))


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


def _first_editions(sources: list[Path]) -> list[Path]:
    """One file a work; MusicXML, which names its parts, before Humdrum."""
    chosen: dict[str, Path] = {}
    for path in sorted(sources, key=lambda path: path.suffix not in (".mxl", ".xml")):
        chosen.setdefault(path.stem, path)
    return sorted(chosen.values(), key=lambda path: natural_key(path.name))


def _other_editions(sources: list[Path]) -> list[Work]:
    first = {path.stem: path.name for path in _first_editions(sources)}
    return [
        {"work": path.name, "file": None, "reason": f"is another edition of {first[path.stem]}"}
        for path in sources
        if path.name != first[path.stem]
    ]


def _export(source: Path, folder: Path) -> Work:
    from music21 import converter, stream

    try:
        # A plain parse: music21's cache of pickles would make a second export another code path.
        score = converter.parse(source, forceSource=True, storePickle=False)
        parts = list(score.parts) if isinstance(score, stream.Score) else []
        if len(parts) != 4:
            return {"work": source.name, "file": None, "reason": f"has {len(parts)} parts, not four"}
        data = _midi_bytes(parts)
    except Exception as error:
        return {"work": source.name, "file": None, "reason": f"raises {type(error).__name__}: {error}"}
    (folder / f"{source.stem}.mid").write_bytes(data)
    return {"work": source.name, "file": f"{source.stem}.mid", "reason": None}


def _midi_bytes(parts: list[Any]) -> bytes:
    """music21 parts as a MIDI file, repeats played out.

    The parts go in flat and already expanded: given bars, music21 copies the whole score twice to look for repeats.
    """
    from music21 import repeat, stream
    from music21.midi import translate

    flat = stream.Score()
    for part, voice in zip(parts, VOICES, strict=True):
        name = part.partName or voice
        first_bar = part.getElementsByClass(stream.Measure).first()
        played = part.expandRepeats() if part[repeat.RepeatMark] else part
        line = _after_pickup(played.flatten(), first_bar.paddingLeft if first_bar else 0.0)
        line.partName = name
        for note in line.notes:
            note.lyrics = []
        flat.insert(0, line)
    return translate.streamToMidiFile(flat).writestr()


def _after_pickup(line: Any, silence_beats: float) -> Any:
    """`line` begun `silence_beats` quarter notes later, its opening signatures and instrument still at 0."""
    if silence_beats:
        line.shiftElements(silence_beats)
        opening = line.getElementsByOffset(
            silence_beats, classList=("TimeSignature", "KeySignature", "MetronomeMark", "Instrument", "Clef")
        )
        for element in list(opening):
            line.setElementOffset(element, 0.0)
    return line
