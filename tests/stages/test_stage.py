"""Outs are whole or absent; a stage does not outlive its dvc."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from counterpoint.params import ParamsError
from counterpoint.stages.stage import run, source_of, written_beside


def test_outs_appear_together_at_the_end(tmp_path) -> None:
    folder, file = tmp_path / "raw", tmp_path / "listing.json"
    folder.mkdir()
    (folder / "old").touch()
    with written_beside(folder, file) as (new_folder, new_file):
        new_folder.mkdir()
        (new_folder / "new").touch()
        new_file.write_text("{}")
        assert (folder / "old").exists() and not file.exists()
    assert [p.name for p in folder.iterdir()] == ["new"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["listing.json", "raw"]


def test_a_failed_stage_leaves_what_was_there(tmp_path) -> None:
    out = tmp_path / "out.txt"
    out.write_text("before")
    with pytest.raises(KeyError), written_beside(out) as (draft,):
        draft.write_text("half")
        raise KeyError
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]
    assert out.read_text() == "before"


def test_what_a_killed_stage_left_is_cleared_away(tmp_path) -> None:
    (tmp_path / ".unfinished-1-raw").mkdir()
    (tmp_path / ".unfinished-1-raw" / "half").touch()
    (tmp_path / ".unfinished-1-raw.json").touch()  # of another out
    with written_beside(tmp_path / "raw") as (draft,):
        draft.mkdir()
    assert sorted(p.name for p in tmp_path.iterdir()) == [".unfinished-1-raw.json", "raw"]


def test_the_projects_own_errors_are_sentences(capsys) -> None:
    def main(what: str) -> None:
        raise ParamsError(f"params.yaml: {what}")

    with pytest.raises(SystemExit) as caught:
        run(main, "one wrong")
    assert caught.value.code == "\nparams.yaml: one wrong\n"


def test_other_errors_keep_their_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda: print(1 / 0))


def test_a_models_source_is_what_the_pipeline_lists() -> None:
    found = [path.as_posix() for path in source_of("train", "attention_lstm_chords")]
    assert "src/counterpoint/models/attention_lstm" in found
    assert all(Path(path).exists() for path in found)


def test_a_stage_ends_with_the_dvc_that_started_it(tmp_path) -> None:
    stage = (
        "from counterpoint.stages.stage import end_with_dvc; import time, pathlib, os;"
        f"end_with_dvc(); pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    dvc = tmp_path / "dvc.py"
    environment = {"DVC_STAGE": "train", "PYTHONPATH": "src"}
    dvc.write_text(
        "import subprocess, sys, os\n"
        f"subprocess.run([sys.executable, '-c', {stage!r}], env=os.environ | {environment!r})\n"
    )
    started = subprocess.Popen([sys.executable, str(dvc)])
    for _ in range(200):
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text():
            break
        time.sleep(0.05)
    child = psutil.Process(int((tmp_path / "pid").read_text()))
    started.kill()
    started.wait()
    child.wait(timeout=10)
