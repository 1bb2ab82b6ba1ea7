"""`counterpoint continue`: music that begins with yours, by a registered model."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterpoint import paths
from counterpoint.cli.options import (
    Count,
    DurationTemperature,
    Force,
    Greedy,
    Length,
    Model,
    Out,
    Png,
    Seed,
    Temperature,
    TopK,
    TopP,
    Wav,
)
from counterpoint.cli.pieces import (
    SEEDS,
    load_generator,
    moved,
    places,
    read_notes,
    request,
    settings_of,
    tempo_or,
    write,
)
from counterpoint.cli.plainly import UsageError, said_plainly

if TYPE_CHECKING:
    import pandas as pd

    from counterpoint.notes.midi import PieceFacts
    from counterpoint.params import Params


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
    wav: Wav = False,
    png: Png = False,
    force: Force = False,
) -> None:
    """Go on from a MIDI file of yours, as piece-000.mid, piece-001.mid, …

    Every piece begins with the primer, from its first note on, drums left out. A model of melodies takes its highest
    line, one of chords all its voices. The primer's events count towards --length.

    Examples:

    - `counterpoint continue theme.mid -n 4 --seed 1 -o out/`

    - `counterpoint continue theme.mid --length 200 --tempo 96 --temperature 0.9 --wav`

    - `counterpoint continue chorale.mid --model attention_lstm_chords --png`
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
        files = places(out, count, png=png, wav=wav, force=force)
        root = paths.project_root()
        given, facts = _read_primer(primer, settings_of(root))
        tempo_bpm = tempo_or(tempo, facts.tempo_bpm, "the primer's tempo")
        generator, run_name = load_generator(model, root)
        from counterpoint.models.generator import Continuer

        if not isinstance(generator, Continuer):
            raise UsageError(f"{generator.name} does not continue; attention_lstm and attention_lstm_chords do")
        try:
            notes = generator.continue_from(_begun_with(given, generator.texture), sampling)
        except ValueError as error:
            raise UsageError(str(error)) from error
        many = "continuation" if count == 1 else "continuations"
        for line in (*moved(primer, facts), f"{run_name}: {count} {many} of {primer.name}, seed {sampling.seed}"):
            typer.echo(line, err=True)
        write(notes, files, generator.texture, tempo_bpm, (f"counterpoint {run_name}", f"seed {sampling.seed}"))


def _read_primer(path: Path, settings: "Params") -> tuple["pd.DataFrame", "PieceFacts"]:
    """The notes of a MIDI file, drums left out, and what it says beside them."""
    notes, facts = read_notes(path, settings, "primer")
    pitched = notes[~notes["is_drum"].to_numpy(bool)]
    if pitched.empty:
        raise UsageError(f"the primer {path} has no melody: all its notes are drums")
    return pitched, facts


def _begun_with(primer: "pd.DataFrame", texture: str) -> "pd.DataFrame":
    """The primer as a generator of that texture reads it, from its first note on."""
    from counterpoint.notes.lines import highest_line

    chosen = highest_line(primer) if texture == "melody" else primer
    return chosen.assign(onset=chosen["onset"] - chosen["onset"].min())
