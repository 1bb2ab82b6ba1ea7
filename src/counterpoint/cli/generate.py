"""`counterpoint generate`: music from a registered model, as files."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterpoint import paths
from counterpoint.cli.options import Bars, Count, Force, Length, Model, NoiseScale, Out, Png, Seed, Tempo, Wav
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

    from counterpoint.models.generator import Sampling
    from counterpoint.params import Params


def generate(
    model: Model = "champion",
    count: Count = 1,
    seed: Seed = None,
    out: Out = Path("out"),
    length: Length = None,
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
    bars: Bars = None,
    noise_scale: NoiseScale = None,
    primer: Annotated[
        Path | None, typer.Option(help="LSTM: a MIDI file that every piece begins with: its melody, or all its voices")
    ] = None,
    tempo: Tempo = None,
    wav: Wav = False,
    png: Png = False,
    force: Force = False,
) -> None:
    """Generate music with a registered model, as piece-000.mid, piece-001.mid, …

    What begins with LSTM is for those generators alone, likewise MuseGAN and C-RNN-GAN; what a generator cannot obey it
    refuses.

    Examples:

    - `counterpoint generate -n 8 --seed 1 -o out/`

    - `counterpoint generate --model attention_lstm@3 --temperature 0.9 --top-p 0.98 --png --wav`

    - `counterpoint generate --primer theme.mid --length 200 --tempo 96`

    - `counterpoint generate --model musegan --bars 16 --noise-scale 0.8`

    - `counterpoint generate --model crnn_gan --length 64 --noise-scale 0.8`
    """
    with said_plainly():
        from counterpoint.models.generator import refuse_beyond

        sampling = request(
            count=count,
            length=length,
            temperature=0.0 if greedy else temperature,
            duration_temperature=0.0 if greedy else duration_temperature,
            top_k=top_k,
            top_p=top_p,
            bars=bars,
            noise_scale=noise_scale,
            seed=secrets.randbelow(SEEDS) if seed is None else seed,
        )
        files = places(out, count, png=png, wav=wav, force=force)
        root = paths.project_root()
        settings = settings_of(root)
        tempo_bpm = tempo_or(tempo, settings.tempo_bpm, "tempo_bpm of params.yaml")
        given, said = (None, []) if primer is None else _read_primer(primer, settings)
        generator, run_name = load_generator(model, root)
        try:
            refuse_beyond(generator.controls, sampling, generator.name)
            for line in (*said, f"{run_name}: {_said(sampling, generator.controls)}"):
                typer.echo(line, err=True)
            notes = generator.generate(sampling, None if given is None else _begun_with(given, generator.texture))
        except ValueError as error:
            raise UsageError(str(error)) from error
        write(notes, files, generator.texture, tempo_bpm, (f"counterpoint {run_name}", f"seed {sampling.seed}"))


def _said(sampling: "Sampling", controls: frozenset[str]) -> str:
    """A request in words, as far as a generator with these controls obeys it."""
    pieces = "1 piece" if sampling.count == 1 else f"{sampling.count} pieces"
    size = f"of {sampling.bars} bars" if "bars" in controls else f"of at most {sampling.length} events"
    return f"{pieces} {size}, seed {sampling.seed}"


def _read_primer(path: Path, settings: "Params") -> tuple["pd.DataFrame", list[str]]:
    """The notes of a MIDI file, drums left out, and what is to be said of how they were read."""
    notes, facts = read_notes(path, settings, "primer")
    pitched = notes[~notes["is_drum"].to_numpy(bool)]
    if pitched.empty:
        raise UsageError(f"the primer {path} has no melody: all its notes are drums")
    return pitched, moved(path, facts)


def _begun_with(primer: "pd.DataFrame", texture: str) -> "pd.DataFrame":
    """The primer as a generator of that texture reads it, from its first note on."""
    from counterpoint.notes.lines import highest_line

    chosen = highest_line(primer) if texture == "melody" else primer
    return chosen.assign(onset=chosen["onset"] - chosen["onset"].min())
