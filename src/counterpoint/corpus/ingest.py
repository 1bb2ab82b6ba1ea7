"""A folder of MIDI to the note table and the piece table, with a manifest of every file seen."""

import hashlib
import math
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from joblib import Parallel, cpu_count, delayed
from tqdm import tqdm

from counterpoint.corpus.sources import SourceError, files_below, is_midi_name, list_directory
from counterpoint.corpus.supervised import Killed, Supervised
from counterpoint.notes.midi import MidiError, PieceFacts, read_midi
from counterpoint.notes.table import PIECE_SCHEMA, empty_notes, validate
from counterpoint.params import Ingest

MANIFEST_COLUMNS = ["path", "bytes", "sha256", "status", "reason"]
FILES_A_CHUNK = 512
SECONDS_A_FILE = 20.0
FILES_WORTH_A_PROCESS = 64  # which takes as long to start
LARGEST_FILE_BYTES = 64 * 2**20


@dataclass(frozen=True, eq=False)
class Ingested:
    notes: pd.DataFrame  # the note table of all pieces
    pieces: pd.DataFrame  # PIECE_SCHEMA, sorted by piece; group and split are still empty
    manifest: pd.DataFrame  # a row for every file seen: path, bytes, sha256, status, reason; sorted by path


@dataclass(frozen=True)
class Limits:
    """What a file may hold; the defaults are those of params.yaml."""

    max_notes: int = 50_000
    max_beats: int = 5000


class _Read(NamedTuple):
    path: str
    size: int
    sha256: str
    status: str
    reason: str
    notes: pd.DataFrame | None = None
    facts: PieceFacts | None = None


def ingest(
    folder: Path,
    settings: Ingest,
    *,
    limit: int | None = None,
    workers: int | None = None,
    seconds_a_file: float = SECONDS_A_FILE,
    progress: bool = True,
) -> Ingested:
    """Read every MIDI file below `folder`. A piece is named by its path below the folder, without the ending.

    The manifest's status is `ok`; `failed`, with the reason; `duplicate`, with the path (the first in order) that has
    the same bytes and was kept; or `ignored`: not named .mid or .midi, or beyond the first `limit` files that are.
    Two files that differ in their endings alone keep these in their pieces' names.

    Files are read in `workers` processes (default: one a core), each under a supervisor: a file that takes longer than
    `seconds_a_file`, or ends the process that reads it, fails with that reason, and a new process reads on.
    Raises SourceError if there is no MIDI, or none that can be read.
    """
    chosen = list_directory(folder)[:limit]
    others = sorted(set(files_below(folder)) - set(chosen))
    with tqdm(total=len(chosen), desc="MIDI → notes", unit="file", disable=not progress) as bar:
        limits = Limits(settings.max_notes, settings.max_beats)
        reads = _without_duplicates(_read_files(folder, chosen, limits, workers, seconds_a_file, bar))
    reads += [_ignored(folder, path, limit) for path in others]
    kept = [read for read in reads if read.status == "ok"]
    if not kept:
        raise SourceError(_nothing_read(folder, [read for read in reads if read.status == "failed"]))
    return Ingested(*_tables(kept, piece_names([*chosen, *filter(is_midi_name, others)])), _manifest(reads))


def read_all(folder: Path, *, progress: bool | None = None) -> Ingested:
    """Read every MIDI file below `folder` as `ingest` does, to judge what it holds.

    Files with the same bytes are all read, for one piece written twice says something of who wrote it; files of other
    names are not in the manifest, and where nothing can be read, the tables are empty. progress: None for a bar where
    there is a terminal to show it.
    """
    chosen = [path for path in files_below(folder) if is_midi_name(path)]
    disable = None if progress is None else not progress
    with tqdm(total=len(chosen), desc=f"reading {_shown(str(folder))}", unit="file", disable=disable) as bar:
        workers = min(cpu_count(), 1 + len(chosen) // FILES_WORTH_A_PROCESS)
        reads = _read_files(folder, chosen, Limits(), workers, SECONDS_A_FILE, bar)
    return Ingested(*_tables([read for read in reads if read.status == "ok"], piece_names(chosen)), _manifest(reads))


def piece_names(paths: list[str]) -> dict[str, str]:
    """Path → piece name: without its ending, where no other path would share that name; else the path itself."""
    stems = {path: path[: path.rindex(".")] for path in paths}
    count = Counter(stems.values())
    return {path: stem if count[stem] == 1 and stem not in stems else path for path, stem in stems.items()}


def _read_files(
    folder: Path, paths: list[str], limits: Limits, workers: int | None, seconds_a_file: float, bar: tqdm
) -> list[_Read]:
    workers = workers or cpu_count()
    size = max(1, min(FILES_A_CHUNK, math.ceil(len(paths) / workers)))
    chunks = [paths[start : start + size] for start in range(0, len(paths), size)]
    # Threads, for each only waits on the process it supervises.
    chunked = Parallel(n_jobs=workers, prefer="threads", require="sharedmem")(
        delayed(_read_chunk)(folder, chunk, limits, seconds_a_file, bar) for chunk in chunks
    )
    return [read for chunk in chunked for read in chunk]


def _read_chunk(folder: Path, paths: list[str], limits: Limits, seconds: float, bar: tqdm) -> list[_Read]:
    reads = []
    with Supervised(_parse, seconds) as parse:
        for path in paths:
            reads.append(_read(folder, path, limits, parse))
            bar.update()
    return reads


def _parse(data: bytes, max_notes: int, max_beats: int) -> tuple[pd.DataFrame, PieceFacts]:
    return read_midi(data, "", max_notes=max_notes, max_beats=max_beats)


def _read(folder: Path, path: str, limits: Limits, parse: Supervised) -> _Read:
    size, sha256 = -1, ""
    try:
        _printable(path)
        size = (folder / path).stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise MidiError(f"{size} bytes, at most {LARGEST_FILE_BYTES} are read")
        data = (folder / path).read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        notes, facts = parse(data, limits.max_notes, limits.max_beats)
    except (MidiError, Killed) as error:
        return _Read(path, size, sha256, "failed", str(error))
    except Exception as error:  # whatever a file does to the parser, the next one is read
        return _Read(path, size, sha256, "failed", f"{type(error).__name__}: {error}")
    return _Read(path, size, sha256, "ok", "", notes, facts)


def _printable(path: str) -> None:
    """MidiError for a name that is no UTF-8, which no table can hold."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise MidiError("its name is not UTF-8: rename it") from None


def _without_duplicates(reads: list[_Read]) -> list[_Read]:
    first: dict[str, str] = {}
    return [
        read
        if read.status != "ok" or first.setdefault(read.sha256, read.path) == read.path
        else read._replace(status="duplicate", reason=f"the same bytes as {first[read.sha256]}", notes=None, facts=None)
        for read in reads
    ]


def _ignored(folder: Path, path: str, limit: int | None) -> _Read:
    reason = f"beyond corpus.limit ({limit})" if is_midi_name(path) else "not named .mid or .midi"
    try:
        with (folder / path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return _Read(path, (folder / path).stat().st_size, sha256, "ignored", reason)
    except OSError as error:
        return _Read(path, -1, "", "ignored", f"{reason}; {error.strerror}")


def _tables(reads: list[_Read], names: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    reads = sorted(reads, key=lambda read: names[read.path])
    notes = [read.notes.assign(piece=names[read.path]) for read in reads if read.notes is not None]
    rows = [
        {
            "piece": names[read.path],
            "source": read.path,
            "sha256": read.sha256,
            "track_names": list(facts.track_names),
            "time_signatures": _structs(facts.time_signatures, ("tick", "numerator", "denominator")),
            "key_signatures": _structs(facts.key_signatures, ("tick", "fifths", "minor")),
            "tempo_bpm": facts.tempo_bpm,
            "group": "",
            "split": "",
        }
        for read in reads
        if (facts := read.facts) is not None
    ]
    table = validate(pd.concat(notes, ignore_index=True)) if notes else empty_notes()
    return table, pd.DataFrame(rows, columns=PIECE_SCHEMA.names)


def _structs(signatures: tuple, names: tuple[str, ...]) -> list[dict]:
    return [dict(zip(names, signature, strict=True)) for signature in signatures]


def _manifest(reads: list[_Read]) -> pd.DataFrame:
    rows = [(_shown(read.path), *read[1:5]) for read in reads]
    return pd.DataFrame(rows, columns=MANIFEST_COLUMNS).sort_values("path", kind="stable", ignore_index=True)


def _shown(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _nothing_read(folder: Path, failed: list[_Read]) -> str:
    reasons = [f"{_shown(read.path)}: {read.reason}" for read in failed]
    first = "; ".join(reasons[:3] + ["…"] * (len(reasons) > 3))
    return (
        f"none of the {len(failed)} MIDI files below {folder} could be read ({first}): "
        "mend them, or set corpus.source.path in params.yaml to another folder"
    )
