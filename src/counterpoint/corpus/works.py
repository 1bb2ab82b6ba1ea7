"""Works of music21's own corpus, exported as MIDI."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed
from tqdm import tqdm

from counterpoint.corpus.sources import SourceError, Work, natural_key


@dataclass(frozen=True)
class Collection:
    """composers: folders of music21's corpus, whose works of exactly four parts are taken, one folder after another.
    parts: what these four are called where a work does not say, the highest first.
    """

    composers: tuple[str, ...]
    parts: tuple[str, str, str, str]


COLLECTIONS = {
    "bach-chorales": Collection(("bach",), ("Soprano", "Alto", "Tenor", "Bass")),
    "string-quartets": Collection(("haydn", "mozart", "beethoven"), ("Violin I", "Violin II", "Viola", "Violoncello")),
}


def export_music21(works: str, folder: Path, *, limit: int | None = None, progress: bool = True) -> list[Work]:
    """Export music21's `works`, a name in `COLLECTIONS`, as MIDI into `folder`; one row a work, in natural order.

    A work is a file of music21's corpus, named by its path below the composer's folder, or below that of all composers
    if there are several. Repeats are played out, as music21's own export does. A piece with a pickup begins with as
    much silence as its first bar lacks, so that bar lines lie where the metre has them (music21 by itself begins such a
    piece at tick 0, one to three beats off). Velocities are music21's reading of dynamic marks and accents, 90 where
    there are none; crescendi are not in them. Track names are the part names; lyrics are left out. The same music21
    writes the same bytes.

    limit: look at the first so many works only. Raises SourceError for other works, or if nothing could be exported.
    """
    if works not in COLLECTIONS:
        known = " or ".join(map(repr, COLLECTIONS))
        raise SourceError(f"corpus.source.works is {works!r} in params.yaml, expected {known}")
    collection = COLLECTIONS[works]
    sources = _sources(collection)
    first = _first_editions(list(sources))
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [delayed(_export)(sources[name], name, folder, collection.parts) for name in first[:limit]]
    results = Parallel(n_jobs=-1, return_as="generator")(jobs)
    exported = list(tqdm(results, total=len(jobs), desc="music21 → MIDI", unit="work", disable=not progress))
    if not any(work["file"] for work in exported):
        raise SourceError(
            f"none of the first {len(exported)} works of music21's {works} could be exported: raise corpus.limit in "
            f"params.yaml; the first was left out because it {exported[0]['reason']}"
        )
    others = [] if limit is not None else _other_editions(list(sources))
    return sorted([*exported, *others], key=lambda work: natural_key(work["work"]))


def _sources(collection: Collection) -> dict[str, Path]:
    """Name → file of every work, composer after composer, each in natural order."""
    from music21 import corpus

    found: dict[str, Path] = {}
    for composer in collection.composers:
        paths = {_below(composer, path): path for path in corpus.getComposer(composer)}
        prefix = "" if len(collection.composers) == 1 else f"{composer}/"
        found |= {f"{prefix}{name}": paths[name] for name in sorted(paths, key=natural_key)}
    return found


def _below(composer: str, path: Path) -> str:
    """`path` as it is called below the composer's folder, the last of that name."""
    above = len(path.parts) - 1 - path.parts[::-1].index(composer)
    return "/".join(path.parts[above + 1 :])


def _first_editions(names: list[str]) -> list[str]:
    """One file a work, where it stands first; MusicXML, which names its parts, before Humdrum."""
    chosen: dict[str, str] = {}
    for name in sorted(names, key=lambda name: Path(name).suffix not in (".mxl", ".xml")):
        chosen.setdefault(_stem(name), name)
    return list(dict.fromkeys(chosen[_stem(name)] for name in names))


def _other_editions(names: list[str]) -> list[Work]:
    first = {_stem(name): name for name in _first_editions(names)}
    return [
        {"work": name, "file": None, "reason": f"is another edition of {first[_stem(name)]}"}
        for name in names
        if name != first[_stem(name)]
    ]


def _stem(name: str) -> str:
    return name.removesuffix(Path(name).suffix)


def _export(source: Path, name: str, folder: Path, parts: tuple[str, ...]) -> Work:
    from music21 import converter, stream

    try:
        # A plain parse: music21's cache of pickles would make a second export another code path.
        score = converter.parse(source, forceSource=True, storePickle=False)
        found = list(score.parts) if isinstance(score, stream.Score) else []
        if len(found) != 4:
            return {"work": name, "file": None, "reason": f"has {len(found)} parts, not four"}
        data = _midi_bytes(found, parts)
    except Exception as error:
        return {"work": name, "file": None, "reason": f"raises {type(error).__name__}: {error}"}
    file = folder / f"{_stem(name)}.mid"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return {"work": name, "file": f"{_stem(name)}.mid", "reason": None}


def _midi_bytes(parts: list[Any], names: tuple[str, ...]) -> bytes:
    """music21 parts as a MIDI file, repeats played out.

    The parts go in flat and already expanded: given bars, music21 copies the whole score twice to look for repeats.
    """
    from music21 import repeat, stream
    from music21.midi import translate

    flat = stream.Score()
    for part, other in zip(parts, names, strict=True):
        name = part.partName or other
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
