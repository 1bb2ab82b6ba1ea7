"""`counterpoint interpolate`: pieces between two others, by a registered model."""

from pathlib import Path
from typing import Annotated

import typer

from counterpoint import paths
from counterpoint.cli.pieces import allowed_tempo, load_generator, places, request, settings_of, write
from counterpoint.cli.plainly import UsageError, said_plainly


def interpolate(
    seed: Annotated[int, typer.Option(help="of the first piece, as `generate` makes it")],
    to: Annotated[int, typer.Option(help="the seed of the last piece")],
    steps: Annotated[int, typer.Option(help="how many pieces, both ends among them, 2 to 64")] = 5,
    model: Annotated[
        str, typer.Option("--model", "-m", metavar="NAME|ALIAS|VERSION", help="a generator, an alias or a version")
    ] = "musegan",
    out: Annotated[Path, typer.Option("--out", "-o", help="the folder that the files go to")] = Path("out"),
    bars: Annotated[int | None, typer.Option(help="bars of a piece, 1 to 256; default: 8")] = None,
    noise_scale: Annotated[
        float | None, typer.Option(help="of the noise, 0 to 5; less is more usual; default: 1")
    ] = None,
    tempo: Annotated[
        float | None, typer.Option(help="quarter notes a minute; default: tempo_bpm of params.yaml")
    ] = None,
    wav: Annotated[bool, typer.Option("--wav", help="sound beside each MIDI")] = False,
    png: Annotated[bool, typer.Option("--png", help="a piano roll beside each MIDI")] = False,
    force: Annotated[bool, typer.Option("--force", help="replace files that are there")] = False,
) -> None:
    """Write the way from one piece to another, as piece-000.mid, piece-001.mid, …

    Example: `counterpoint interpolate --seed 1 --to 2 --steps 8 -o out/`
    """
    with said_plainly():
        sampling = request(seed=seed, bars=bars, noise_scale=noise_scale)
        files = places(out, max(steps, 1), png=png, wav=wav, force=force)
        root = paths.project_root()
        tempo_bpm = allowed_tempo(settings_of(root).tempo_bpm if tempo is None else tempo)
        generator, run_name = load_generator(model, root)
        from counterpoint.models.generator import Interpolator

        if not isinstance(generator, Interpolator):
            raise UsageError(f"{generator.name} knows nothing between two pieces; musegan does")
        typer.echo(f"{run_name}: {steps} pieces from seed {seed} to seed {to}", err=True)
        try:
            notes = generator.interpolate(sampling, to, steps)
        except ValueError as error:
            raise UsageError(str(error)) from error
        write(notes, files, tempo_bpm, (f"counterpoint {run_name}", f"seed {seed} to {to}"))
