"""`counterpoint accompany`: the other tracks to one of yours, by a registered model."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterpoint import paths
from counterpoint.cli.options import Count, Force, Model, NoiseScale, Out, Png, Seed, Wav
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
    track: Annotated[Path, typer.Argument(metavar="TRACK.mid", help="a MIDI file with the track to accompany")],
    model: Model = "musegan_accompany",
    count: Count = 1,
    seed: Seed = None,
    out: Out = Path("out"),
    noise_scale: NoiseScale = None,
    tempo: Annotated[
        float | None, typer.Option(help="quarter notes a minute, 20 to 400; default: the track's own")
    ] = None,
    wav: Wav = False,
    png: Png = False,
    force: Force = False,
) -> None:
    """Write the other tracks to one that you give, as piece-000.mid, piece-001.mid, …

    The track stays as it is, and its bars, from the file's beginning, are the model's (4/4 by default). A model of four
    voices takes the file's highest line for the voice that it is given (the soprano by default); for a model of a band
    the file must hold that one instrument alone. `counterpoint models` says which track a model is given.

    Examples:

    - `counterpoint accompany soprano.mid -n 4 --seed 1 -o out/`

    - `counterpoint accompany soprano.mid --model musegan_accompany@3 --noise-scale 0.7 --tempo 72 --wav`
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
        heard = _heard(notes, generator.texture)
        if len(heard) < len(notes):
            typer.echo(f"{track.name}: its highest line is taken, {len(heard)} of {len(notes)} notes", err=True)
        many = "accompaniment" if count == 1 else "accompaniments"
        typer.echo(f"{run_name}: {count} {many} of {track.name}, seed {sampling.seed}", err=True)
        try:
            written = generator.accompany(heard, sampling)
        except ValueError as error:
            raise UsageError(str(error)) from error
        write(written, files, generator.texture, tempo_bpm, (f"counterpoint {run_name}", f"seed {sampling.seed}"))


def _heard(notes: "pd.DataFrame", texture: str) -> "pd.DataFrame":
    """The notes of a file as a generator of that texture is given them: of voices, the highest line."""
    from counterpoint.notes.lines import highest_line

    return highest_line(notes) if texture == "voices" else notes
