"""`counterpoint accompany`: the other tracks to one of yours, by a registered model."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterpoint import paths
from counterpoint.cli.pieces import (
    SEEDS,
    allowed_tempo,
    load_generator,
    places,
    read_notes,
    request,
    settings_of,
    write,
)
from counterpoint.cli.plainly import UsageError, said_plainly

if TYPE_CHECKING:
    import pandas as pd


def accompany(
    track: Annotated[Path, typer.Argument(metavar="TRACK.mid", help="a MIDI file: its melody, or a band's instrument")],
    model: Annotated[
        str, typer.Option("--model", "-m", metavar="NAME|ALIAS|VERSION", help="a generator, an alias or a version")
    ] = "musegan_accompany",
    count: Annotated[int, typer.Option("--count", "-n", help="how many accompaniments, 1 to 64")] = 1,
    seed: Annotated[int | None, typer.Option(help="the same seed brings the same music; default: a random one")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="the folder that the files go to")] = Path("out"),
    noise_scale: Annotated[
        float | None, typer.Option(help="of the noise, 0 to 5; less is more usual; default: 1")
    ] = None,
    tempo: Annotated[float | None, typer.Option(help="quarter notes a minute; default: the track's own")] = None,
    wav: Annotated[bool, typer.Option("--wav", help="sound beside each MIDI")] = False,
    png: Annotated[bool, typer.Option("--png", help="a piano roll beside each MIDI")] = False,
    force: Annotated[bool, typer.Option("--force", help="replace files that are there")] = False,
) -> None:
    """Write the other tracks to one that you give, as piece-000.mid, piece-001.mid, …

    The track stays as it is, and its bars, from the file's beginning, are the model's (4/4 by default).

    Example: `counterpoint accompany soprano.mid -n 4 --seed 1 -o out/`
    """
    with said_plainly():
        sampling = request(
            count=count, noise_scale=noise_scale, seed=secrets.randbelow(SEEDS) if seed is None else seed
        )
        files = places(out, count, png=png, wav=wav, force=force)
        root = paths.project_root()
        notes, own_tempo_bpm = read_notes(track, settings_of(root), "track")
        tempo_bpm = allowed_tempo(own_tempo_bpm if tempo is None else tempo)
        generator, run_name = load_generator(model, root)
        from counterpoint.models.generator import Accompanist

        if not isinstance(generator, Accompanist):
            raise UsageError(f"{generator.name} does not accompany; musegan_accompany does")
        typer.echo(f"{run_name}: {count} accompaniments of {track.name}, seed {sampling.seed}", err=True)
        try:
            written = generator.accompany(_heard(notes, generator.texture), sampling)
        except ValueError as error:
            raise UsageError(str(error)) from error
        write(written, files, tempo_bpm, (f"counterpoint {run_name}", f"seed {sampling.seed}"))


def _heard(notes: "pd.DataFrame", texture: str) -> "pd.DataFrame":
    """The notes of a file as a generator of that texture is given them: of voices, the highest line."""
    from counterpoint.notes.lines import highest_line

    return highest_line(notes) if texture == "voices" else notes
