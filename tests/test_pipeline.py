"""The whole house, end to end: the real `dvc repro` at tiny parameters in a clone, its registry and its Bento.

The tests are chapters of one story and run in file order: each goes on from the project as the one before left it.
"""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from counterpoint.models.folder import sha256_tree
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import read_notes
from tests.clone import ACCOMPANY, CHORDS, GAN, LSTM, TONES, Project, clone

TITLES = {ACCOMPANY: f"{ACCOMPANY}, beside a human track"}
TEXTURES = {LSTM: "melody", CHORDS: "chords", GAN: "voices", ACCOMPANY: "voices", TONES: "chords"}
JUDGED = [f"sample@{LSTM}", f"evaluate@{LSTM}", "report", "register"]  # what follows a change of what the LSTM writes
TRAINED = [f"train@{LSTM}", *JUDGED]


def tree(folder: Path) -> str:
    here = Path.cwd()
    os.chdir(folder)
    try:
        return sha256_tree([Path()])
    finally:
        os.chdir(here)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return clone(tmp_path_factory.mktemp("end-to-end") / "project")


@contextlib.contextmanager
def served(project: Project) -> Iterator[httpx.Client]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ["bentoml", "serve", str(project.folder / "dist/bento"), "--host", "127.0.0.1", "--port", str(port)],
        cwd=project.folder,
        env=project.environment,
        start_new_session=True,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            for _ in range(240):
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/readyz").status_code == 200:
                        break
                time.sleep(0.5)
            yield client
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def test_repro_builds_everything_from_a_folder_of_midi(project: Project) -> None:
    ran = project.repro()
    assert ran[:2] == ["corpus", "ingest"] and ran[-3:] == ["report", "register", "package"]
    assert sorted(ran[2:-3]) == sorted(
        [
            f"{stage}@{encoding}"
            for stage in ("vocabulary", "tensorise")
            for encoding in ("melody", "chords", "pianoroll", "vectors")
        ]
        + [f"{stage}@{model}" for stage in ("train", "sample", "evaluate") for model in TEXTURES]
        + [f"reference@{texture}" for texture in ("melody", "chords", "voices", "band")]
    )
    manifest = (project.folder / "data/notes/manifest.csv").read_text()
    assert re.search(r"^broken\.mid,.*failed", manifest, re.MULTILINE)
    for model, shown in ((LSTM, 2), (CHORDS, 3), (GAN, 2), (ACCOMPANY, 2), (TONES, 3)):
        metrics, texture = project.figures(model), TEXTURES[model]
        assert 0 < metrics["distance_to_real"] < 1
        assert ("test_joint_nll" in metrics) == (model in (LSTM, CHORDS))
        assert ("tonal_distance_difference" in metrics) == (texture == "voices")
        assert ("paired_tonal_distance" in metrics) == (model == ACCOMPANY)
        # The highest line over an accompaniment is a person's.
        judged_as = {texture} if model == ACCOMPANY else {texture, "melody"}
        assert set(project.read(f"reports/{model}/evaluation/judgements.json")) == judged_as
        samples = project.folder / "reports" / model / "samples"
        assert len(list(samples.glob("*.mid"))) == shown
        assert read_notes(samples / "notes.parquet")["piece"].nunique() > shown


def test_every_model_is_a_version_and_the_rule_chose_one_of_its_texture(project: Project) -> None:
    versions = {version["generator"]: version for version in project.models()}
    assert {name: version["digest"] for name, version in versions.items()} == {
        name: project.trained(name) for name in TEXTURES
    }
    assert {name: version["texture"] for name, version in versions.items()} == TEXTURES
    assert {name: version["aliases"] for name, version in versions.items() if version["aliases"]} == {
        LSTM: ["champion"]
    }
    metrics = project.figures(LSTM)
    assert versions[LSTM]["metrics"] == pytest.approx(metrics)
    record = project.record()
    assert record["digest"] == project.trained()
    assert record["metric"] == {"name": "distance_to_real", "value": metrics["distance_to_real"]}
    assert record["metrics"] == pytest.approx(metrics) and record["failed"] == {}
    assert project.bento_version().startswith(project.trained()[:12])


def test_the_report_shows_every_generator_beside_the_references_and_fetches_nothing(project: Project) -> None:
    text = (project.folder / "reports/report.html").read_text()
    for model in TEXTURES:
        assert re.search(rf'<h2 id="[^"]+">{model}</h2>', text)
    tables = dict(zip(("melody", "chords", "voices"), re.findall(r"<table>.*?</table>", text, re.DOTALL), strict=False))
    for texture, table in tables.items():
        rows = re.findall(r'<th scope="row">(.*?)</th>', table)
        references = project.read(f"reports/reference/{texture}/rows.json")
        assert [row["name"] for row in references][-5:] == [*(f"corrupted_{n}" for n in (5, 10, 20, 40)), "noise"]
        judged_as = [name for name in TEXTURES if texture in ("melody", TEXTURES[name])]
        models = [TITLES.get(name, name) for name in judged_as if (name, texture) != (ACCOMPANY, "melody")]
        assert sorted(rows) == sorted([*(row["title"] for row in references), *models])
    of_tracks = text[text.index('<h2 id="tracks">') : text.index('<h2 id="g1">')]
    for title in (
        "real music (test split)",
        "training music",
        "its voices shuffled between pieces",
        GAN,
        *TITLES.values(),
    ):
        assert len(re.findall(rf'<th scope="row">{re.escape(title)}</th>', of_tracks)) == 2
    for page in ("report.html", "blind.html"):
        # namespaces of pictures are names, not addresses, and sounds and pictures stand in the page itself
        bare = re.sub(r"data:[\w/+.-]+;base64,[\w+/=]+", "", (project.folder / "reports" / page).read_text())
        assert set(re.findall(r"(?:src|href|action)=[\"']?(?!#|data:)([^\"'\s>]+)", bare)) == set()
        assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest", bare)
        assert "default-src &#39;none&#39;" in bare


def test_the_numbers_are_dvcs_and_mlflows_too(project: Project) -> None:
    shown = json.loads(project.run("dvc", "metrics", "show", "--json"))[""]["data"]
    for model in TEXTURES:
        assert shown[f"reports/{model}/evaluation/metrics.json"]["data"] == pytest.approx(project.figures(model))
    plots = json.loads(project.run("dvc", "plots", "show", "--json"))["data"]
    (bars,) = plots["distance to real, melody"]
    distance = {bar["music"]: bar["distance_to_real"] for bar in bars["content"]["data"]["values"]}
    references = project.read("reports/reference/melody/rows.json")
    # The highest line over an accompaniment is a person's.
    assert set(distance) == {*TEXTURES, *(row["title"] for row in references)} - {ACCOMPANY}
    assert float(distance[LSTM]) == project.record()["metric"]["value"]
    (checks,) = plots[f"distance to validation over training, {GAN}"]
    assert [int(row["iteration"]) for row in checks["content"]["data"]["values"]] == [2, 4]
    pages = {path.name for path in (project.folder / "mlartifacts").rglob("report/*.html")}
    assert pages == {"report.html", "blind.html"}


def test_a_gan_shows_how_it_learned(project: Project) -> None:
    """Its checks, and the same noise heard at one of them, in its folder and in MLflow."""
    told = {name: {"wasserstein", "penalty", "diversity"} for name in (GAN, ACCOMPANY)}
    told[TONES] = {"discriminator_loss", "generator_loss", "real_accuracy", "generated_accuracy", "diversity"}
    for model, columns in told.items():
        history = (project.folder / f"reports/{model}/evaluation/training.csv").read_text().splitlines()
        checks = 2 + (model == TONES)  # pre-training has one of its own
        assert len(history) == 1 + checks and columns <= set(history[0].split(","))
        listened = [path.suffix for path in (project.folder / f"models/{model}/listen").iterdir()]
        assert sorted(listened) == [".mid", ".png"]
        assert (project.folder / f"reports/{model}/evaluation/listen.png").read_bytes().startswith(b"\x89PNG")
    runs = "import mlflow; print(mlflow.search_runs(search_all_experiments=True).to_json(orient='records'))"
    uri = f"sqlite:///{project.folder / 'mlflow.db'}"
    said = project.run(sys.executable, "-c", f"import mlflow; mlflow.set_tracking_uri({uri!r}); {runs}")
    (found,) = [line for line in said.splitlines() if line.startswith("[{")]  # warnings may stand around it
    logged = [run for run in json.loads(found) if run.get("metrics.distance_to_validation") is not None]
    assert {run["tags.counterpoint.generator"] for run in logged} == {*told}
    assert all(run["metrics.distance_to_validation"] > 0 for run in logged)


def test_nothing_to_do_means_only_register(project: Project) -> None:
    project.commit("the first build")
    assert project.repro() == ["register"]
    assert project.run("git", "status", "--porcelain") == ""


def test_the_served_bento_answers(project: Project) -> None:
    with served(project) as client:
        model = client.get("/model").json()
        assert model["version"] == project.bento_version()
        one, again = (client.post("/generate", json={"seed": 3, "length": 12}) for _ in range(2))
        assert one.status_code == 200 and one.content == again.content
        notes, _ = read_midi(one.content, "answer", max_notes=1000, max_beats=1000)
        assert len(notes) > 0
        several = client.post("/generate", json={"seed": 3, "count": 3, "length": 12})
        assert len(zipfile.ZipFile(io.BytesIO(several.content)).namelist()) == 3
        wrong = client.post("/generate", json={"temprature": 1})
        assert 400 <= wrong.status_code < 500 and "temprature" in wrong.text


def test_an_experiment_reruns_what_its_parameter_changes_and_touches_no_alias(project: Project) -> None:
    before, versions = project.record(), project.models()
    change = "models.attention_lstm.dropout=0.1"
    assert project.ran("dvc", "exp", "run", "-S", change, "-n", "less-dropout") == TRAINED
    assert project.record() == before
    assert project.models() == versions
    assert "less-dropout" in project.run("dvc", "exp", "show", "--csv", "--no-pager")
    project.run("git", "checkout", "-q", ".")
    project.run("dvc", "checkout", "-q")
    assert project.trained() == before["digest"]


def test_a_table_of_experiments_grows_by_what_is_missing_and_the_report_shows_it(project: Project) -> None:
    before = project.record()
    columns = "{training_minutes: minutes, distance_to_real: distance}"
    row = f"{{title: less dropout, generator: {LSTM}, changes: {{models: {{{LSTM}: {{dropout: 0.1}}}}}}}}"
    seed = project.params()["seed"]
    definition = f"title: Tiny trainings\nabout: By one seed.\ntexture: melody\nseeds: [{seed}]\ncolumns: {columns}\n"
    (project.folder / "experiments/tiny.yaml").write_text(f"{definition}rows:\n  less_dropout: {row}\n")
    command = (sys.executable, "-m", "counterpoint.experiments", "experiments/tiny.yaml")
    said = project.run(*command)
    assert "| less dropout |" in said
    assert re.findall("Running stage '([^']+)'", said) == []  # DVC remembers the experiment's outputs
    (line,) = csv.DictReader((project.folder / "experiments/tiny.csv").read_text().splitlines())
    assert (line["row"], line["seed"]) == ("less_dropout", str(seed))
    assert line["code"] == project.run("git", "log", "-1", "--format=%h", "--", "src", "params.yaml").strip()
    assert 0 < float(line["training_minutes"]) < 10 and 0 < float(line["distance_to_real"]) < 1
    assert project.record() == before and project.run("git", "status", "--porcelain", "--", "models", "dvc.lock") == ""
    assert f"tiny-less_dropout-{seed}" in project.run("dvc", "exp", "show", "--csv", "--no-pager")
    assert project.ran(*command) == []  # it is there
    assert project.repro() == ["report", "register"]
    assert "Tiny trainings" in (project.folder / "reports/report.html").read_text()
    project.commit("a table of experiments")


def test_an_experiment_that_is_kept_is_a_challenger_and_trains_no_second_time(project: Project) -> None:
    champion = project.trained()
    project.set({"models.attention_lstm.dropout": 0.1})
    assert project.repro() == ["report", "register"]  # DVC remembers the experiment's outputs; the table came later
    assert project.record()["digest"] == champion != project.trained()
    assert project.record("challenger")["challenger"]["digest"] == project.trained()
    [(path, changed)] = json.loads(project.run("dvc", "metrics", "diff", "--json")).items()
    assert path == f"reports/{LSTM}/evaluation/metrics.json" and changed["test_joint_nll"]["diff"] != 0
    project.commit("a challenger")


def test_a_version_that_fails_a_guard_says_why_and_is_not_promoted(project: Project) -> None:
    """Greedy, and nothing but the likeliest: every piece is the same, and nothing has to be trained for it."""
    before = project.record()
    greedy = {"sample.attention_lstm.temperature": 0, "sample.attention_lstm.duration_temperature": 0}
    project.set(greedy | {"select.promote": "better"})
    assert project.repro() == JUDGED
    failed = project.read(f"reports/{LSTM}/evaluation/guards.json")["failed"]
    assert list(failed) in (["collapsed"], ["silent"])
    (guard,) = failed
    assert project.record() == before and project.record("challenger")["challenger"] is None
    (version,) = [version for version in project.models() if version["digest"] == project.trained()]
    assert version["failed"] == failed and version["aliases"] == []
    said = " ".join(project.run("counterpoint", "models").split())
    assert f"version {version['number']} failed {guard}: {failed[guard]}" in said
    assert failed[guard] in (project.folder / "reports/report.html").read_text()
    project.commit("a challenger that collapsed")


def test_a_person_who_moves_the_champion_is_obeyed(project: Project) -> None:
    first, collapsed = project.record()["digest"], project.trained()
    number = {version["digest"]: version["number"] for version in project.models()}
    said = project.run("counterpoint", "promote", number[collapsed])
    assert "warning" in said and "failed" in said
    assert project.repro() == ["register", "package"]
    assert project.record()["digest"] == collapsed != first
    assert project.record()["failed"] == project.read(f"reports/{LSTM}/evaluation/guards.json")["failed"]
    assert project.bento_version().startswith(collapsed[:12])
    project.commit("a person chose it all the same")
    # and back, to a version whose folder has left the workspace
    project.run("counterpoint", "promote", number[first])
    assert project.repro() == ["register"]  # DVC has built this Bento before, and brings it back without a run
    assert project.bento_version().startswith(first[:12])
    project.commit("and back")


def test_an_older_commit_brings_back_its_bento(project: Project) -> None:
    now = tree(project.folder / "dist/bento")
    project.run("git", "checkout", "-q", "HEAD~1")
    project.run("dvc", "checkout", "-q")
    then = tree(project.folder / "dist/bento")
    assert then != now
    assert project.repro() == ["register"]  # git moved: git wins
    assert tree(project.folder / "dist/bento") == then
    assert [m["digest"] for m in project.models() if "champion" in m["aliases"]] == [project.trained()]
    project.run("git", "checkout", "-q", "main")
    project.run("dvc", "checkout", "-q")
    assert project.repro() == ["register"]
    assert tree(project.folder / "dist/bento") == now
    assert project.run("git", "status", "--porcelain") == ""


def test_both_moved_stops_and_touches_nothing(project: Project) -> None:
    project.run("counterpoint", "promote", project.trained())
    record = project.folder / "reports/champion.json"
    mine = record.read_text()
    other = json.loads(mine) | {"digest": "0" * 64, "lineage": "1" * 64, "run_name": "somebody-elses"}
    record.write_text(json.dumps(other))
    said = project.run("dvc", "repro", check=False)
    assert "two choices at once" in said and "somebody-elses" in said
    assert json.loads(record.read_text()) == other
    record.write_text(mine)
    project.run("counterpoint", "promote", json.loads(mine)["digest"])
    assert project.repro() == ["register"]


def test_a_lost_store_is_filled_again(project: Project) -> None:
    record, versions = project.record(), {m["digest"] for m in project.models()}
    (project.folder / "mlflow.db").unlink()
    shutil.rmtree(project.folder / "mlartifacts")
    said = project.run("dvc", "repro", check=False)
    assert "registry-restore" in said  # the champion's folder is only in the cache: nothing is chosen afresh
    assert project.record() == record
    project.run(sys.executable, "-m", "counterpoint.registry.restore")
    assert {m["digest"] for m in project.models()} == versions
    assert project.repro() == ["register"]
    assert project.record() == record
    assert project.run("git", "status", "--porcelain") == ""


def test_a_clone_pulls_and_retrains_nothing(project: Project, tmp_path: Path) -> None:
    beginning = project.run("git", "rev-list", "--max-parents=0", "HEAD").strip()
    project.run("git", "checkout", "-q", beginning, "--", "params.yaml")
    assert project.repro() == ["register"]  # all that they make was made before
    project.commit("the first parameters again")
    project.run("dvc", "remote", "add", "-f", "-d", "local", str(tmp_path / "remote"))
    project.commit("a remote")
    project.run("dvc", "push", "-q")
    project.run("git", "clone", "-q", ".", str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone")
    clone.run("dvc", "pull", "-q")
    assert clone.repro() == ["register"]
    assert clone.record() == project.record()
    assert clone.trained() == project.trained()
    assert clone.run("git", "status", "--porcelain") == ""
    # a record from another processor, which gave other bytes for the same inputs: the same choice, under its name here
    elsewhere = clone.record() | {"digest": "0" * 64, "run_name": "made-elsewhere"}
    (clone.folder / "reports/champion.json").write_text(json.dumps(elsewhere))
    clone.commit("made elsewhere")
    (clone.folder / "mlflow.db").unlink()
    shutil.rmtree(clone.folder / "mlartifacts")
    assert clone.repro() == ["register"]
    assert clone.record() == project.record()
    assert clone.run("git", "status", "--porcelain").split() == ["M", "reports/champion.json"]
