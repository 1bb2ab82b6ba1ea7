"""Outs are whole or absent; a stage does not outlive its dvc."""

import subprocess
import sys
import time

import psutil
import pytest

from counterpoint.stages.stage import written_beside


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
