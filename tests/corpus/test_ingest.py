import hashlib
import os
import shutil
import struct
from pathlib import Path

import pandas as pd
import pytest

from counterpoint.corpus.ingest import Limits, _read, ingest, piece_names, read_all
from counterpoint.corpus.sources import SourceError
from counterpoint.corpus.supervised import Supervised
from counterpoint.notes import table
from counterpoint.notes.midi import read_midi
from counterpoint.params import Ingest

DATA = Path(__file__).parents[1] / "data"
SETTINGS = Ingest(validation=0.1, test=0.2, similarity=0.25, max_notes=20_000, max_beats=3000)


def midi(*events: bytes, division: int = 480, kind: int = 0) -> bytes:
    track = b"".join(events) + b"\x00\xff\x2f\x00"
    header = b"MThd" + struct.pack(">IHHH", 6, kind, 1, division)
    return header + b"MTrk" + struct.pack(">I", len(track)) + track


NOTE_ON, NOTE_OFF = b"\x00\x90\x40\x50", b"\x83\x60\x80\x40\x00"  # e', released after 480 ticks
BAD = {
    "empty.mid": b"",
    "text.mid": b"this is no MIDI file, whatever its name says",
    "truncated.mid": midi(NOTE_ON, NOTE_OFF)[:20],
    "huge_delta.mid": midi(b"\xff\xff\xff\x7f\x90\x40\x50", b"\xff\xff\xff\x7f\x80\x40\x00"),
    "division_0.mid": midi(NOTE_ON, NOTE_OFF, division=0),
    "format_2.mid": midi(NOTE_ON, NOTE_OFF, kind=2),
    "no_notes.mid": midi(),
    "long.mid": midi(NOTE_ON, b"\xff\xff\x7f\x80\x40\x00"),  # 4369 quarter notes
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("music")
    shutil.copytree(DATA / "chorales", folder / "bach")
    shutil.copy(DATA / "freedoom" / "freedoom1_D_INTRO.mid", folder / "Intro.MID")
    shutil.copy(DATA / "chorales" / "bwv66.6.mid", folder / "a copy.midi")
    (folder / "bad").mkdir()
    for name, data in BAD.items():
        (folder / "bad" / name).write_bytes(data)
    (folder / "cover.jpg").write_bytes(b"\xff\xd8")
    return folder


@pytest.fixture(scope="module")
def ingested(folder):
    return ingest(folder, SETTINGS, workers=2, progress=False)


def test_every_file_has_a_row_with_its_digest(folder, ingested):
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert ingested.manifest["path"].tolist() == files
    for row in ingested.manifest.itertuples():
        data = (folder / row.path).read_bytes()
        assert (row.bytes, row.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_statuses_and_reasons(ingested):
    manifest = ingested.manifest.set_index("path")
    assert manifest["status"].value_counts().to_dict() == {"ok": 7, "duplicate": 1, "ignored": 2, "failed": len(BAD)}
    assert (manifest.loc["cover.jpg", "status"], manifest.loc["cover.jpg", "reason"]) == (
        "ignored",
        "not named .mid or .midi",
    )
    assert manifest.loc["bach/README.md", "status"] == "ignored"
    assert manifest.loc["bach/bwv66.6.mid", "reason"] == "the same bytes as a copy.midi"
    for name in BAD:
        assert manifest.loc[f"bad/{name}", "status"] == "failed"
        assert len(manifest.loc[f"bad/{name}", "reason"]) > 5
    assert "max_beats" in manifest.loc["bad/long.mid", "reason"]


def test_tables_hold_what_the_files_hold(folder, ingested):
    assert ingested.pieces["piece"].tolist() == sorted(
        ["Intro", "a copy", *(f"bach/bwv{n}" for n in ("17.7", "244.15", "244.17", "64.8", "87.7"))]
    )
    piece = ingested.pieces.set_index("piece").loc["bach/bwv64.8"]
    assert (piece["source"], list(piece["track_names"])) == (
        "bach/bwv64.8.mid",
        ["Soprano", "Alto", "Tenor", "Bass"],
    )
    data = (folder / "bach" / "bwv64.8.mid").read_bytes()
    expected, facts = read_midi(data, "bach/bwv64.8", max_notes=20_000, max_beats=3000)
    found = ingested.notes[ingested.notes["piece"] == "bach/bwv64.8"].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)
    assert piece["tempo_bpm"] == facts.tempo_bpm
    assert [tuple(key.values()) for key in piece["key_signatures"]] == list(facts.key_signatures)


def test_tables_are_sorted_and_the_same_bytes_for_any_number_of_workers(folder, ingested, tmp_path):
    assert ingested.notes.equals(ingested.notes.sort_values(table.SORT_KEYS, ignore_index=True))
    alone = ingest(folder, SETTINGS, workers=1, progress=False)
    for name, result in (("two", ingested), ("one", alone)):
        table.write_table(result.notes, table.NOTE_SCHEMA, tmp_path / f"{name}.notes")
        table.write_table(result.pieces, table.PIECE_SCHEMA, tmp_path / f"{name}.pieces")
    for kind in ("notes", "pieces"):
        assert (tmp_path / f"two.{kind}").read_bytes() == (tmp_path / f"one.{kind}").read_bytes()
    pd.testing.assert_frame_equal(alone.manifest, ingested.manifest)


def test_limit_takes_the_first_files_and_says_so_of_the_rest(folder):
    result = ingest(folder, SETTINGS, limit=3, workers=1, progress=False)
    assert result.pieces["piece"].tolist() == ["Intro", "a copy", "bach/bwv17.7"]
    beyond = result.manifest[result.manifest["reason"] == "beyond corpus.limit (3)"]
    assert len(beyond) == 5 + len(BAD)
    assert set(beyond["status"]) == {"ignored"}


def test_to_be_judged_all_copies_are_read_and_no_other_files(folder, ingested):
    found = read_all(folder, progress=False)
    assert found.manifest["status"].value_counts().to_dict() == {"ok": 9, "failed": len(BAD) - 1}
    assert set(found.pieces["piece"]) == {*ingested.pieces["piece"], "bach/bwv66.6", "bad/long"}  # within the defaults
    copies = (found.notes[found.notes["piece"] == name].drop(columns="piece") for name in ("a copy", "bach/bwv66.6"))
    pd.testing.assert_frame_equal(*(copy.reset_index(drop=True) for copy in copies))
    of_bwv64 = found.notes[found.notes["piece"] == "bach/bwv64.8"].reset_index(drop=True)
    expected = ingested.notes[ingested.notes["piece"] == "bach/bwv64.8"].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_bwv64, expected)


def test_where_nothing_can_be_read_all_is_empty_but_the_manifest(folder, tmp_path):
    shutil.copy(folder / "bad" / "text.mid", tmp_path)
    found = read_all(tmp_path, progress=False)
    assert found.notes.equals(table.empty_notes()) and found.pieces.empty
    assert found.manifest["status"].tolist() == ["failed"]
    (tmp_path / "text.mid").unlink()
    assert read_all(tmp_path, progress=False).manifest.empty


def test_a_file_out_of_time_fails_and_the_rest_is_read(folder, tmp_path):
    # No file in the world takes a negative time: every one of them runs out of it.
    shutil.copy(folder / "Intro.MID", tmp_path / "one.mid")
    with pytest.raises(SourceError, match=r"none of the 1 MIDI files.*one\.mid: took longer than -1 s"):
        ingest(tmp_path, SETTINGS, workers=1, seconds_a_file=-1, progress=False)


def die_of_capitals(data: bytes, max_notes: int, max_beats: int):
    if data == b"DIE":
        os._exit(9)
    return read_midi(data, "", max_notes=max_notes, max_beats=max_beats)


def test_a_file_that_kills_its_reader_costs_itself_alone(folder, tmp_path):
    (tmp_path / "deadly.mid").write_bytes(b"DIE")
    shutil.copy(folder / "Intro.MID", tmp_path / "good.mid")
    with Supervised(die_of_capitals, 30) as parse:
        deadly, good = (_read(tmp_path, name, Limits(), parse) for name in ("deadly.mid", "good.mid"))
    assert (deadly.status, deadly.reason) == ("failed", "ended the process that read it (exit code 9)")
    assert good.status == "ok"


def test_all_files_bad_is_an_error_with_reasons(tmp_path):
    for name in ("a.mid", "b.mid"):
        (tmp_path / name).write_bytes(b"no music")
    with pytest.raises(SourceError, match=r"none of the 2 MIDI files.*a\.mid: .*b\.mid: .*corpus\.source\.path"):
        ingest(tmp_path, SETTINGS, workers=1, progress=False)


def test_a_name_that_is_no_utf8_is_a_failed_row(folder, tmp_path):
    shutil.copy(folder / "Intro.MID", tmp_path / "good.mid")
    with open(os.fsencode(tmp_path) + b"/caf\xe9.mid", "wb") as file:  # noqa: PTH123 - no Path holds such a name
        file.write(b"x")
    manifest = ingest(tmp_path, SETTINGS, workers=1, progress=False).manifest
    assert manifest["path"].tolist() == ["caf\\xe9.mid", "good.mid"]
    assert manifest["reason"].tolist() == ["its name is not UTF-8: rename it", ""]
    manifest.to_csv(tmp_path / "manifest.csv")


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a.mid", "b/a.mid"], ["a", "b/a"]),
        (["a.mid", "a.midi"], ["a.mid", "a.midi"]),
        (["a.MID", "a.mid", "c.mid"], ["a.MID", "a.mid", "c"]),
        (["a.mid", "a.mid.mid"], ["a", "a.mid.mid"]),
        (["bwv2.6.mid", "bwv2.mid"], ["bwv2.6", "bwv2"]),
    ],
)
def test_piece_names_are_unique_and_lose_their_ending_where_they_can(paths, names):
    assert list(piece_names(paths).values()) == names
