"""`counterpoint continue`: music that begins with yours, by a registered model."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from counterpoint import paths
from counterpoint.cli.options import (
    MIDI,
    Count,
    DurationTemperature,
    Force,
    Formats,
    Greedy,
    Key,
    Length,
    Model,
    Out,
    Seed,
    Temperature,
    TopK,
    TopP,
)
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


def continue_(
    primer: Annotated[
        Path, typer.Argument(metavar="PRIMER.mid", help="a MIDI file to begin with: its melody, or all its voices")
    ],
    model: Model = "attention_lstm",
    count: Count = 1,
    seed: Seed = None,
    out: Out = Path("out"),
    length: Length = None,
    temperature: Temperature = None,
    duration_temperature: DurationTemperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    greedy: Greedy = False,
    tempo: Annotated[
        float | None, typer.Option(help="quarter notes a minute, 20 to 400; default: the primer's own")
    ] = None,
    key: Key = None,
    format: Formats = MIDI,
    force: Force = False,
) -> None:
    """Go on from a MIDI file of yours, as piece-000.mid, piece-001.mid, …

    Every piece begins with the primer, from its first note on, drums left out. A model of melodies takes its highest
    line, one of chords all its voices. The primer's events count towards --length.

    Examples:

    - `counterpoint continue theme.mid -n 4 --seed 1 -o out/`

    - `counterpoint continue theme.mid --length 200 --tempo 96 --temperature 0.9 -f midi -f wav`

    - `counterpoint continue chorale.mid --model attention_lstm_chords -f midi -f svg`
    """
    with said_plainly():
        sampling = request(
            count=count,
            length=length,
            temperature=0.0 if greedy else temperature,
            duration_temperature=0.0 if greedy else duration_temperature,
            top_k=top_k,
            top_p=top_p,
            seed=secrets.randbelow(SEEDS) if seed is None else seed,
        )
        formats, tonic = formats_of(format), tonic_of(key)
        files = places(out, count, formats, force=force)
        root = paths.project_root()
        notes, facts = read_notes(primer, settings_of(root), "primer")
        tempo_bpm = tempo_or(tempo, facts.tempo_bpm, "the primer's tempo")
        generator, run_name = load_generator(model, root)
        from counterpoint.models.generator import Continuer
        from counterpoint.serving import given

        if not isinstance(generator, Continuer):
            raise UsageError(f"{generator.name} does not continue; attention_lstm and attention_lstm_chords do")
        try:
            begun = given.beginning(notes, generator.texture)
        except ValueError as error:
            raise UsageError(f"the primer {primer} cannot be gone on from: {error}") from error
        try:
            written = generator.continue_from(begun, sampling)
        except ValueError as error:
            raise UsageError(str(error)) from error
        many = "continuation" if count == 1 else "continuations"
        for line in (
            *said_of(primer, given.moved(facts)),
            f"{run_name}: {count} {many} of {primer.name}, seed {sampling.seed}",
        ):
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
