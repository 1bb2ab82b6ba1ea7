"""`counterpoint evaluate`: judge a folder of MIDI, whoever wrote it, against real music."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterpoint.cli.plainly import UsageError, said_plainly

if TYPE_CHECKING:
    import pandas as pd

    from counterpoint.cli.sets import Set
    from counterpoint.cli.verdict import Verdict
    from counterpoint.evaluation.judge import Bench
    from counterpoint.evaluation.textures import Texture


FEW_PIECES = 10  # with fewer, intervals say little
SPOILT_SHARES = (0.05, 0.1, 0.2, 0.4)  # of the notes
HALF = "half of the reference"
STDOUT = Path("-")
ABOUT = """\
What to judge: {name}. The held-out music: {reference}. Both were brought to one texture and cut to excerpts of sixteen
quarters. **distance_to_real** is 0 where nothing tells the two apart, and about 1 where they have nothing in common.
Beside it stands one half of the reference, judged against its other half as it is and with more and more of its notes
spoilt, down to noise.
"""


class TextureName(StrEnum):
    """`evaluation.textures.TEXTURES`, whose module is slow to import, as the command line takes them."""

    melody = "melody"
    chords = "chords"
    voices = "voices"
    band = "band"


def evaluate(
    folder: Annotated[Path, typer.Argument(help="what to judge: every .mid and .midi below it")],
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            "-r",
            metavar="FOLDER",
            help="the real music to judge against; default: the held-out test split of the project around",
        ),
    ] = None,
    training: Annotated[
        Path | None,
        typer.Option(
            "--training",
            metavar="FOLDER",
            help="what may have been copied from; default: without --reference the project's training split, with it "
            "none, and nothing is said of copying",
        ),
    ] = None,
    texture: Annotated[
        TextureName, typer.Option("--texture", "-t", help="what all music is brought to")
    ] = TextureName.melody,
    as_json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE|-", help="everything, for programs; - prints nothing else")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="a page with pictures, one file")] = None,
    seed: Annotated[int, typer.Option(help="of intervals, of halves, and of what is spoilt on purpose")] = 0,
    force: Annotated[bool, typer.Option("--force", help="replace files that are there")] = False,
) -> None:
    """Judge a folder of MIDI, whoever wrote it, against real music.

    All music is brought to one texture and cut to excerpts of 16 quarter notes. `distance_to_real` is 0 where nothing
    tells the two sets apart, and about 1 where they have nothing in common. What a number means is shown by the rows
    beside it: one half of the reference judged against its other half, as it is, and spoilt more and more. Numbers
    in unlike textures, or against unlike references, cannot be compared.

    Textures: `melody` is the highest line and `chords` all notes, of any piece with a pitched note; `voices` takes
    pieces of exactly four pitched tracks, by their names if they are called soprano, alto, tenor and bass, as those
    that `counterpoint generate` writes are, else from the highest to the lowest by mean pitch; `band` sorts all
    instruments into drums, piano, guitar, bass and strings, and leaves sound effects out. What does not fit is left
    out, and named.

    Examples:

    - `counterpoint evaluate out/` judges against the project's held-out test split

    - `counterpoint evaluate theirs/ --reference chorales/ --texture voices --html verdict.html`

    - `counterpoint evaluate theirs/ -r held-out/ --training learnt-from/ --json - | jq .figures.copied_share`
    """
    with said_plainly():
        from counterpoint.cli import sets, verdict
        from counterpoint.cli.pieces import SEEDS, refuse_outside

        refuse_outside("--seed", seed, 0, SEEDS - 1)
        written = [path for path in (as_json, html) if path is not None and path != STDOUT]
        _refuse_to_replace(written, force)
        _refuse_to_judge_itself(folder, reference)
        folders = {"the folder to judge": folder, "--reference": reference, "--training": training}
        for what, path in folders.items():
            if path is not None:
                sets.refuse_what_holds_no_music(path, what)
        if reference is None:
            root = sets.project_root()
            real, known = sets.read_split("test", root), sets.read_split("train", root)
        else:
            real, known = sets.read_folder(reference, "--reference", once=True), None
        if training is not None:
            known = sets.read_folder(training, "--training", once=True)
        judged = sets.read_folder(folder, "the folder to judge")
        found = judge_all(judged, real, known, texture.value, seed)
        if as_json is not None:
            _write(as_json, _json(found))
        if html is not None:
            _write_page(found, html)
        if as_json != STDOUT:
            typer.echo("\n".join(verdict.lines(found)))
        for path in written:
            typer.echo(f"written: {sets.shown(path)}", err=True)


def judge_all(judged: "Set", real: "Set", training: "Set | None", texture: "Texture", seed: int) -> "Verdict":
    """Judge a set, and beside it what the reference itself gives. Raises UsageError where there is no distance."""
    from tqdm import tqdm

    from counterpoint.cli.sets import fit_to_judge, notes_of, overlaps
    from counterpoint.cli.verdict import Beside, Verdict
    from counterpoint.evaluation.judge import judge, prepare, why_left_out

    notes, said = fit_to_judge(judged, texture, seed)
    real_notes, said_of_real = fit_to_judge(real, texture, seed)
    known = None if training is None else notes_of(training, texture)
    bench = prepare(real_notes, known, texture, seed=seed, numbered=True)
    rows = list(_from_the_reference(bench))
    with tqdm(total=1 + len(rows), desc="judging", unit="set", disable=None) as bar:
        judgement = judge(notes, bench, numbered=True)
        bar.update()
        beside = []
        for name, title, spoilt, half in rows:
            beside.append(Beside(name, title, judge(spoilt, half, numbered=True)))
            bar.update()
    pieces = bench.real["piece"].nunique()
    if not rows:
        said_of_real.append(
            f"{real.name} has {pieces} pieces, too few for two halves: no row says what a distance means"
        )
    for who, count in ((judged.name, judgement["generated"]["pieces"]), (real.name, pieces)):
        if count < FEW_PIECES:
            said_of_real.append(
                f"{who} has only {count} pieces here: its numbers hang on each of them, do not trust them"
            )
    missing = sorted(set(real_notes["piece"]) - set(bench.real["piece"]))
    return Verdict(
        name=judged.name,
        reference=real.name,
        judgement=judgement,
        beside=tuple(beside),
        reference_left_out=dict.fromkeys(missing, why_left_out(texture)),
        warnings=(*said, *said_of_real, *overlaps(judged, real, training)),
        files={file: status for each in (training, real, judged) if each for file, status in each.files.items()},
    )


def _from_the_reference(bench: "Bench") -> Iterator[tuple[str, str, "pd.DataFrame", "Bench"]]:
    """Name, title and notes of what stands beside, and what it is judged against: the other half of the reference.

    Not the whole of it: a spoilt piece would lie beside its own original, and seem nearer than it is.
    """
    import numpy as np

    from counterpoint.evaluation.judge import prepare
    from counterpoint.evaluation.references import corrupted, shuffled_tracks, uniform_noise
    from counterpoint.evaluation.tracks import TRACKED

    real, seed = bench.real, bench.seed
    pieces = np.random.default_rng(seed).permutation(np.unique(real["piece"].to_numpy(str)))
    if len(pieces) < 4:
        return
    one, other = (real[real["piece"].isin(half)].reset_index(drop=True) for half in np.array_split(pieces, 2))
    against = prepare(other, None, bench.texture, seed=seed, numbered=True)
    yield "half", HALF, one, against
    for share in SPOILT_SHARES:
        title = f"{HALF}, {100 * share:.0f} % of the notes spoilt"
        yield f"spoilt_{100 * share:.0f}", title, corrupted(one, share, real, seed=seed), against
    if bench.texture in TRACKED:
        what = "voices" if bench.texture == "voices" else "tracks"
        yield "shuffled", f"{HALF}, {what} shuffled between pieces", shuffled_tracks(one, seed=seed), against
    yield "noise", "uniform noise", uniform_noise(one, real, seed=seed), against


def _json(found: "Verdict") -> str:
    from counterpoint.evaluation.judge import figures

    content = {
        "folder": found.name,
        "reference": found.reference,
        "judgement": found.judgement,
        "figures": figures(dict(found.judgement)),
        "rows": [{"name": row.name, "title": row.title, "judgement": row.judgement} for row in found.beside],
        "reference_left_out": found.reference_left_out,
        "warnings": found.warnings,
        "files": found.files,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _write_page(found: "Verdict", path: Path) -> None:
    from counterpoint.evaluation.catalog import METRICS
    from counterpoint.report.contents import Definition, Generator, ReportContents, Row, Texture
    from counterpoint.report.gather import RECIPE, TITLES, TRACKS
    from counterpoint.report.page import write_report

    texture = found.judgement["texture"]
    rows = [Row(row.name, row.title, "reference", row.judgement) for row in found.beside]
    rows.append(Row("judged", found.name, "generator", found.judgement))
    defined = (Definition(of.name, of.title, of.unit, of.meaning, of.source) for of in METRICS)
    contents = ReportContents(
        title="Music, judged",
        about_markdown=_about(found),
        textures=(Texture(texture, TITLES[texture], tuple(rows), TRACKS.get(texture, ()), found.reference),),
        generators=(Generator("judged", found.name, failed=None),),
        definitions=(*RECIPE, *defined),
    )
    with _writing(path):
        write_report(contents, path)


def _about(found: "Verdict") -> str:
    unread = {file: status for file, status in found.files.items() if status != "ok"}
    lines = [*found.warnings, *(f"not taken: {file}, {status}" for file, status in unread.items())]
    listed = "".join(f"- {line}\n" for line in lines)
    return ABOUT.format(name=found.name, reference=found.reference) + (f"\nTake care:\n\n{listed}" if lines else "")


def _write(path: Path, text: str) -> None:
    if path == STDOUT:
        typer.echo(text, nl=False)
        return
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _refuse_to_replace(files: list[Path], force: bool) -> None:
    if len(set(files)) < len(files):
        raise UsageError(f"--json and --html both name {files[0]}: give each a file of its own")
    for path in files:
        if path.is_dir():
            raise UsageError(f"{path} is a folder: name a file")
        if path.exists() and not force:
            raise UsageError(f"there already: {path}; name another file, or --force to replace it")
        there = next(parent for parent in path.absolute().parents if parent.exists())
        if not there.is_dir() or not os.access(there, os.W_OK):
            raise UsageError(f"{path} cannot be written: {there} is not a folder that may be written to")


def _refuse_to_judge_itself(folder: Path, reference: Path | None) -> None:
    if reference is not None and folder.resolve() == reference.resolve():
        raise UsageError(
            f"{folder} cannot be judged against itself; judged against any other folder, the row of one half of the "
            "reference shows how near real music comes"
        )
