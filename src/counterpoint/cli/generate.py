"""`counterpoint generate`: music from a registered model, as files."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterpoint import paths
from counterpoint.cli.plainly import UsageError, said_plainly

if TYPE_CHECKING:
    import pandas as pd

    from counterpoint.models.generator import Generator, Sampling
    from counterpoint.params import Params

_SHOWN_FILES = 5


def generate(
    model: Annotated[
        str, typer.Option("--model", "-m", metavar="NAME|ALIAS|VERSION", help="a generator, an alias or a version")
    ] = "champion",
    count: Annotated[int, typer.Option("--count", "-n", help="how many pieces, 1 to 64")] = 1,
    seed: Annotated[int | None, typer.Option(help="the same seed brings the same music; default: a random one")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="the folder that the files go to")] = Path("out"),
    length: Annotated[
        int | None, typer.Option(help="LSTM: at most so many events a piece, the primer's among them; default: 128")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="LSTM: of the notes, 0 to 5; 0 takes the likeliest; default: 1")
    ] = None,
    duration_temperature: Annotated[
        float | None, typer.Option(help="LSTM: of the durations; default: as the notes")
    ] = None,
    top_k: Annotated[int | None, typer.Option(help="LSTM: choose among the k likeliest; 0 or none: among all")] = None,
    top_p: Annotated[
        float | None, typer.Option(help="LSTM: choose among the likeliest with this much probability; default: 1")
    ] = None,
    greedy: Annotated[bool, typer.Option("--greedy", help="LSTM: always the likeliest: both temperatures 0")] = False,
    bars: Annotated[int | None, typer.Option(help="MuseGAN: bars of a piece, 1 to 256; default: 8")] = None,
    noise_scale: Annotated[
        float | None, typer.Option(help="MuseGAN: of the noise, 0 to 5; less is more usual; default: 1")
    ] = None,
    primer: Annotated[
        Path | None, typer.Option(help="a MIDI file that every piece begins with: its melody, or all its voices")
    ] = None,
    tempo: Annotated[
        float | None, typer.Option(help="quarter notes a minute; default: tempo_bpm of params.yaml")
    ] = None,
    wav: Annotated[bool, typer.Option("--wav", help="sound beside each MIDI")] = False,
    png: Annotated[bool, typer.Option("--png", help="a piano roll beside each MIDI")] = False,
    force: Annotated[bool, typer.Option("--force", help="replace files that are there")] = False,
) -> None:
    """Generate music with a registered model, as piece-000.mid, piece-001.mid, …

    `--model` takes a generator's name (its newest version), `champion`, `challenger`, a version number, or
    NAME@VERSION; `counterpoint models` lists them.

    Examples:

    - `counterpoint generate -n 8 --seed 1 -o out/`

    - `counterpoint generate --model attention_lstm@3 --temperature 0.9 --top-p 0.98 --png --wav`

    - `counterpoint generate --primer theme.mid --length 200 --tempo 96`

    - `counterpoint generate --model musegan --bars 16 --noise-scale 0.8`
    """
    with said_plainly():
        sampling = _sampling(
            count=count,
            length=length,
            temperature=0.0 if greedy else temperature,
            duration_temperature=0.0 if greedy else duration_temperature,
            top_k=top_k,
            top_p=top_p,
            bars=bars,
            noise_scale=noise_scale,
            seed=secrets.randbelow(2**31) if seed is None else seed,
        )
        kinds = ["mid"] + ["png"] * png + ["wav"] * wav
        files = [[out / f"piece-{number:03d}.{kind}" for kind in kinds] for number in range(count)]
        _refuse_to_replace([file for piece in files for file in piece], force)
        root = paths.project_root()
        settings = _params(root)
        tempo_bpm = _tempo(settings.tempo_bpm if tempo is None else tempo)
        given = None if primer is None else _read_primer(primer, settings)
        generator, run_name = _load(model, root)
        typer.echo(f"{run_name}: {_said(sampling, generator.controls)}", err=True)
        try:
            notes = generator.generate(sampling, None if given is None else _begun_with(given, generator.texture))
        except ValueError as error:
            raise UsageError(str(error)) from error
        _write(notes, files, tempo_bpm, (f"counterpoint {run_name}", f"seed {sampling.seed}"))
        typer.echo(f"{count * len(kinds)} files in {out}", err=True)


def _sampling(**asked: Any) -> "Sampling":
    """The request; what is None was not asked for, and stays unset: a generator refuses what it cannot obey."""
    from pydantic import ValidationError

    from counterpoint.models.generator import Sampling

    try:
        return Sampling(**{name: value for name, value in asked.items() if value is not None})
    except ValidationError as error:
        lines = [
            f"--{str(e['loc'][0]).replace('_', '-')}: {e['msg'][0].lower()}{e['msg'][1:]}, got {e['input']}"
            for e in error.errors()
        ]
        raise UsageError("\n".join(lines)) from None


def _said(sampling: "Sampling", controls: frozenset[str]) -> str:
    """A request in words, as far as a generator with these controls obeys it."""
    pieces = "1 piece" if sampling.count == 1 else f"{sampling.count} pieces"
    size = f"of {sampling.bars} bars" if "bars" in controls else f"of at most {sampling.length} events"
    return f"{pieces} {size}, seed {sampling.seed}"


def _refuse_to_replace(files: list[Path], force: bool) -> None:
    there = [str(file) for file in files if file.exists()]
    if there and not force:
        more = f" and {len(there) - _SHOWN_FILES} more" if len(there) > _SHOWN_FILES else ""
        raise UsageError(
            f"there already: {', '.join(there[:_SHOWN_FILES])}{more}; "
            "give another folder with -o, or --force to replace them"
        )


def _params(root: Path) -> "Params":
    from counterpoint.params import load

    return load(root / paths.PARAMS)


def _tempo(tempo_bpm: float) -> float:
    if not 20 <= tempo_bpm <= 400:
        raise UsageError(f"--tempo is {tempo_bpm:g}, allowed are 20 to 400 quarter notes a minute")
    return tempo_bpm


def _read_primer(path: Path, settings: "Params") -> "pd.DataFrame":
    """The notes of a MIDI file, drums left out."""
    from counterpoint.notes.midi import MidiError, read_midi

    limits = settings.ingest
    try:
        notes, _ = read_midi(path.read_bytes(), "primer", max_notes=limits.max_notes, max_beats=limits.max_beats)
    except (MidiError, OSError) as error:
        raise UsageError(f"the primer {path} cannot be read: {error}") from error
    pitched = notes[~notes["is_drum"].to_numpy(bool)]
    if pitched.empty:
        raise UsageError(f"the primer {path} has no melody: all its notes are drums")
    return pitched


def _begun_with(primer: "pd.DataFrame", texture: str) -> "pd.DataFrame":
    """The primer as a generator of that texture reads it, from its first note on."""
    from counterpoint.notes.lines import highest_line

    chosen = highest_line(primer) if texture == "melody" else primer
    return chosen.assign(onset=chosen["onset"] - chosen["onset"].min())


def _load(spec: str, root: Path) -> tuple["Generator", str]:
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


def _write(notes: "pd.DataFrame", files: list[list[Path]], tempo_bpm: float, text: tuple[str, str]) -> None:
    from tqdm import tqdm

    from counterpoint.notes.midi import write_midi
    from counterpoint.render import pianoroll

    for number, beside in enumerate(tqdm(files, desc="writing", unit="piece", disable=None)):
        piece = notes[notes["piece"] == f"{number:03d}"].reset_index(drop=True)
        beside[0].parent.mkdir(parents=True, exist_ok=True)
        for path in beside:
            if path.suffix == ".mid":
                said = (text[0], f"{text[1]}, piece {number} of {len(files)}")
                path.write_bytes(write_midi(piece, tempo_bpm=tempo_bpm, text=said))
            elif path.suffix == ".png":
                pianoroll.draw(piece, path, title=f"{text[0]}, {text[1]}, piece {number}")
            else:
                _sound(piece, path, tempo_bpm)


def _sound(piece: "pd.DataFrame", path: Path, tempo_bpm: float) -> None:
    from counterpoint.render import audio

    try:
        audio.to_wav(piece, path, tempo_bpm=tempo_bpm)
    except ValueError as error:
        raise UsageError(f"{path} cannot be made: {error}; leave out --wav, or ask for a lower --length") from error
