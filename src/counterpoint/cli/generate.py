"""`counterpoint generate`: music from a registered model, as files."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from counterpoint import paths
from counterpoint.cli.options import (
    MIDI,
    Bars,
    Count,
    DurationTemperature,
    Force,
    Formats,
    Greedy,
    Key,
    Length,
    Model,
    NoiseScale,
    Out,
    Seed,
    Temperature,
    Tempo,
    TopK,
    TopP,
)
from counterpoint.cli.pieces import (
    SEEDS,
    formats_of,
    load_generator,
    places,
    request,
    settings_of,
    tempo_or,
    tonic_of,
    write,
)
from counterpoint.cli.plainly import UsageError, said_plainly

if TYPE_CHECKING:
    from counterpoint.models.generator import Sampling


def generate(
    model: Model = "champion",
    count: Count = 1,
    seed: Seed = None,
    out: Out = Path("out"),
    length: Length = None,
    temperature: Temperature = None,
    duration_temperature: DurationTemperature = None,
    top_k: TopK = None,
    top_p: TopP = None,
    greedy: Greedy = False,
    bars: Bars = None,
    noise_scale: NoiseScale = None,
    tempo: Tempo = None,
    key: Key = None,
    format: Formats = MIDI,
    force: Force = False,
) -> None:
    """Generate music with a registered model, as piece-000.mid, piece-001.mid, …

    What begins with LSTM is for those generators alone, likewise MuseGAN and C-RNN-GAN; what a generator cannot obey it
    refuses.

    Examples:

    - `counterpoint generate -n 8 --seed 1 -o out/`

    - `counterpoint generate --model attention_lstm@3 --temperature 0.9 --top-p 0.98 -f midi -f png -f wav`

    - `counterpoint generate --length 200 --greedy --tempo 96`

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
        formats, tonic = formats_of(format), tonic_of(key)
        files = places(out, count, formats, force=force)
        root = paths.project_root()
        tempo_bpm = tempo_or(tempo, settings_of(root).tempo_bpm, "tempo_bpm of params.yaml")
        generator, run_name = load_generator(model, root)
        try:
            refuse_beyond(generator.controls, sampling, generator.name)
            typer.echo(f"{run_name}: {_said(sampling, generator.controls)}", err=True)
            notes = generator.generate(sampling)
        except ValueError as error:
            raise UsageError(str(error)) from error
        write(
            notes,
            files,
            formats,
            count=count,
            texture=generator.texture,
            run_name=run_name,
            seed=f"{sampling.seed}",
            tempo_bpm=tempo_bpm,
            tonic=tonic,
        )


def _said(sampling: "Sampling", controls: frozenset[str]) -> str:
    """A request in words, as far as a generator with these controls obeys it."""
    pieces = "1 piece" if sampling.count == 1 else f"{sampling.count} pieces"
    size = f"of {sampling.bars} bars" if "bars" in controls else f"of at most {sampling.length} events"
    return f"{pieces} {size}, seed {sampling.seed}"
