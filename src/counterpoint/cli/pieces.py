"""What every command that writes music shares: the request, the model it goes to, the files that come of it."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from counterpoint import paths
from counterpoint.cli.plainly import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from counterpoint.models.generator import Generator, Sampling
    from counterpoint.notes.midi import PieceFacts
    from counterpoint.params import Params

_SHOWN_FILES = 5
SEEDS = 2**31
TEMPOS_BPM = (20.0, 400.0)


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


def places(out: Path, count: int, *, png: bool, wav: bool, force: bool) -> list[list[Path]]:
    """Where each piece's files go; UsageError if one is there already and `force` is not said."""
    kinds = ["mid"] + ["png"] * png + ["wav"] * wav
    files = [[out / f"piece-{number:03d}.{kind}" for kind in kinds] for number in range(count)]
    there = [str(file) for piece in files for file in piece if file.exists()]
    if there and not force:
        more = f" and {len(there) - _SHOWN_FILES} more" if len(there) > _SHOWN_FILES else ""
        raise UsageError(
            f"there already: {', '.join(there[:_SHOWN_FILES])}{more}; "
            "give another folder with -o, or --force to replace them"
        )
    return files


def settings_of(root: Path) -> "Params":
    from counterpoint.params import load

    return load(root / paths.PARAMS)


def tempo_or(asked: float | None, own: float, whose: str) -> float:
    """Quarter notes a minute: what was `asked` for by --tempo, else its `own`, of `whose` tempo."""
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
    notes: "pd.DataFrame", files: list[list[Path]], texture: str, tempo_bpm: float, text: tuple[str, str]
) -> None:
    """Write the pieces "000", "001", … to their files, and say so.

    texture: of what is written, which names the tracks. text: who wrote them, and from which seed.
    """
    from tqdm import tqdm

    from counterpoint.encodings.tracks import TRACK_NAMES
    from counterpoint.notes.midi import write_midi
    from counterpoint.render import pianoroll

    names = TRACK_NAMES[texture]
    for number, beside in enumerate(tqdm(files, desc="writing", unit="piece", disable=None)):
        piece = notes[notes["piece"] == f"{number:03d}"].reset_index(drop=True)
        beside[0].parent.mkdir(parents=True, exist_ok=True)
        for path in beside:
            if path.suffix == ".mid":
                said = (text[0], f"{text[1]}, piece {number} of {len(files)}")
                path.write_bytes(write_midi(piece, tempo_bpm=tempo_bpm, track_names=names, text=said))
            elif path.suffix == ".png":
                title = f"{text[0]}, {text[1]}, piece {number}"
                pianoroll.draw(piece, path, title=title, track_names=names)
            else:
                _sound(piece, path, tempo_bpm)
    typer.echo(f"{sum(map(len, files))} files in {files[0][0].parent}", err=True)


def _sound(piece: "pd.DataFrame", path: Path, tempo_bpm: float) -> None:
    from counterpoint.render import audio

    try:
        audio.to_wav(piece, path, tempo_bpm=tempo_bpm)
    except ValueError as error:
        raise UsageError(f"{path} cannot be made: {error}; leave out --wav, or ask for shorter pieces") from error
