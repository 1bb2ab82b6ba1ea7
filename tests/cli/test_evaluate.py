"""`counterpoint evaluate`, on real files, real splits and hostile ones."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from counterpoint import paths
from counterpoint.cli import app, sets
from counterpoint.cli.evaluate import HALF, TextureName, judge_all
from counterpoint.cli.plainly import UsageError
from counterpoint.evaluation.judge import figures, judge, prepare
from counterpoint.evaluation.references import corrupted
from counterpoint.evaluation.textures import Texture
from counterpoint.notes.midi import read_midi, write_midi
from counterpoint.notes.table import note_table, read_notes, read_pieces
from counterpoint.notes.voices import VOICE_NAMES, four_voices
from counterpoint.report.numbers import number

DATA = Path(__file__).parents[1] / "data"
CHORALES, FREEDOOM = DATA / "chorales", DATA / "freedoom"


def command(*words: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, words)])


def refused(*words: object) -> str:
    got = command(*words)
    assert got.exit_code == 1, got.output
    assert got.stdout == "" and "Traceback" not in got.stderr
    return " ".join(got.stderr.split())


def write(folder: Path, notes: pd.DataFrame, track_names: tuple[str, ...] = ()) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, piece in notes.groupby("piece"):
        midi = write_midi(piece.reset_index(drop=True), tempo_bpm=77, track_names=track_names)
        (folder / f"{name}.mid").write_bytes(midi)
    return folder


def notes_of(files: list[Path]) -> pd.DataFrame:
    read = [read_midi(file.read_bytes(), file.stem, max_notes=9999, max_beats=999)[0] for file in sorted(files)]
    return pd.concat(read, ignore_index=True)


def tune(piece: str, *pitches: int) -> pd.DataFrame:
    return note_table(piece=piece, onset=[24 * place for place in range(len(pitches))], duration=24, pitch=pitches)


@pytest.fixture(scope="module")
def chorales() -> pd.DataFrame:
    return notes_of(list(CHORALES.glob("*.mid")))


@pytest.fixture
def no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / paths.NOTES).parent.mkdir(parents=True)
    (root / "dvc.yaml").write_text("stages: {}\n")
    for name in ("notes.parquet", "pieces.parquet"):
        shutil.copy(DATA / "bach" / name, root / paths.NOTES.parent)
    (root / "below").mkdir()
    monkeypatch.chdir(root / "below")
    return root


SCRIPT = """
import sys
from counterpoint.cli import app
if __name__ == "__main__":
    app(sys.argv[1:], standalone_mode=False)
    heavy = {"tensorflow", "keras", "mlflow", "music21", "bentoml", "verovio", "dvc"} & set(sys.modules)
    sys.exit(f"imported: {heavy}" if heavy else 0)
"""


@dataclass(frozen=True)
class Told:
    """A run on six chorales with a third of the notes spoilt, two pieces of one voice, and files that hold no music."""

    judged: Path
    reference: Path
    text: str
    errors: str
    page: str
    found: dict


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, chorales: pd.DataFrame) -> Told:
    """In a process of its own, that fails if it has imported a framework."""
    folder = tmp_path_factory.mktemp("told")
    judged = write(folder / "system", corrupted(chorales, 1 / 3, chorales, seed=4))
    write(judged, pd.concat([tune("solo", 61, 63, 66), tune("duo", 62, 64)]))
    (judged / "words.mid").write_text("a tune, in words")
    (judged / "nothing.midi").write_bytes(b"")
    (judged / "cut.mid").write_bytes((CHORALES / "bwv64.8.mid").read_bytes()[:90])
    (judged / "readme.txt").write_text("not music")
    reference = write(shutil.copytree(CHORALES, folder / "real"), tune("air", 60, 67, 65, 59))
    shutil.copy(reference / "bwv64.8.mid", reference / "later.mid")
    (folder / "run.py").write_text(SCRIPT)
    words = ["evaluate", judged, "-r", reference, "-t", "voices", "--seed", "3"]
    got = subprocess.run(
        [sys.executable, "run.py", *words, "--json", "all.json", "--html", "deep/page.html"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert got.returncode == 0, got.stderr
    page = (folder / "deep" / "page.html").read_text(encoding="utf-8")
    return Told(judged, reference, got.stdout, got.stderr, page, json.loads((folder / "all.json").read_text()))


def test_texture_names_are_the_textures() -> None:
    assert tuple(TextureName) == get_args(Texture)


def test_json_is_what_judge_says(told: Told, chorales: pd.DataFrame) -> None:
    names = [f"{name}.mid" for name in (*sorted(set(chorales["piece"])), "solo", "duo")]
    ours = notes_of([told.judged / name for name in names])
    judgement = judge(ours, prepare(chorales, None, "voices", seed=3))
    assert told.found["judgement"] == judgement
    assert told.found["figures"] == figures(judgement)
    assert told.found["judgement"]["originality"] is None
    assert told.errors.splitlines()[-2:] == ["written: all.json", "written: deep/page.html"]


def test_every_file_is_accounted_for(told: Told) -> None:
    status = {Path(file).name: said for file, said in told.found["files"].items() if str(told.judged) in file}
    music = [path.name for path in CHORALES.glob("*.mid")]
    assert sorted(status) == sorted([*music, "solo.mid", "duo.mid", "words.mid", "nothing.midi", "cut.mid"])
    assert sorted(name for name, said in status.items() if said != "ok") == ["cut.mid", "nothing.midi", "words.mid"]
    assert status["words.mid"].startswith("failed: ")
    assert f"{told.judged / 'words.mid'}: failed: " in told.text


def test_real_music_is_counted_once(told: Told) -> None:
    kept, copy = told.reference / "bwv64.8.mid", told.reference / "later.mid"
    assert told.found["files"][str(copy)] == f"duplicate: the same bytes as {kept}"
    assert told.found["judgement"]["real"]["pieces"] == 6


def test_pieces_that_are_not_in_the_texture_are_left_out_by_name(told: Told) -> None:
    for name, whose in (("solo", told.judged), ("duo", told.judged), ("air", told.reference)):
        assert f"{whose}: {name}: not four pitched tracks" in " ".join(told.text.split())
    assert set(told.found["judgement"]["left_out"]) == {"solo", "duo"}
    assert set(told.found["reference_left_out"]) == {"air"}


def test_the_text_has_every_measure_and_every_row(told: Told) -> None:
    for title in [of["title"] for of in (*told.found["judgement"]["measures"], *told.found["rows"])]:
        assert title in told.text
    assert [row["name"] for row in told.found["rows"]] == [
        *("half", "spoilt_5", "spoilt_10", "spoilt_20", "spoilt_40", "shuffled", "noise")
    ]
    distance = number(told.found["figures"]["distance_to_real"])
    assert re.search(rf"^  > +{distance} +\S+ to \S+ +{re.escape(str(told.judged))}$", told.text, re.MULTILINE)
    assert max(map(len, told.text.splitlines())) <= 120


def test_the_page_is_one_file(told: Told) -> None:
    assert not re.search(r"https?://|//cdn|url\(|@import|<script|style=", told.page)
    assert re.findall(r'(?:src|href)="(?!data:|#)', told.page) == []
    for words in (str(told.judged), str(told.reference), "half of the reference", "uniform noise", "words.mid"):
        assert words in told.page
    assert "guard" not in told.page
    assert not re.search(r"\bNone\b|\bnan\b", told.page)


def test_another_music_is_farther_away_than_spoilt_music(no_project: Path, chorales: pd.DataFrame) -> None:
    (no_project / "mine.json").write_text("mine")
    got = command(FREEDOOM, "-r", CHORALES, "--json", "mine.json", "--force")
    assert got.exit_code == 0, got.output
    far = json.loads((no_project / "mine.json").read_text())["figures"]["distance_to_real"]
    near = judge(corrupted(chorales, 1 / 3, chorales, seed=4), prepare(chorales, None, "melody", seed=0))
    assert near["distance_to_real"]["value"] < far
    assert f"{FREEDOOM} stands farther away than" in got.stdout
    assert "nothing can be said of copying without --training" in got.stdout


def test_copies_among_what_is_judged_are_judged_and_few_pieces_bring_no_rows(no_project: Path) -> None:
    for folder, names in (("again", ["a", "b", "c"]), ("few", ["bwv66.6", "bwv17.7", "bwv87.7"])):
        (no_project / folder).mkdir()
        for name in names:
            source = CHORALES / ("bwv66.6.mid" if folder == "again" else f"{name}.mid")
            shutil.copy(source, no_project / folder / f"{name}.mid")
    got = command("again", "-r", "few", "--json", "-")
    assert got.exit_code == 0, got.output
    found = json.loads(got.stdout)
    assert found["judgement"]["generated"]["pieces"] == 3
    assert found["warnings"] == [
        "few has 3 pieces, too few for two halves: no row says what a distance means",
        "again has only 3 pieces here: its numbers hang on each of them, do not trust them",
        "few has only 3 pieces here: its numbers hang on each of them, do not trust them",
        "again and few have 1 file in common, so the distance is too small",
    ]
    assert found["rows"] == []


@pytest.mark.parametrize("texture", ["melody", "voices"])
def test_in_a_project_the_test_split_is_the_reference_and_its_rows_are_in_order(project: Path, texture: str) -> None:
    notes, pieces = read_notes(project / paths.NOTES), read_pieces(project / paths.PIECES)
    split = {name: notes[notes["piece"].isin(of["piece"])] for name, of in pieces.groupby("split")}
    some = write(project / "some", split["validation"])
    got = command(some, "-t", texture, "--seed", 5, "--json", "-")
    assert got.exit_code == 0, got.output
    found = json.loads(got.stdout)
    read = notes_of(list(some.glob("*.mid")))
    assert found["judgement"] == judge(read, prepare(split["test"], split["train"], texture, seed=5))
    assert found["judgement"]["originality"]["human_copied_share"]["value"] < 0.1
    rows = {row["name"]: row["judgement"]["distance_to_real"]["value"] for row in found["rows"]}
    steps = [rows[name] for name in ("half", "spoilt_5", "spoilt_10", "spoilt_20", "spoilt_40", "noise")]
    assert steps == sorted(steps) and abs(steps[0]) < 0.03
    assert ("shuffled" in rows) == (texture == "voices")
    assert rows.get("shuffled", 0.05) > rows["half"]
    counted = [row["judgement"][side]["pieces"] for row in found["rows"] for side in ("generated", "real")]
    assert counted == [16, 15] * len(rows)


def test_voices_by_their_names_are_judged_as_the_pipeline_judged_them(project: Path) -> None:
    """Real chorales whose alto lies above the soprano: it is still the alto, where the file says so."""
    notes, pieces = read_notes(project / paths.NOTES), read_pieces(project / paths.PIECES)
    split = {name: notes[notes["piece"].isin(of["piece"])] for name, of in pieces.groupby("split")}
    written = four_voices(split["validation"])
    written = written.assign(pitch=written["pitch"].where(written["track"] != 1, written["pitch"] + 12))
    bench = prepare(split["test"], split["train"], "voices", seed=3)
    judged = {numbered: judge(written, bench, numbered=numbered) for numbered in (True, False)}
    assert judged[True]["tracks"] != judged[False]["tracks"]
    for called, numbered in ((VOICE_NAMES, True), ((), False)):
        folder = write(project / f"by {called}", written, called)
        got = command(folder, "-t", "voices", "--seed", 3, "--json", "-")
        assert got.exit_code == 0, got.output
        assert json.loads(got.stdout)["judgement"] == judged[numbered]


def test_bands_are_judged_by_family_of_instruments(tmp_path: Path) -> None:
    files = sorted((DATA / "bands").glob("*.mid"))
    for place, file in enumerate(files):
        folder = tmp_path / ("theirs" if place % 2 else "real")
        folder.mkdir(exist_ok=True)
        shutil.copy(file, folder)
    page = tmp_path / "verdict.html"
    got = command(tmp_path / "theirs", "-r", tmp_path / "real", "-t", "band", "--json", "-", "--html", page)
    assert got.exit_code == 0, got.output
    found = json.loads(got.stdout)
    rows = {row["name"]: row["judgement"]["distance_to_real"]["value"] for row in found["rows"]}
    assert rows["half"] < rows["shuffled"] < rows["noise"]
    of = {(row["track"], row["measure"]): row["generated"] for row in found["judgement"]["tracks"]}
    assert {track for track, _ in of} == {0, 1, 2, 3, 4}
    assert 0.5 < of[0, "drum_pattern"] <= 1 and of[3, "drum_pattern"] is None  # drums and bass
    assert of[0, "used_pitch_classes"] is None and 1 < of[3, "used_pitch_classes"] < of[4, "used_pitch_classes"]
    told = page.read_text(encoding="utf-8")
    table = told[told.index("Track by track, as in the MuseGAN paper") :]
    titles = re.findall(r'<tr class="(\w+)"><th scope="row">([^<]*)</th>', table)
    one = [("real", found["reference"]), ("reference", HALF), ("reference", f"{HALF}, tracks shuffled between pieces")]
    assert titles == [*one, ("generator", found["folder"])] * 2  # of tracks, and of pairs
    first = re.search(r'<tr class="real">.*?</tr>', table).group()
    shown = [float(cell) for cell in re.findall(r'<td class="n">([^<]*)</td>', first)[:5]]
    real = {row["track"]: row["real"] for row in found["judgement"]["tracks"] if row["measure"] == "empty_bars"}
    assert shown == pytest.approx([100 * real[track] for track in range(5)], rel=0.02)


def test_what_was_learnt_from_may_be_named(project: Path) -> None:
    got = command(CHORALES, "--training", CHORALES)
    assert got.exit_code == 0, got.output
    assert re.search(r"100\s% \(100\s% to 100\s%\) of its windows of eight notes stand in the training", got.stdout)


def test_the_seed_decides_intervals_and_halves_alone(chorales: pd.DataFrame) -> None:
    real = sets.Set("real", chorales, frozenset())
    ours = sets.Set("ours", corrupted(chorales, 0.25, chorales, seed=9), frozenset())
    one, other = (judge_all(ours, real, None, "melody", seed) for seed in (1, 2))
    assert one.judgement["distance_to_real"]["families"] == other.judgement["distance_to_real"]["families"]
    assert one.judgement["distance_to_real"]["low"] != other.judgement["distance_to_real"]["low"]
    assert one.beside[0].judgement["measures"] != other.beside[0].judgement["measures"]


def test_folders_that_cannot_be_judged(no_project: Path) -> None:
    (no_project / "empty").mkdir()
    (no_project / "bad").mkdir()
    for name in range(4):
        (no_project / "bad" / f"{name}.mid").write_text(f"words {name}")
    write(no_project / "one", tune("lonely", 62, 67, 65))
    assert "the folder to judge, missing, is missing" in refused("missing", "-r", CHORALES)
    assert "--reference, missing, is missing" in refused(CHORALES, "-r", "missing")
    assert "--training, bad/0.mid, is not a folder" in refused(CHORALES, "-r", FREEDOOM, "--training", "bad/0.mid")
    assert "the folder to judge, empty, holds no .mid or .midi file" in refused("empty", "-r", CHORALES)
    said = refused("one", "-r", "bad")
    assert "none of the 4 MIDI files below --reference, bad, can be read: bad/0.mid: failed: " in said
    assert said.endswith("; …")
    assert "cannot be judged against itself" in refused(CHORALES, "-r", CHORALES / ".." / "chorales")
    assert "--reference is missing" in refused(CHORALES)
    assert "one holds 1 piece; at least 2 are needed" in refused("one", "-r", CHORALES)
    (no_project / "one" / "words.mid").write_text("words")
    assert "one holds 1 piece (1 more file was not taken); at least 2" in refused("one", "-r", CHORALES)
    said = refused("one", "-r", CHORALES, "--seed", -1)
    assert said == "--seed: got -1, allowed: a whole number from 0 to 2147483647"


@pytest.mark.parametrize(
    ("texture", "names", "says"),
    [
        (
            "melody",
            ["air"],
            "^theirs holds 1 piece; at least 2 are needed, for distance_to_real asks how pieces differ: add music$",
        ),
        (
            "melody",
            ["air", "drums", "drums too"],
            "^only 1 of the 3 pieces of theirs can be rendered as melody, .* drum's; at least 2 are needed",
        ),
        (
            "voices",
            ["air", "solo"],
            "none of the 2 pieces of theirs .* voices, which takes four pitched tracks, .*try",
        ),
        (
            "chords",
            ["drums"],
            "none of the 1 pieces of theirs .* chords, which takes a note that is not a drum's$",
        ),
    ],
)
def test_too_few_pieces_for_a_distance(texture: Texture, names: list[str], says: str) -> None:
    notes = pd.concat([tune(name, 62, 67, 65).assign(is_drum="drums" in name) for name in names])
    with pytest.raises(UsageError, match=says):
        sets.fit_to_judge(sets.Set("theirs", notes, frozenset()), texture, 0)


def test_a_project_that_is_not_built(project: Path) -> None:
    (project / paths.NOTES).unlink()
    said = refused(CHORALES)
    assert f"{project / paths.NOTES} is not there yet: build it with `dvc repro ingest`, or give --reference" in said


def test_nothing_is_replaced_unless_forced(no_project: Path) -> None:
    (no_project / "mine.json").write_text("mine")
    (no_project / "folder").mkdir()
    words = (FREEDOOM, "-r", CHORALES)
    assert "there already: mine.json" in refused(*words, "--json", "mine.json")
    assert "there already: mine.json" in refused(*words, "--html", "mine.json")
    assert "folder is a folder: name a file" in refused(*words, "--html", "folder", "--force")
    assert "both name new" in refused(*words, "--html", "new", "--json", "new")
    said = refused(*words, "--html", "mine.json/below/page.html")
    assert f"cannot be written: {no_project / 'mine.json'} is not a folder" in said
    assert (no_project / "mine.json").read_text() == "mine"


def test_names_that_no_terminal_shows(no_project: Path) -> None:
    folder = shutil.copytree(CHORALES, no_project / os.fsdecode(b"n\xf6ten \x1b[31m"))
    shutil.copy(CHORALES / "bwv66.6.mid", folder / os.fsdecode(b"\xff.mid"))
    (folder / "two\nlines.mid").write_text("words")
    got = command(folder, "-r", FREEDOOM)
    assert got.exit_code == 0, got.output
    assert "n\\xf6ten \\x1b[31m, as melody: 6 pieces" in got.stdout
    words = " ".join(got.stdout.split())
    assert "\\xff.mid: failed: its name is not UTF-8: rename it" in words
    assert "two\\nlines.mid: failed: " in words
    assert "\x1b" not in got.stdout


def test_of_too_many_pieces_some_are_drawn(monkeypatch: pytest.MonkeyPatch, chorales: pd.DataFrame) -> None:
    given = sets.Set("many", chorales, frozenset())
    everything, nothing_said = sets.fit_to_judge(given, "melody", 1)
    assert everything is chorales and nothing_said == []
    monkeypatch.setattr(sets, "MOST_EXCERPTS", 12)
    some, (said,) = sets.fit_to_judge(given, "melody", 1)
    kept = set(some["piece"])
    assert 2 <= len(kept) < 6 and len(some) == chorales["piece"].isin(kept).sum()
    assert re.fullmatch(
        rf"many has \d+ excerpts, and 12 can be compared: {len(kept)} of its 6 pieces were drawn .*", said
    )
    assert {tuple(sorted(set(sets.fit_to_judge(given, "melody", seed)[0]["piece"]))) for seed in range(6)} != {
        tuple(sorted(kept))
    }


def test_help_teaches() -> None:
    got = CliRunner().invoke(app, ["evaluate", "--help"], env={"COLUMNS": "120"})
    assert got.exit_code == 0
    for words in ("--reference", "melody|chords|voices|band", "Examples", "--training learnt-from/"):
        assert words in got.stdout
