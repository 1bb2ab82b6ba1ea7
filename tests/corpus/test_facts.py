import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from counterpoint.corpus.facts import corpus_facts
from counterpoint.corpus.ingest import MANIFEST_COLUMNS, ingest
from counterpoint.corpus.sources import write_listing
from counterpoint.corpus.splits import summary, with_splits
from counterpoint.notes.table import note_table
from counterpoint.params import Ingest

DATA = Path(__file__).parents[1] / "data"
SETTINGS = Ingest(validation=0.2, test=0.2, similarity=0.25, max_notes=20_000, max_beats=3000)
FOLDER = {"source": {"kind": "directory", "path": "/home/someone/midi"}}
SPLITS = {
    "pieces": 3,
    "notes": 9,
    "groups": 2,
    "largest_group": 2,
    "twins": 0.6667,
    "splits": {"train": {"pieces": 3, "notes": 9, "groups": 2}},
    "merged": [{"group": "g", "split": "train", "alone_elsewhere": {"a": "test"}}],
    "filled": {},
}


def signature(tick, numerator, denominator):
    return {"tick": tick, "numerator": numerator, "denominator": denominator}


def scale(piece, pitches, **more):
    onsets = [24 * i for i in range(len(pitches))]
    return note_table(piece=piece, onset=onsets, duration=24, pitch=pitches, **more)


@pytest.fixture
def notes():
    """Three pieces: a C major chord with a longer root, an A minor one over two tracks, and a drum alone."""
    return pd.concat(
        [
            scale("a", [48, 60, 64, 67], velocity=70),
            note_table(
                piece="b", track=[0, 1, 1, 1], onset=[0, 0, 6, 36], duration=[60, 6, 30, 9], pitch=[57, 69, 72, 76]
            ),
            note_table(piece="c", track=2, is_drum=True, onset=0, duration=12, pitch=[99], velocity=127),
        ],
        ignore_index=True,
    )


@pytest.fixture
def pieces():
    return pd.DataFrame(
        {
            "piece": ["a", "b", "c"],
            "track_names": [["Piano"], ["Low", "High"], [""]],
            "time_signatures": [
                [signature(0, 4, 4), signature(96, 4, 4)],
                [signature(0, 4, 4), signature(48, 3, 8)],
                [signature(0, 3, 4)],
            ],
            "key_signatures": [[{"tick": 0, "fifths": 1, "minor": False}], [], []],
            "tempo_bpm": [88.000023, 88.0, 132.5],
        }
    )


MANIFEST = pd.DataFrame(
    [
        ("a.mid", 100, "1a", "ok", ""),
        ("b.mid", 200, "2b", "ok", ""),
        ("c.mid", 300, "3c", "ok", ""),
        ("d.mid", 100, "1a", "duplicate", "the same bytes as a.mid"),
        ("e.mid", 101, "1b", "duplicate", "the same bytes as b.mid"),
        ("f.mid", 9, "4d", "failed", "60001 notes, at most 50000 are allowed (ingest.max_notes)"),
        ("g.mid", 9, "5e", "failed", "77 notes, at most 50000 are allowed (ingest.max_notes)"),
        ("h.mid", 9, "6f", "failed", "PermissionError: [Errno 13] Permission denied: '/home/someone/midi/h.mid'"),
        ("x.jpg", 9, "7a", "ignored", "not named .mid or .midi"),
        ("y.jpg", 9, "8b", "ignored", "not named .mid or .midi"),
        ("z.jpg", 9, "9c", "ignored", "not named .mid or .midi"),
    ],
    columns=MANIFEST_COLUMNS,
)


@pytest.fixture
def facts(notes, pieces):
    return corpus_facts(FOLDER, notes=notes, pieces=pieces, manifest=MANIFEST, splits=SPLITS)


def test_a_folder_of_the_user_s_own_has_no_name_no_works_and_an_unknown_licence(facts):
    assert facts["source"] == {"kind": "directory"}
    assert facts["works"] is None
    assert facts["licence"].startswith("Unknown to the pipeline.")
    assert "someone" not in json.dumps(facts)


def test_files_are_counted_by_the_kind_of_reason_the_commonest_first(facts):
    assert (facts["files"]["seen"], facts["files"]["taken"]) == (11, 3)
    assert list(facts["files"]["left_out"].items()) == [
        ("not named .mid or .midi", 3),
        ("the same bytes as another file", 2),
        ("… notes, at most … are allowed (ingest.max_notes)", 2),
        ("PermissionError", 1),
    ]


def test_splits_say_what_the_summary_says_without_its_list_of_merged_groups(facts):
    named = ("pieces", "notes", "groups", "largest_group", "twins", "splits")
    assert {name: facts[name] for name in named} == {name: SPLITS[name] for name in named}
    assert "merged" not in facts


def test_what_the_notes_are_like(facts):
    # in quarter notes: a lasts 4, b to tick 60, c to tick 12
    assert facts["quarter_notes"] == {"all": 7.0, "shortest": 0.5, "median": 2.5, "longest": 4.0}
    assert facts["tracks"] == {"a_piece": {"1": 2, "2": 1}, "names": None}
    assert facts["drum_notes"] == 1
    assert facts["pitch"] == {"lowest": 48, "highest": 76}  # the drum's 99 is no pitch
    assert facts["velocity"] == {"lowest": 70, "highest": 127, "distinct": 3}


def test_metres_keys_and_tempi(facts):
    assert facts["metres"] == {"first": {"4/4": 2, "3/4": 1}, "changing": 1}  # 4/4 said twice is no change
    assert facts["keys"] == {"A minor": 1, "C major": 1}  # the drum is in no key
    assert facts["key_signatures"] == 1
    assert list(facts["tempo_bpm"].items()) == [("88", 2), ("132.5", 1)]


def test_a_corpus_of_drums_has_no_pitch_and_no_key(notes, pieces):
    drums = notes[notes["is_drum"]]
    facts = corpus_facts(FOLDER, notes=drums, pieces=pieces[2:], manifest=MANIFEST, splits=SPLITS)
    assert facts["pitch"] == {"lowest": None, "highest": None}
    assert facts["keys"] == {}


def test_music21_s_works_have_a_name_and_are_counted_by_reason(notes, pieces, tmp_path):
    works = [
        {"work": "bwv1.mxl", "file": "bwv1.mid", "reason": None},
        {"work": "bwv2.mxl", "file": None, "reason": "has 5 parts, not four"},
        {"work": "bwv3.mxl", "file": None, "reason": "has 12 parts, not four"},
        {"work": "bwv1.krn", "file": None, "reason": "is another edition of bwv1.mxl"},
        {"work": "bwv4.mxl", "file": None, "reason": "raises ExpanderException: cannot expand Stream 0x7f"},
    ]
    source = {"kind": "music21", "works": "bach-chorales", "path": "data/raw"}
    write_listing(tmp_path / "corpus.json", source, works)
    listing = json.loads((tmp_path / "corpus.json").read_text())
    facts = corpus_facts(listing, notes=notes, pieces=pieces, manifest=MANIFEST, splits=SPLITS)
    assert facts["source"] == {
        "kind": "music21",
        "title": "four-part chorales",
        "composer": "Johann Sebastian Bach",
        "genre": "chorale",
    }
    assert facts["works"] == {
        "seen": 5,
        "taken": 1,
        "left_out": {
            "has … parts, not four": 2,
            "is another edition of a work taken": 1,
            "raises ExpanderException": 1,
        },
    }
    assert facts["licence"].startswith("The music is by Johann Sebastian Bach (1685–1750) and in the public domain.")
    assert "corpus/license.txt" in facts["licence"] and "{" not in facts["licence"]


def quartets(*files):
    source = {"kind": "music21", "works": "string-quartets", "path": "data/raw"}
    return {"source": source, "taken": len(files), "files": list(files), "left_out": {"mozart/k80.mxl": "is short"}}


def test_quartets_are_by_three_composers(notes, pieces):
    listing = quartets("beethoven/opus18no1.mid", "haydn/opus1no1.mid", "mozart/k155.mid")
    facts = corpus_facts(listing, notes=notes, pieces=pieces, manifest=MANIFEST, splits=SPLITS)
    assert facts["source"] == {
        "kind": "music21",
        "title": "string quartets",
        "composer": "Joseph Haydn, Wolfgang Amadeus Mozart and Ludwig van Beethoven",
        "composers": 3,
        "genre": "string quartet",
    }
    assert (
        "by Joseph Haydn (1732–1809), Wolfgang Amadeus Mozart (1756–1791) and Ludwig van Beethoven (17"
        in facts["licence"]
    )
    assert "corpus/license.txt" in facts["licence"] and facts["licence"].endswith("neither encoders nor terms.")


def test_only_composers_of_works_that_were_taken_are_named(notes, pieces):
    def told(*files):
        return corpus_facts(quartets(*files), notes=notes, pieces=pieces, manifest=MANIFEST, splits=SPLITS)

    one, two = told("haydn/opus1no1.mid", "haydn/opus1no2.mid"), told("haydn/opus1no1.mid", "beethoven/opus18no1.mid")
    assert one["source"]["composer"] == "Joseph Haydn" and "composers" not in one["source"]
    assert one["licence"].startswith("The music is by Joseph Haydn (1732–1809) and in the public domain.")
    assert two["source"]["composer"] == "Joseph Haydn and Ludwig van Beethoven" and two["source"]["composers"] == 2
    assert not any("Mozart" in facts["licence"] for facts in (one, two))


def real_facts(folder):
    read = ingest(folder, SETTINGS, workers=1, progress=False)
    pieces = with_splits(read.notes, read.pieces, SETTINGS)
    said = summary(read.notes, pieces, SETTINGS.validation, SETTINGS.test)
    listing = {"source": {"kind": "directory", "path": str(folder)}}
    return corpus_facts(listing, notes=read.notes, pieces=pieces, manifest=read.manifest, splits=said), read


def test_real_files_give_the_same_plain_json_wherever_they_lie(tmp_path):
    shutil.copytree(DATA / "chorales", tmp_path / "elsewhere")
    facts, read = real_facts(DATA / "chorales")
    assert facts == json.loads(json.dumps(facts, allow_nan=False))
    assert json.dumps(facts) == json.dumps(real_facts(tmp_path / "elsewhere")[0])
    assert facts["pieces"] == read.notes["piece"].nunique() == sum(facts["keys"].values())
    assert facts["notes"] == len(read.notes)
    assert facts["velocity"] == {"lowest": 90, "highest": 90, "distinct": 1}
    assert facts["tracks"] == {"a_piece": {"4": facts["pieces"]}, "names": ["Soprano", "Alto", "Tenor", "Bass"]}
