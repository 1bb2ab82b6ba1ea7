"""The options that the commands which write music share, each said once: its name, its place in `--help`, its words."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class FormatName(StrEnum):
    """`serving.request.FORMATS`, whose module is slow to import, as the command line takes them."""

    midi = "midi"
    musicxml = "musicxml"
    wav = "wav"
    svg = "svg"
    png = "png"
    json = "json"


MIDI = [FormatName.midi]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME|ALIAS|VERSION",
        help="a generator (its newest version), an alias, a version, or NAME@VERSION; `counterpoint models` lists them",
    ),
]
Count = Annotated[int, typer.Option("--count", "-n", help="how many pieces, 1 to 64")]
Seed = Annotated[int | None, typer.Option(help="the same seed brings the same music; default: a random one")]
Out = Annotated[Path, typer.Option("--out", "-o", help="the folder that the files go to")]
Bars = Annotated[int | None, typer.Option(help="MuseGAN: bars of a piece, 1 to 256; default: 8")]
Length = Annotated[
    int | None,
    typer.Option(
        help="LSTM: at most so many events a piece, the primer's among them; C-RNN-GAN: so many tones; default: 128"
    ),
]
NoiseScale = Annotated[
    float | None, typer.Option(help="MuseGAN, C-RNN-GAN: of the noise, 0 to 5; less is more usual; default: 1")
]
Temperature = Annotated[
    float | None, typer.Option(help="LSTM: of the notes, 0 to 5; 0 takes the likeliest; default: 1")
]
DurationTemperature = Annotated[float | None, typer.Option(help="LSTM: of the durations; default: as the notes")]
TopK = Annotated[int | None, typer.Option(help="LSTM: choose among the k likeliest; 0 or none: among all")]
TopP = Annotated[
    float | None, typer.Option(help="LSTM: choose among the likeliest with this much probability; default: 1")
]
Greedy = Annotated[bool, typer.Option("--greedy", help="LSTM: always the likeliest: both temperatures 0")]
Tempo = Annotated[
    float | None, typer.Option(help="quarter notes a minute, 20 to 400; default: tempo_bpm of params.yaml")
]
Key = Annotated[
    str | None,
    typer.Option(
        metavar="TONIC",
        help="C to B, with # or b: every piece is moved so that its tonic is this; default: the key it is written in",
    ),
]
Formats = Annotated[
    list[FormatName], typer.Option("--format", "-f", help="of the files; several times for several of each piece")
]
Force = Annotated[bool, typer.Option("--force", help="replace files that are there")]
