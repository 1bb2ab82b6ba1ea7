import json
import os

import pytest

from counterpoint.corpus import sources
from counterpoint.corpus.sources import SourceError


def test_list_directory_finds_midi_of_any_case_in_any_depth(tmp_path):
    for name in ("b/c/Two.MIDI", "a.mid", "B.MiD", "notes.txt", "mid", "b/x.mid.bak"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert sources.list_directory(tmp_path) == ["B.MiD", "a.mid", "b/c/Two.MIDI"]


def test_loops_of_links_end(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.mid").write_bytes(b"x")
    (tmp_path / "deep" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "linked.mid").symlink_to(tmp_path / "deep" / "one.mid")
    (tmp_path / "broken.mid").symlink_to(tmp_path / "nowhere.mid")
    assert sources.files_below(tmp_path) == ["deep/one.mid", "linked.mid"]


@pytest.mark.parametrize("kind", ["missing", "a file", "empty", "no MIDI"])
def test_no_music_is_an_error_that_names_the_parameter(tmp_path, kind):
    folder = tmp_path / "music"
    if kind == "a file":
        folder.write_text("")
    elif kind != "missing":
        folder.mkdir()
    if kind == "no MIDI":
        (folder / "readme.txt").write_text("nothing")
    with pytest.raises(SourceError, match=r"music.*corpus\.source\.path in params\.yaml"):
        sources.list_directory(folder)


def test_what_dvc_cannot_read_is_named(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "grün, \u66f2.mid").touch()
    sources.refuse_what_dvc_cannot_read(tmp_path)
    (tmp_path / "deep" / "gone.mid").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SourceError, match=r"gone\.mid is a link to nowhere"):
        sources.refuse_what_dvc_cannot_read(tmp_path)
    (tmp_path / "deep" / "gone.mid").unlink()
    (tmp_path / "deep" / os.fsdecode(b"gr\xfcn.mid")).touch()
    with pytest.raises(SourceError, match=r"gr\\xfcn\.mid is not UTF-8"):
        sources.refuse_what_dvc_cannot_read(tmp_path)


def test_listing_counts_and_names_what_was_left_out(tmp_path):
    works = [
        {"work": "bwv2.6.mxl", "file": "bwv2.6.mid", "reason": None},
        {"work": "bwv1.6.mxl", "file": None, "reason": "has 5 parts, not four"},
    ]
    source = {"kind": "music21", "works": "bach-chorales", "path": "data/raw"}
    sources.write_listing(tmp_path / "data" / "corpus.json", source, works)
    listing = json.loads((tmp_path / "data" / "corpus.json").read_text())
    assert listing["source"] == source
    assert "public domain" in listing["licence"]
    assert (listing["taken"], listing["files"]) == (1, ["bwv2.6.mid"])
    assert listing["left_out"] == {"bwv1.6.mxl": "has 5 parts, not four"}
    again = tmp_path / "again.json"
    sources.write_listing(again, source, works)
    assert again.read_bytes() == (tmp_path / "data" / "corpus.json").read_bytes()


def test_a_users_folder_is_listed_by_the_manifest_alone(tmp_path):
    sources.write_listing(tmp_path / "corpus.json", {"kind": "directory", "path": "/my/midi"})
    assert json.loads((tmp_path / "corpus.json").read_text()) == {
        "source": {"kind": "directory", "path": "/my/midi"},
        "licence": sources.LICENCES["directory"],
    }
