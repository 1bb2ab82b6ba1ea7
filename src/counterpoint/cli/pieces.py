"""What every command that writes music shares: the request, the model it goes to, the files that come of it."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from counterpoint import paths
from counterpoint.cli.plainly import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from counterpoint.cli.options import FormatName
    from counterpoint.models.generator import Generator, Sampling
    from counterpoint.notes.midi import PieceFacts
    from counterpoint.params import Params
    from counterpoint.serving.rendering import Piece
    from counterpoint.serving.request import Format

_SHOWN_FILES = 5
SEEDS = 2**31


def request(**asked: Any) -> "Sampling":
    """The request; what is None was not asked for, and stays unset: a generator refuses what it cannot obey."""
    from pydantic import ValidationError

    from counterpoint.models.generator import Sampling
    from counterpoint.models.ranges import allowed, refusal

    try:
        return Sampling(**{name: value for name, value in asked.items() if value is not None})
    except ValidationError as error:
        declared = Sampling.model_json_schema()["properties"]
        wrong = dict.fromkeys(str(e["loc"][0]) for e in error.errors())
        lines = [refusal(f"--{name.replace('_', '-')}", f"{asked[name]}", allowed(declared[name])) for name in wrong]
        raise UsageError("\n".join(lines)) from None


def refuse_outside(option: str, value: float, low: float, high: float, unit: str = "") -> None:
    """UsageError if `value`, a whole number or any, is not from `low` to `high`."""
    from counterpoint.models.ranges import allowed, refusal

    if not low <= value <= high:
        kind = "integer" if isinstance(value, int) else "number"
        words = allowed({"type": kind, "minimum": low, "maximum": high})
        raise UsageError(refusal(option, f"{value:.12g}", f"{words} {unit}".rstrip()))


def places(out: Path, count: int, formats: "Sequence[Format]", *, force: bool) -> list[Path]:
    """Where the files go; UsageError if one is there already and `force` is not said."""
    from counterpoint.serving.answer import file_names

    files = [out / name for name in file_names(count, formats)]
    refuse_to_replace(files, force)
    return files


def refuse_to_replace(files: "Sequence[Path]", force: bool) -> None:
    """UsageError if one is there already and `force` is not said."""
    there = [str(file) for file in files if file.exists()]
    if there and not force:
        more = f" and {len(there) - _SHOWN_FILES} more" if len(there) > _SHOWN_FILES else ""
        raise UsageError(
            f"there already: {', '.join(there[:_SHOWN_FILES])}{more}; "
            "give another folder with -o, or --force to replace them"
        )


def formats_of(asked: "Sequence[FormatName]") -> "tuple[Format, ...]":
    """Each once, in the order in which all are named."""
    from counterpoint.serving.request import FORMATS

    return tuple(name for name in FORMATS if name in asked)


def tonic_of(key: str | None) -> int | None:
    """The pitch class that --key names, if it is said."""
    from counterpoint.models.ranges import refusal
    from counterpoint.serving.request import A_TONIC, pitch_class

    try:
        return None if key is None else pitch_class(key)
    except ValueError:
        raise UsageError(refusal("--key", key or '""', A_TONIC)) from None


def settings_of(root: Path) -> "Params":
    from counterpoint.params import load

    return load(root / paths.PARAMS)


def tempo_or(asked: float | None, own: float, whose: str) -> float:
    """Quarter notes a minute: what was `asked` for by --tempo, else its `own`, of `whose` tempo."""
    from counterpoint.serving.request import TEMPOS_BPM

    tempo_bpm, name = (own, f"{whose}, if no --tempo is said") if asked is None else (asked, "--tempo")
    refuse_outside(name, tempo_bpm, *TEMPOS_BPM, "quarter notes a minute")
    return tempo_bpm


def read_notes(path: Path, settings: "Params", called: str) -> tuple["pd.DataFrame", "PieceFacts"]:
    """The notes of a MIDI file and what it says beside them. called: what it is, for messages."""
    from counterpoint.notes.midi import MidiError, read_midi

    limits = settings.ingest
    if not path.is_file():
        raise UsageError(f"the {called} {path} is missing: there is no such file")
    try:
        return read_midi(path.read_bytes(), called, max_notes=limits.max_notes, max_beats=limits.max_beats)
    except (MidiError, OSError) as error:
        raise UsageError(f"the {called} {path} cannot be read: {error}") from error


def said_of(path: Path, remarks: list[str]) -> list[str]:
    """What is to be said of a file, each with its name."""
    return [f"{path.name}: {remark}" for remark in remarks]


def load_generator(spec: str, root: Path) -> tuple["Generator", str]:
    """The generator that `spec` names, and its run's name."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from counterpoint.models import catalog
    from counterpoint.registry.fetch import fetch
    from counterpoint.registry.naming import resolve
    from counterpoint.registry.store import connect
    from counterpoint.registry.versions import versions

    version = resolve(spec, versions(connect(root)))
    with tempfile.TemporaryDirectory(prefix="counterpoint-") as temporary:
        fetch(version.digest, Path(temporary) / "model", root)
        return catalog.load(Path(temporary) / "model"), version.run_name


def write(
    notes: "pd.DataFrame",
    files: list[Path],
    formats: "Sequence[Format]",
    *,
    count: int,
    texture: str,
    run_name: str,
    seed: str,
    tempo_bpm: float,
    tonic: int | None,
) -> None:
    """Write the pieces "000", "001", … to `files`, their `places`, and say so.

    texture: of what is written, which names the tracks. run_name: who wrote them. seed: from which, as text.
    """
    from counterpoint.encodings.tracks import TRACK_NAMES
    from counterpoint.serving import answer

    try:
        if tonic is not None:
            notes = answer.in_key(notes, tonic)
        music = answer.Music(notes, count, texture, run_name, seed, tempo_bpm, TRACK_NAMES[texture])
        made = answer.files(music, formats, _render_all)
    except answer.AnswerError as error:
        raise UsageError(str(error)) from error
    for file in files:
        write_file(file, made[file.name])
    typer.echo(f"{len(files)} {'file' if len(files) == 1 else 'files'} in {files[0].parent}", err=True)


def write_file(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _render_all(pieces: "Sequence[tuple[Piece, Format]]") -> list[bytes]:
    from tqdm import tqdm

    from counterpoint.serving.rendering import render

    return [render(piece, kind) for piece, kind in tqdm(pieces, desc="rendering", unit="file", disable=None)]
