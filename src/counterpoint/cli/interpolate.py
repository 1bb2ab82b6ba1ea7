"""`counterpoint interpolate`: pieces between two others, by a registered model."""

from pathlib import Path
from typing import Annotated

import typer

from counterpoint import paths
from counterpoint.cli.options import Bars, Force, Length, Model, NoiseScale, Out, Png, Tempo, Wav
from counterpoint.cli.pieces import SEEDS, load_generator, places, refuse_outside, request, settings_of, tempo_or, write
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
    wav: Wav = False,
    png: Png = False,
    force: Force = False,
) -> None:
    """Write the way from one piece to another, as piece-000.mid, piece-001.mid, …

    The first and the last are what `counterpoint generate` writes of their seeds by the same model, a MuseGAN or a
    C-RNN-GAN. Between them the noise goes from the one to the other in even steps, and the music with it.

    Examples:

    - `counterpoint interpolate --seed 1 --to 2 --steps 8 -o out/`

    - `counterpoint interpolate --seed 1 --to 2 --bars 4 --noise-scale 0.7 --png --wav`

    - `counterpoint interpolate --seed 1 --to 2 --model crnn_gan --length 48`
    """
    with said_plainly():
        from counterpoint.models.generator import MOST_PIECES, Interpolator

        sampling = request(seed=seed, bars=bars, length=length, noise_scale=noise_scale)
        refuse_outside("--to", to, 0, SEEDS - 1)
        refuse_outside("--steps", steps, 2, MOST_PIECES)
        files = places(out, steps, png=png, wav=wav, force=force)
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
        write(notes, files, generator.texture, tempo_bpm, (f"counterpoint {run_name}", f"seed {seed} to {to}"))
