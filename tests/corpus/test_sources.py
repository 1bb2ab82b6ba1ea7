import hashlib
import json
import os

import pytest

from counterpoint.corpus import sources
from counterpoint.corpus.sources import SourceError
from counterpoint.notes.midi import read_midi


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "raw"
    return folder, sources.export_music21("bach-chorales", folder, limit=6, progress=False)


def test_the_first_chorales_in_natural_order_with_reasons_for_those_left_out(exported):
    folder, works = exported
    # bwv1.6 and bwv8.6 have a horn or oboe beside the voices; natural order puts bwv10.7 after these.
    assert [(work["work"], work["file"]) for work in works] == [
        ("bwv1.6.mxl", None),
        ("bwv2.6.mxl", "bwv2.6.mid"),
        ("bwv3.6.mxl", "bwv3.6.mid"),
        ("bwv4.8.mxl", "bwv4.8.mid"),
        ("bwv5.7.mxl", "bwv5.7.mid"),
        ("bwv6.6.mxl", "bwv6.6.mid"),
    ]
    assert works[0]["reason"] == "has 5 parts, not four"
    assert sorted(digests(folder)) == [work["file"] for work in works[1:]]


def test_export_is_the_same_bytes_again(exported, tmp_path):
    folder, _ = exported
    sources.export_music21("bach-chorales", tmp_path, limit=3, progress=False)
    assert digests(tmp_path) == {name: digests(folder)[name] for name in ("bwv2.6.mid", "bwv3.6.mid")}


def test_voices_keep_their_names_and_the_pickup_its_place(exported):
    folder, _ = exported
    notes, facts = read_midi((folder / "bwv2.6.mid").read_bytes(), "bwv2.6", max_notes=10_000, max_beats=1000)
    assert facts.track_names == ("Soprano", "Alto", "Tenor", "Bass")
    assert facts.time_signatures[0] == (0, 4, 4)
    soprano = notes[notes["track"] == 0]
    # "Ach Gott, vom Himmel sieh darein" begins on the fourth beat of a 4/4 bar, on a'.
    assert soprano["onset"].iloc[0] == 3 * 24
    assert soprano["pitch"].iloc[0] == 69
    # Every voice ends with the last bar, which the pickup leaves three beats.
    assert notes.groupby("track")[["onset", "duration"]].apply(lambda n: (n.onset + n.duration).max()).nunique() == 1
    assert (notes["onset"] + notes["duration"]).max() % 96 == 72


def test_repeats_are_played_out(exported):
    folder, _ = exported
    notes, _ = read_midi((folder / "bwv2.6.mid").read_bytes(), "bwv2.6", max_notes=10_000, max_beats=1000)
    soprano = notes[notes["track"] == 0]
    # The first two lines (Stollen) are four bars, sung twice.
    first = soprano[soprano["onset"].between(72, 72 + 4 * 96 - 1)]
    second = soprano[soprano["onset"].between(72 + 4 * 96, 72 + 8 * 96 - 1)]
    assert len(first) > 10
    assert first["pitch"].tolist() == second["pitch"].tolist()
    assert first["onset"].tolist() == (second["onset"] - 4 * 96).tolist()


def test_other_works_are_an_error_that_names_the_key(tmp_path):
    with pytest.raises(SourceError, match=r"corpus\.source\.works is 'mozart'.*'bach-chorales'"):
        sources.export_music21("mozart", tmp_path)


def test_nothing_exported_is_an_error(tmp_path):
    with pytest.raises(SourceError, match=r"raise corpus\.limit.*has 5 parts"):
        sources.export_music21("bach-chorales", tmp_path, limit=1, progress=False)


def test_one_edition_a_work(tmp_path):
    paths = [tmp_path / name for name in ("bwv277.krn", "bwv277.mxl", "bwv10.7.mxl", "bwv67.4.xml")]
    assert [path.name for path in sources._first_editions(paths)] == ["bwv10.7.mxl", "bwv67.4.xml", "bwv277.mxl"]
    assert sources._other_editions(paths) == [
        {"work": "bwv277.krn", "file": None, "reason": "is another edition of bwv277.mxl"}
    ]


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
