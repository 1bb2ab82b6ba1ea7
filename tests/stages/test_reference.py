import json

from counterpoint import paths
from counterpoint.stages import reference
from tests.stages.small import chorales, write_project

QUICK = {"evaluate": {"ngram_orders": 1}, "melody": {"key": "original"}}


def test_the_rows_of_a_texture_judged(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    notes, pieces = chorales()
    write_project(notes, pieces, QUICK)
    reference.main("melody")
    rows = json.loads((paths.reference("melody") / "rows.json").read_text(encoding="utf-8"))
    names = ["held_out", "ngram", "corrupted_5", "corrupted_10", "corrupted_20", "corrupted_40", "noise"]
    assert [row["name"] for row in rows] == names
    counts = pieces["split"].value_counts()
    for row in rows:
        assert row["judgement"]["texture"] == "melody"
        assert row["judgement"]["real"]["pieces"] == counts["test"]
    assert rows[0]["judgement"]["generated"]["pieces"] == counts["validation"]
    distance = {row["name"]: row["judgement"]["distance_to_real"]["value"] for row in rows}
    assert distance["held_out"] < distance["noise"] and distance["corrupted_40"] < distance["noise"]


def test_music_that_has_no_four_voices_has_no_rows_of_them(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    notes, pieces = chorales()
    write_project(notes[notes["track"] < 3], pieces, QUICK)
    reference.main("voices")
    folder = paths.reference("voices")
    assert json.loads((folder / "rows.json").read_text(encoding="utf-8")) == []
    assert "no rows" in capsys.readouterr().out
