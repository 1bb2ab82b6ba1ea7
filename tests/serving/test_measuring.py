"""A file's metrics by hand, beside figures of the model and of held-out music."""

import pytest

from counterpoint.evaluation.catalog import metrics_of
from counterpoint.evaluation.textures import TEXTURES, Texture
from counterpoint.notes.midi import read_midi
from counterpoint.notes.table import note_table
from counterpoint.serving.measuring import MOST_TRACKS, measured
from tests.models.musegan.untrained import bach
from tests.notes.files import CHORALES

# Four bars of quarters, C to G and back: five pitch classes, C and D twice as often in the last bar.
TUNE = note_table(
    piece="file",
    onset=range(0, 16 * 24, 24),
    duration=24,
    pitch=[60, 62, 64, 65, 67, 65, 64, 62, 60, 62, 64, 65, 67, 65, 64, 62],
)


def values(notes, texture: Texture) -> dict[str, float | None]:
    return {row["name"]: row["value"] for row in measured(notes, texture, {})}


def test_a_tune_is_measured_by_hand() -> None:
    got = values(TUNE, "melody")
    assert got["pitch_range"] == 7  # from C to G
    assert got["used_pitch_classes"] == 4  # C D E F | G F E D, twice
    assert got["scale_consistency"] == 1
    assert got["qualified_notes"] == 1  # each is four sixteenths
    assert got["groove_consistency"] == 1
    assert got["empty_bars"] == 0
    assert got["pitch_class_entropy"] == pytest.approx(2.25)  # C 2, D 4, E 4, F 4, G 2 of 16
    assert "polyphony" not in got


def test_a_value_is_the_mean_of_excerpts_of_sixteen_quarters() -> None:
    wide = TUNE.assign(onset=TUNE["onset"] + 16 * 24, pitch=TUNE["pitch"].where(TUNE["onset"] > 0, 51))
    two = note_table(**{name: [*TUNE[name], *wide[name]] for name in TUNE.columns})
    assert values(two, "melody")["pitch_range"] == (7 + 16) / 2


def test_a_melody_is_the_highest_line_and_chords_are_all() -> None:
    low = TUNE.assign(track=1, pitch=TUNE["pitch"] - 12)
    both = note_table(**{name: [*TUNE[name], *low[name]] for name in TUNE.columns})
    assert values(both, "melody")["pitch_range"] == 7
    chords = values(both, "chords")
    assert (chords["pitch_range"], chords["polyphony"], chords["polyphonic_onsets"]) == (19, 2, 1)


@pytest.mark.parametrize("texture", TEXTURES)
def test_every_metric_of_the_texture_is_there_and_says_what_it_is(texture: Texture) -> None:
    rows = measured(bach(1).assign(piece="file"), texture, {})
    wanted = [(metric.name, metric.title, metric.unit, metric.meaning) for metric in metrics_of(texture)]
    assert [(row["name"], row["title"], row["unit"], row["meaning"]) for row in rows] == wanted
    assert all(row["model"] is None and row["held_out"] is None for row in rows)
    assert all(row["value"] is not None for row in rows if row["name"] != "drum_pattern")


def test_the_models_figures_and_those_of_held_out_music_stand_beside() -> None:
    figures = {"pitch_range": 9.5, "pitch_range_real": 12.25, "empty_bars_real": 0.125, "distance_to_real": 0.5}
    rows = {row["name"]: row for row in measured(TUNE, "melody", figures)}
    assert (rows["pitch_range"]["model"], rows["pitch_range"]["held_out"]) == (9.5, 12.25)
    assert (rows["empty_bars"]["model"], rows["empty_bars"]["held_out"]) == (None, 0.125)
    assert (rows["qualified_notes"]["model"], rows["qualified_notes"]["held_out"]) == (None, None)
    assert "distance_to_real" not in rows


def test_what_a_metric_does_not_define_is_none_and_not_a_number() -> None:
    alone = note_table(piece="file", onset=0, duration=[24], pitch=60)
    rows = values(alone, "chords")
    assert rows["pitch_range"] == 0
    assert rows["groove_consistency"] is None  # there is but one bar
    assert rows["strong_beat_dissonance"] is None  # and never two pitches


@pytest.mark.parametrize("texture", ["melody", "chords"])
def test_drums_alone_have_no_pitches_to_measure(texture: Texture) -> None:
    drums = note_table(piece="file", is_drum=True, onset=[0, 24], duration=6, pitch=[36, 38])
    with pytest.raises(ValueError, match=f"cannot be measured as {texture}: that takes a pitched note"):
        measured(drums, texture, {})
    assert {row["name"]: row["value"] for row in measured(drums, "band", {})}["drum_pattern"] == 1


def test_so_many_tracks_that_comparing_them_takes_minutes_are_refused() -> None:
    def band(tracks: int):
        return note_table(
            piece="file", track=range(tracks), onset=0, duration=96, pitch=[n % 128 for n in range(tracks)]
        )

    with pytest.raises(ValueError, match="cannot be measured as band: it has 65 tracks, allowed are 64"):
        measured(band(MOST_TRACKS + 1), "band", {})
    assert values(band(MOST_TRACKS), "band")["polyphony"] == MOST_TRACKS
    assert values(band(MOST_TRACKS + 1), "chords")["polyphony"] == MOST_TRACKS + 1  # one track of them all


def test_one_melody_is_not_four_voices() -> None:
    with pytest.raises(ValueError, match="cannot be measured as voices: that takes four pitched tracks"):
        measured(TUNE, "voices", {})


def test_a_real_chorale_is_measured_as_four_voices() -> None:
    notes, _ = read_midi((CHORALES / "bwv17.7.mid").read_bytes(), "file", max_notes=9999, max_beats=999)
    got = values(notes, "voices")
    assert 2.5 < got["polyphony"] <= 4  # type: ignore[operator]
    assert got["parallels"] < 5  # type: ignore[operator]
