"""`counterpoint accompany`: the other tracks to one of yours, by a registered model."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from counterpoint import paths
from counterpoint.cli.options import MIDI, Count, Force, Formats, Key, Model, NoiseScale, Out, Seed
from counterpoint.cli.pieces import (
    SEEDS,
    formats_of,
    load_generator,
    places,
    read_notes,
    request,
    said_of,
    settings_of,
    tempo_or,
    tonic_of,
    write,
)
from counterpoint.cli.plainly import UsageError, said_plainly


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
    key: Key = None,
    format: Formats = MIDI,
    force: Force = False,
) -> None:
    """Write the other tracks to one that you give, as piece-000.mid, piece-001.mid, …

    The track stays as it is, and its bars, from the file's beginning, are the model's (4/4 by default): a file in
    another metre is taken, with a warning. A model of four voices takes the file's highest line for the voice that it
    is given (the soprano by default); for a model of a band the file must hold that one instrument alone. `counterpoint
    models` says which track a model is given.

    Examples:

    - `counterpoint accompany soprano.mid -n 4 --seed 1 -o out/`

    - `counterpoint accompany soprano.mid --model musegan_accompany@3 --noise-scale 0.7 --tempo 72 -f midi -f wav`
    """
    with said_plainly():
        sampling = request(
            count=count, noise_scale=noise_scale, seed=secrets.randbelow(SEEDS) if seed is None else seed
        )
        formats, tonic = formats_of(format), tonic_of(key)
        files = places(out, count, formats, force=force)
        root = paths.project_root()
        notes, facts = read_notes(track, settings_of(root), "track")
        tempo_bpm = tempo_or(tempo, facts.tempo_bpm, "the track's tempo")
        generator, run_name = load_generator(model, root)
        from counterpoint.models.generator import Accompanist
        from counterpoint.serving import given

        if not isinstance(generator, Accompanist):
            raise UsageError(f"{generator.name} does not accompany; musegan_accompany does")
        heard, said = given.heard(notes, generator.texture)
        try:
            written = generator.accompany(heard, sampling)
        except ValueError as error:
            raise UsageError(str(error)) from error
        end = int((heard["onset"] + heard["duration"]).max())
        said = [*given.moved(facts), *said, *given.other_metre(facts, generator.layout.bar_ticks, end)]
        many = "accompaniment" if count == 1 else "accompaniments"
        for line in (*said_of(track, said), f"{run_name}: {count} {many} of {track.name}, seed {sampling.seed}"):
            typer.echo(line, err=True)
        write(
            written,
            files,
            formats,
            count=count,
            texture=generator.texture,
            run_name=run_name,
            seed=f"{sampling.seed}",
            tempo_bpm=tempo_bpm,
            tonic=tonic,
        )
