"""`counterpoint interpolate`: pieces between two others, by a registered model."""

from pathlib import Path
from typing import Annotated

import typer

from counterpoint import paths
from counterpoint.cli.options import MIDI, Bars, Force, Formats, Key, Length, Model, NoiseScale, Out, Tempo
from counterpoint.cli.pieces import (
    SEEDS,
    formats_of,
    load_generator,
    places,
    refuse_outside,
    request,
    settings_of,
    tempo_or,
    tonic_of,
    write,
)
from counterpoint.cli.plainly import UsageError, said_plainly


def interpolate(
    seed: Annotated[int, typer.Option(help="of the first piece, as `generate` makes it")],
    to: Annotated[int, typer.Option(help="the seed of the last piece")],
    steps: Annotated[int, typer.Option(help="how many pieces, both ends among them, 2 to 64")] = 5,
    model: Model = "musegan",
    out: Out = Path("out"),
    bars: Bars = None,
    length: Length = None,
    noise_scale: NoiseScale = None,
    tempo: Tempo = None,
    key: Key = None,
    format: Formats = MIDI,
    force: Force = False,
) -> None:
    """Write the way from one piece to another, as piece-000.mid, piece-001.mid, …

    The first and the last are what `counterpoint generate` writes of their seeds by the same model, a MuseGAN or a
    C-RNN-GAN. Between them the noise goes from the one to the other in even steps, and the music with it.

    Examples:

    - `counterpoint interpolate --seed 1 --to 2 --steps 8 -o out/`

    - `counterpoint interpolate --seed 1 --to 2 --bars 4 --noise-scale 0.7 -f midi -f png -f wav`

    - `counterpoint interpolate --seed 1 --to 2 --model crnn_gan --length 48`
    """
    with said_plainly():
        from counterpoint.models.generator import MOST_PIECES, Interpolator

        sampling = request(seed=seed, bars=bars, length=length, noise_scale=noise_scale)
        refuse_outside("--to", to, 0, SEEDS - 1)
        refuse_outside("--steps", steps, 2, MOST_PIECES)
        formats, tonic = formats_of(format), tonic_of(key)
        files = places(out, steps, formats, force=force)
        root = paths.project_root()
        tempo_bpm = tempo_or(tempo, settings_of(root).tempo_bpm, "tempo_bpm of params.yaml")
        generator, run_name = load_generator(model, root)
        if not isinstance(generator, Interpolator):
            raise UsageError(f"{generator.name} knows nothing between two pieces; musegan and crnn_gan do")
        typer.echo(f"{run_name}: {steps} pieces from seed {seed} to seed {to}", err=True)
        try:
            notes = generator.interpolate(sampling, to, steps)
        except ValueError as error:
            raise UsageError(str(error)) from error
        write(
            notes,
            files,
            formats,
            count=steps,
            texture=generator.texture,
            run_name=run_name,
            seed=f"{seed} to {to}",
            tempo_bpm=tempo_bpm,
            tonic=tonic,
        )
