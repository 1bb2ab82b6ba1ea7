"""The catalog is whole and names every metric once; its tables are what the metrics give."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation import catalog, pitch, rhythm, texture, textures
from counterpoint.evaluation.music import music
from counterpoint.notes.table import empty_notes
from tests.evaluation.small import one, real, small


def test_every_metric_is_listed_once_and_described():
    names = [metric.name for metric in catalog.METRICS]
    assert len(set(names)) == len({metric.title for metric in catalog.METRICS}) == len(names)
    assert len({metric.of for metric in catalog.METRICS}) == len(names)
    assert {metric.family for metric in catalog.METRICS} == set(get_args(catalog.Family))
    for metric in catalog.METRICS:
        assert metric.of.__name__ == metric.name
        assert metric.of.__module__.endswith(f".{metric.family}")
        assert metric.unit and metric.meaning and metric.source and metric.textures


@pytest.mark.parametrize("name", textures.TEXTURES)
def test_every_metric_gives_one_number_a_piece(name):
    given = small()
    measured = catalog.measure(given, name)
    assert tuple(measured.index) == given.pieces
    assert list(measured) == [metric.name for metric in catalog.metrics_of(name)]
    assert (measured.dtypes == np.float64).all()
    assert measured.loc[["nothing", "silence"]].isna().all(axis=None)


def test_measured_by_the_metrics_own_functions():
    given = small()
    measured = catalog.measure(given, "band")
    for function in (pitch.pitch_range, rhythm.groove_consistency, texture.empty_bars, texture.drum_pattern):
        np.testing.assert_array_equal(measured[function.__name__], function(given))


def test_which_metrics_a_texture_has():
    of = {name: {metric.name for metric in catalog.metrics_of(name)} for name in textures.TEXTURES}
    melody = {
        "used_pitch_classes",
        "pitch_class_entropy",
        "scale_consistency",
        "pitch_range",
        "qualified_notes",
        "groove_consistency",
        "repetitions",
        "empty_bars",
    }
    assert of["melody"] == melody
    assert of["chords"] - melody == {"polyphony", "polyphonic_onsets", "strong_beat_dissonance"}
    assert of["band"] - of["chords"] == {"drum_pattern", "tonal_distance"}
    assert of["voices"] - of["band"] == {"parallels", "crossings", "out_of_range"}
    with pytest.raises(ValueError, match="'strings', expected one of melody, chords, voices, band"):
        catalog.measure(small(), "strings")


def test_tracks_by_hand():
    measured = catalog.measure_tracks(small(), "band").set_index("track")
    assert list(measured.index) == [0, 1, 2, 3]
    # track 0: four four 3 classes, 2, silent; three four 1, 1, 2. track 1: silent, 1, 2; 2, 2, 1.
    np.testing.assert_allclose(
        measured["used_pitch_classes"], [(5 / 2 + 4 / 3) / 2, (3 / 2 + 5 / 3) / 2, np.nan, np.nan]
    )
    # A piece without the track is empty of it: 1.
    np.testing.assert_allclose(
        measured["empty_bars"], [(1 / 3 + 0 + 1) / 3, (1 / 3 + 0 + 1) / 3, (1 / 3 + 2) / 3, 2 / 3]
    )
    np.testing.assert_allclose(measured["pitch_range"], [(12 + 5) / 2, (11 + 7) / 2, np.nan, np.nan])
    np.testing.assert_allclose(measured["qualified_notes"], [(4 / 5 + 4 / 4) / 2, (1 / 3 + 4 / 5) / 2, np.nan, np.nan])
    np.testing.assert_allclose(measured["drum_pattern"], [np.nan, np.nan, 3 / 4, 1 / 2])
    assert "groove_consistency" not in measured


def test_one_track_is_its_own_mean():
    melody = one([(0, 0, 24, 60), (0, 24, 9, 62), (0, 96, 48, 67)])
    tracks, pieces = catalog.measure_tracks(melody, "melody"), catalog.measure(melody, "melody")
    assert tracks["track"].tolist() == [0]
    for name in tracks.columns[1:]:
        np.testing.assert_array_equal(tracks[name], pieces[name])


@pytest.mark.parametrize("pieces", [(), ("silent",)])
def test_nothing_to_measure(pieces):
    nothing = music(empty_notes(), pieces=pieces)
    for name in textures.TEXTURES:
        assert catalog.measure(nothing, name).shape == (len(pieces), len(catalog.metrics_of(name)))
        assert catalog.measure_tracks(nothing, name).empty


def test_real_excerpts_have_sane_numbers():
    _, tables = real()
    chorales = pd.concat([table for name, table in tables.items() if name.startswith("bwv")])
    voices = music(textures.excerpts(textures.render(chorales, "voices")))
    means = catalog.measure(voices, "voices").mean()
    assert 2 < means["used_pitch_classes"] < 4
    assert 0.85 < means["scale_consistency"] < 1
    assert 3.5 < means["polyphony"] <= 4
    assert means["empty_bars"] < 0.02
    assert 1.3 < means["tonal_distance"] < 1.9
    ranges = catalog.measure_tracks(voices, "voices")["pitch_range"]
    assert ranges.between(5, 20).all()
