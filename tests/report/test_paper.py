"""The table of the paper, its numbers told apart by being all different."""

import pytest

from counterpoint.report.contents import Row, Texture
from counterpoint.report.paper import parts

MEASURES = ("empty_bars", "used_pitch_classes", "qualified_notes", "drum_pattern", "pitch_range")
REAL = {
    (0, "empty_bars"): 0.01,
    (1, "empty_bars"): 0.02,
    (0, "used_pitch_classes"): 3.5,
    (1, "used_pitch_classes"): 2.5,
    (0, "qualified_notes"): 0.75,
    (1, "qualified_notes"): 0.5,
    (0, "pitch_range"): 17.0,
}


def judgement(add: float) -> dict:
    """What a judgement holds of two tracks and a pair; generated numbers are the real ones and `add`."""
    return {
        "tracks": [
            {
                "track": track,
                "measure": measure,
                "generated": None if value is None else value + add,
                "real": value,
            }
            for measure in MEASURES
            for track in (0, 1)
            for value in [REAL.get((track, measure))]
        ],
        "pairs": [{"tracks": [0, 1], "generated": 1.5 + add, "real": 1.5}],
        "histograms": [{"name": "pitch_classes", "overlap": 0.125}, {"name": "note_length", "overlap": 0.25 + add}],
        "diversity": {"relative": 0.625 + add},
        "distance_to_real": {"value": 0.0625 + add},
    }


ROWS = (
    Row("training", "training music", "reference", judgement(1)),
    Row("held_out", "held-out music", "reference", judgement(2)),
    Row("ngram", "an n-gram", "reference", judgement(3)),
    Row("shuffled", "shuffled", "reference", judgement(4)),
    Row("musegan", "MuseGAN", "generator", judgement(5)),
)
TEXTURE = Texture("voices", "Four voices", ROWS, tracks=("soprano", "alto"))


def test_rows_are_real_music_what_to_compare_with_and_the_generators():
    for part in parts(TEXTURE):
        assert [(line.title, line.kind) for line in part.lines] == [
            ("real music (test split)", "real"),
            ("training music", "reference"),
            ("held-out music", "reference"),
            ("shuffled", "reference"),
            ("MuseGAN", "generator"),
        ]
        assert {len(line.cells) for line in part.lines} == {sum(len(group.columns) for group in part.groups)}


def test_the_real_line_is_of_all_that_a_generator_is_judged_against():
    half = Row(
        "half", "half of it", "reference", {**judgement(1), "pairs": [{"tracks": [0, 1], "generated": 9, "real": 8}]}
    )
    texture = Texture("voices", "Four voices", (half, ROWS[-1]), ("soprano", "alto"), "their music")
    _, between = parts(texture)
    assert [line.title for line in between.lines] == ["their music", "half of it", "MuseGAN"]
    assert [line.cells[0] for line in between.lines] == [1.5, 9, 6.5]


def test_columns_are_the_measures_that_real_music_has_track_by_track():
    tracks, _ = parts(TEXTURE)
    assert [(group.title[:3], group.unit, group.columns) for group in tracks.groups] == [
        ("EB:", "%", ("soprano", "alto")),
        ("UPC", "a bar", ("soprano", "alto")),
        ("QN:", "%", ("soprano", "alto")),
    ]
    assert tracks.lines[0].cells == pytest.approx((1, 2, 3.5, 2.5, 75, 50))
    assert tracks.lines[-1].cells == pytest.approx((501, 502, 8.5, 7.5, 575, 550))


def test_pairs_and_wholes_stand_in_the_second_part():
    _, between = parts(TEXTURE)
    assert [group.columns for group in between.groups] == [
        ("soprano, alto",),
        ("note lengths in common, %", "diversity", "distance to real"),
    ]
    assert between.lines[0].cells == (1.5, None, None, None)  # real music beside itself says nothing
    assert between.lines[-1].cells == pytest.approx((6.5, 525, 5.625, 5.0625))


def test_a_track_without_a_measure_has_no_column_of_it():
    drums = {(0, "drum_pattern"): 0.875, (1, "used_pitch_classes"): 2.25}
    found = [
        {"track": track, "measure": measure, "generated": None, "real": drums.get((track, measure))}
        for measure in MEASURES
        for track in (0, 1)
    ]
    row = Row("g", "G", "generator", judgement(0) | {"tracks": found, "pairs": []})
    tracks, between = parts(Texture("band", "Band", (row,), tracks=("drums", "bass")))
    assert [(group.title[:3], group.columns) for group in tracks.groups] == [("UPC", ("bass",)), ("DP:", ("drums",))]
    assert tracks.lines[0].cells == (2.25, 87.5) and tracks.lines[1].cells == (None, None)
    assert between.groups[0].columns == ()


@pytest.mark.parametrize(
    "texture",
    [
        Texture("chords", "Chords", ROWS),
        Texture("voices", "Four voices", (), tracks=("soprano",)),
        Texture("voices", "Four voices", ROWS[2:3], tracks=("soprano", "alto")),
    ],
)
def test_without_tracks_or_rows_there_is_no_table(texture):
    assert parts(texture) == ()


def test_a_judgement_that_says_nothing_is_a_row_of_dashes():
    rows = (ROWS[0], Row("mute", "Mute", "generator", {"distance_to_real": None}))
    for part in parts(Texture("voices", "Four voices", rows, tracks=("soprano", "alto"))):
        assert set(part.lines[-1].cells) == {None}
