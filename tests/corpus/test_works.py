import hashlib

import pytest

from counterpoint.corpus import works
from counterpoint.corpus.sources import SourceError
from counterpoint.notes.midi import read_midi


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "raw"
    return folder, works.export_music21("bach-chorales", folder, limit=6, progress=False)


def test_the_first_chorales_in_natural_order_with_reasons_for_those_left_out(exported):
    folder, found = exported
    # bwv1.6 and bwv8.6 have a horn or oboe beside the voices; natural order puts bwv10.7 after these.
    assert [(work["work"], work["file"]) for work in found] == [
        ("bwv1.6.mxl", None),
        ("bwv2.6.mxl", "bwv2.6.mid"),
        ("bwv3.6.mxl", "bwv3.6.mid"),
        ("bwv4.8.mxl", "bwv4.8.mid"),
        ("bwv5.7.mxl", "bwv5.7.mid"),
        ("bwv6.6.mxl", "bwv6.6.mid"),
    ]
    assert found[0]["reason"] == "has 5 parts, not four"
    assert sorted(digests(folder)) == [work["file"] for work in found[1:]]


def test_export_is_the_same_bytes_again(exported, tmp_path):
    folder, _ = exported
    works.export_music21("bach-chorales", tmp_path, limit=3, progress=False)
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
    with pytest.raises(SourceError, match=r"corpus\.source\.works is 'mozart'.*'bach-chorales' or 'string-quartets'"):
        works.export_music21("mozart", tmp_path)


def test_nothing_exported_is_an_error(tmp_path):
    with pytest.raises(SourceError, match=r"raise corpus\.limit.*has 5 parts"):
        works.export_music21("bach-chorales", tmp_path, limit=1, progress=False)


def test_one_edition_a_work():
    names = ["bwv277.krn", "bwv277.mxl", "bwv10.7.mxl", "deep/bwv67.4.xml", "deep/bwv67.4.krn"]
    assert works._first_editions(names) == ["bwv277.mxl", "bwv10.7.mxl", "deep/bwv67.4.xml"]
    assert works._other_editions(names) == [
        {"work": "bwv277.krn", "file": None, "reason": "is another edition of bwv277.mxl"},
        {"work": "deep/bwv67.4.krn", "file": None, "reason": "is another edition of deep/bwv67.4.xml"},
    ]


def test_quartets_are_named_by_composer_and_work_haydn_s_first():
    collection = works.COLLECTIONS["string-quartets"]
    found = works._first_editions(list(works._sources(collection)))
    assert found[:2] == ["haydn/opus1no1/movement1.mxl", "haydn/opus1no1/movement2.mxl"]
    assert found[9] == "mozart/k80/movement1.mxl" and found[-1] == "beethoven/opus133.mxl"
    assert "beethoven/opus18no1/movement1.mxl" in found and not any(name.endswith(".krn") for name in found)


def test_a_quartet_s_dynamics_are_velocities(tmp_path):
    name = "mozart/k80/movement3.mxl"
    collection = works.COLLECTIONS["string-quartets"]
    found = works._export(works._sources(collection)[name], name, tmp_path, collection.parts)
    assert found == {"work": name, "file": "mozart/k80/movement3.mid", "reason": None}
    notes, facts = read_midi((tmp_path / found["file"]).read_bytes(), "k80", max_notes=10_000, max_beats=1000)
    assert facts.track_names == ("Violin I", "Violin II", "Viola", "Cello")
    assert facts.time_signatures[0] == (0, 3, 4)
    counts = notes["velocity"].value_counts(normalize=True)
    assert len(counts) > 3 and counts.iloc[0] < 0.6  # piano and forte, both often


def test_a_sonata_is_no_quartet(tmp_path):
    name = "mozart/k545/movement1_exposition.mxl"
    collection = works.COLLECTIONS["string-quartets"]
    found = works._export(works._sources(collection)[name], name, tmp_path, collection.parts)
    assert found["file"] is None and found["reason"].endswith("parts, not four")
    assert not list(tmp_path.iterdir())
