"""`counterpoint render`: MIDI files as sound, score, picture or numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterpoint.cli.options import Force, FormatName
from counterpoint.cli.pieces import formats_of, refuse_outside, refuse_to_replace, said_of, write_file
from counterpoint.cli.plainly import UsageError, said_plainly

if TYPE_CHECKING:
    from counterpoint.serving.request import Format

MOST_NOTES, MOST_BEATS = 100_000, 20_000


def render(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mid…", help="MIDI files")],
    format: Annotated[
        list[FormatName],
        typer.Option("--format", "-f", help="of the files to write; several times for several of each"),
    ] = [FormatName.wav],  # noqa: B006  typer's own way
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="the folder that they go to; default: beside each file")
    ] = None,
    tempo: Annotated[
        float | None, typer.Option(help="quarter notes a minute, 20 to 400; default: each file's first tempo")
    ] = None,
    force: Force = False,
) -> None:
    """Hear and see MIDI files: each as sound (wav), score (musicxml, svg), piano roll (png) or numbers (json).

    What the service and the report show is made the same way. Scores are in 4/4, in the likeliest key, without drums.

    Examples:

    - `counterpoint render theme.mid`

    - `counterpoint render out/piece-000.mid out/piece-001.mid -f svg -f png -o pictures/`

    - `counterpoint render theme.mid -f wav --tempo 60 --force`
    """
    with said_plainly():
        from tqdm import tqdm

        from counterpoint.models.ranges import refusal
        from counterpoint.notes.midi import MidiError, read_midi
        from counterpoint.serving import given
        from counterpoint.serving.answer import AnswerError, Music, file_names
        from counterpoint.serving.answer import files as made_of
        from counterpoint.serving.rendering import render as rendered
        from counterpoint.serving.request import TEMPOS_BPM

        if tempo is not None:
            refuse_outside("--tempo", tempo, *TEMPOS_BPM, "quarter notes a minute")
        formats = formats_of(format)
        if "midi" in formats:
            raise UsageError(refusal("--format", "midi", "musicxml, wav, svg, png, json; the files are MIDI already"))
        targets = {file: [_beside(file, out, kind) for kind in formats] for file in files}
        missing = [str(file) for file in files if not file.is_file()]
        if missing:
            raise UsageError(f"there is no such file: {', '.join(missing)}")
        everything = [path for beside in targets.values() for path in beside]
        if len(set(everything)) < len(everything):
            raise UsageError("two of the files would be written to one place: give them one after the other, or rename")
        refuse_to_replace(everything, force)
        for file, beside in tqdm(targets.items(), desc="rendering", unit="file", disable=None):
            try:
                notes, facts = read_midi(file.read_bytes(), "000", max_notes=MOST_NOTES, max_beats=MOST_BEATS)
                music = Music(notes, 1, "", file.name, "", tempo or facts.tempo_bpm, facts.track_names)
                made = made_of(music, formats, lambda pieces: [rendered(piece, kind) for piece, kind in pieces])
            except (MidiError, AnswerError, OSError) as error:
                raise UsageError(f"{file} cannot be rendered: {error}") from error
            for path, name in zip(beside, file_names(1, formats), strict=True):
                write_file(path, made[name])
            for line in said_of(file, given.moved(facts)):
                typer.echo(line, err=True)


def _beside(file: Path, out: Path | None, kind: "Format") -> Path:
    return (file.parent if out is None else out) / f"{file.stem}.{kind}"
