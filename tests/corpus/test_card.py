import copy

import pytest

from counterpoint.corpus.card import data_card, known_limits, plain

FACTS = {
    "source": {
        "kind": "music21",
        "title": "four-part chorales",
        "composer": "Johann Sebastian Bach",
        "genre": "chorale",
    },
    "licence": "The terms, in full.",
    "works": {"seen": 433, "taken": 365, "left_out": {"has … parts, not four": 65, "another edition": 3}},
    "files": {"seen": 365, "taken": 360, "left_out": {f"reason {n}": 9 - n for n in range(1, 9)}},
    "pieces": 360,
    "notes": 97_610,
    "groups": 203,
    "largest_group": 11,
    "twins": 0.6301,
    "splits": {
        "train": {"pieces": 306, "notes": 81_930, "groups": 170},
        "validation": {"pieces": 23, "notes": 6_984, "groups": 15},
        "test": {"pieces": 31, "notes": 8_696, "groups": 18},
    },
    "quarter_notes": {"all": 23_568.0, "shortest": 27.0, "median": 63.5, "longest": 268.0},
    "ticks_per_quarter_note": 24,
    "tracks": {"a_piece": {"4": 360}, "names": ["Soprano", "Bass | <b>"]},
    "drum_notes": 0,
    "pitch": {"lowest": 36, "highest": 81},
    "velocity": {"lowest": 90, "highest": 90, "distinct": 1},
    "metres": {"first": {"4/4": 330, "3/4": 30}, "changing": 2},
    "keys": {"G major": 200, "A minor": 160},
    "key_signatures": 359,
    "tempo_bpm": {"120": 322, "96": 38},
}
OWN = {
    "source": {"kind": "directory"},
    "works": None,
    "velocity": {"lowest": 12, "highest": 127, "distinct": 57},
    "metres": {"first": {"4/4": 300, "3/4": 60}, "changing": 2},
    "tempo_bpm": {"88": 200, "120": 160},
    "drum_notes": 9761,
    "tracks": {"a_piece": {"3": 200, "12": 160}, "names": None},
    "splits": {
        "train": {"pieces": 260, "notes": 81_930, "groups": 150},
        "validation": {"pieces": 50, "notes": 6_984, "groups": 49},
        "test": {"pieces": 50, "notes": 8_696, "groups": 50},
    },
}


@pytest.fixture
def facts():
    return copy.deepcopy(FACTS)


def test_what_follows_from_one_composer_one_velocity_and_a_small_test_split(facts):
    limits = known_limits(facts)
    assert limits[0] == "One composer, Johann Sebastian Bach, and one genre: four-part chorales."
    assert limits[1].startswith("The test split is small: 31 pieces, 18 tunes.")
    assert limits[2].startswith("Every velocity is 90:")
    assert limits[3].startswith("92 % of the pieces are in 4/4, which is also what a MIDI file means that names no")
    assert limits[4].startswith("89 % of the pieces have 120 quarter notes a minute")
    assert limits[5] == "There are no drums."
    assert "24 ticks" in limits[6]


def test_what_follows_from_several_composers_and_written_dynamics(facts):
    facts["source"] |= {"title": "string quartets", "composer": "A, B and C", "composers": 3}
    facts["velocity"] = {"lowest": 30, "highest": 127, "distinct": 9}
    limits = known_limits(facts)
    assert limits[0] == "3 composers, A, B and C, and one genre: string quartets."
    assert limits[2].startswith("Velocities are music21's reading of dynamic marks")


def test_none_of_these_is_said_of_a_corpus_that_has_none_of_them(facts):
    limits = known_limits(facts | OWN)
    assert limits[0] == "10 % of the notes are drums, whose numbers are no pitches."
    assert len(limits) == 2


def test_one_tune_is_not_tunes(facts):
    facts["splits"]["test"] = {"pieces": 1, "notes": 8, "groups": 1}
    assert "1 piece, 1 tune." in known_limits(facts)[1]


def test_the_card_gives_source_licence_and_splits(facts):
    card = data_card(facts)
    assert card.startswith("# Data card: four-part chorales by Johann Sebastian Bach\n")
    assert "from music21's corpus" in card
    assert "\n## Licence\n\nThe terms, in full.\n" in card
    assert "| test | 31 | 18 | 8,696 |" in card
    assert "63 % of the pieces have a near-duplicate" in card
    assert "| tracks a piece | 4, in every piece (Soprano, Bass \\| \\<b\\>) |" in card
    assert "| velocities | 90, of every note |" in card
    assert "| length | 23,568 quarter notes; a piece 27 to 268, median 63.5 |" in card


def test_what_was_left_out_is_short_and_adds_up(facts):
    card = data_card(facts)
    assert "- Of 433 works, 365 were written as MIDI. Left out:\n  - 65: has … parts, not four\n" in card
    assert "- Of 365 files, 360 were read. Left out:\n  - 8: reason 1\n" in card
    assert "  - 3: 2 other kinds of reason\n" in card  # 2 + 1, of 7 and 8
    assert "reason 7" not in card


def test_the_card_of_a_folder_names_no_works(facts):
    card = data_card(facts | OWN)
    assert card.startswith("# Data card: a folder of MIDI\n\nA folder of the user's own MIDI files.")
    assert "works" not in card
    assert "| tracks a piece | 3 (200), 12 (160) |" in card
    assert "| velocities | 12 to 127, 57 different |" in card


def test_a_corpus_of_drums_has_a_card(facts):
    card = data_card(facts | {"pitch": {"lowest": None, "highest": None}, "keys": {}})
    assert "| pitches | none |" in card
    assert "| key, found from the notes | none |" in card


def test_text_from_a_file_is_no_markup():
    assert plain("a|b <script>\n# x `y` *z* [u](v)") == r"a\|b \<script\> # x \`y\` \*z\* \[u\](v)"
    assert plain("_w_ &lt; ~~t~~") == r"\_w\_ \&lt; \~\~t\~\~"
