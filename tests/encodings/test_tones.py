import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from counterpoint import params
from counterpoint.encodings import tones, vectors
from counterpoint.encodings.scale import FEATURES, GAP, PITCH, Scale
from counterpoint.encodings.splits import TextureError
from counterpoint.notes.lines import highest_line
from counterpoint.notes.midi import read_midi, write_midi
from counterpoint.notes.table import note_table
from counterpoint.params import Vectors

DATA = Path(__file__).parents[1] / "data"
ALL = Vectors(tones="all", tones_per_step=2, grid_ticks=6, times="logarithmic", key="original")
SOUND = ["piece", "onset", "duration", "pitch", "velocity"]
NOTES = pd.concat(
    [
        # onsets 25 and 60 of a grid of 6: the first moves; the last two begin together at one pitch
        note_table(
            piece="one",
            track=[0, 0, 1, 2],
            program=[9, 9, 7, 9],
            onset=[0, 25, 60, 60],
            duration=[24, 36, 12, 18],
            pitch=[62, 65, 57, 57],
            velocity=[80, 81, 82, 83],
        ),
        note_table(piece="two", onset=[12, 30], duration=[18, 200], pitch=[40, 69], velocity=[81, 99]),
        note_table(piece="three", onset=[0], duration=[6], pitch=[60], velocity=[80]),
    ]
)
PIECES = pd.DataFrame(
    {"piece": ["one", "three", "two"], "track_names": [["A"]] * 3, "split": ["train", "test", "validation"]}
)


def with_vectors(**changes):
    return params.parse(params.overlay(params.read_yaml(params.paths.PARAMS), {"vectors": changes}))


def test_the_scale_is_training_s():
    scale = tones.fit_scale(NOTES[NOTES["piece"] == "one"], ALL)
    assert scale.low == (18, 57, 80, 0) and scale.high == (36, 65, 83, 96)  # a gap may be a bar
    assert (scale.grid_ticks, scale.tones_per_step, scale.times, scale.texture) == (6, 2, "logarithmic", "chords")
    assert scale.program == 9  # of two tones, not 7, of one


@pytest.mark.parametrize(
    ("onsets", "high_gap"),
    [([0, 12, 24, 36], 96), ([72, 84, 96, 108], 96), ([0, 120, 126, 132], 120), ([6240, 6252, 6264, 6276], 96)],
    ids=["quavers", "after three beats of rest", "over a bar of rest", "set at bar 66"],
)
def test_gaps_go_from_0_to_a_bar_at_least(onsets, high_gap):
    """So windows may begin at any place in a bar, whatever gaps training has; silence ahead of a piece is none."""
    training = note_table(piece="one", onset=onsets, duration=6, pitch=[60, 62, 64, 65])
    for texture in ("melody", "all"):
        scale = tones.fit_scale(training, ALL.model_copy(update={"tones": texture}))
        assert (scale.low[GAP], scale.high[GAP]) == (0, high_gap)


def test_a_longer_rest_than_training_s_keeps_what_follows_in_its_place_in_the_bar():
    training = note_table(piece="one", onset=[0, 72, 84], duration=6, pitch=[60, 62, 64])
    held_out = note_table(piece="two", onset=[6, 6 + 192, 210, 222], duration=6, pitch=[60, 62, 64, 61])
    scale = tones.fit_scale(training, ALL.model_copy(update={"tones": "melody", "tones_per_step": 1}))
    back = vectors.decode(vectors.encode(held_out, scale).values[None], ["two"], scale)
    assert back["onset"].tolist() == [6, 6 + 96, 114, 126] and (back["onset"] % 96 == held_out["onset"] % 96).all()
    assert tones.covered(held_out, scale)["clipped"]["gap"] == 1


def test_training_in_every_key_widens_the_scale_as_far_as_midi_goes():
    one = NOTES[NOTES["piece"] == "one"]
    every = ALL.model_copy(update={"key": "augment"})
    scale = tones.fit_scale(one, every)
    assert (scale.low[PITCH], scale.high[PITCH]) == (52, 71)
    scale = tones.fit_scale(one.assign(pitch=one["pitch"].replace({57: 3, 65: 125})), every)
    assert (scale.low[PITCH], scale.high[PITCH]) == (0, 127)


def test_what_is_lost_is_counted():
    scale = tones.fit_scale(NOTES[NOTES["piece"] == "one"], ALL)
    found = tones.covered(NOTES, scale)
    assert {name: found[name] for name in ("pieces", "notes", "tones")} == {"pieces": 3, "notes": 7, "tones": 6}
    # of 7 notes: 25 + 36 moves, and 30 + 200 ends off the grid; one of the two at 60 is merged
    assert [found[name] for name in ("exact", "moved", "merged")] == [4 / 7, 2 / 7, 1 / 7]
    assert found["onsets_on_grid"] == 6 / 7
    # lengths 198 and 6; pitches 40 and 69; velocity 99; all gaps are inside 0 to 96
    assert found["clipped"] == {"length": 2, "pitch": 2, "intensity": 1, "gap": 0}
    assert found["windows"]["32"] == {"windows": 0, "too_short": ["one", "three", "two"]}
    assert tones.covered(NOTES[NOTES["piece"] == "one"], scale)["clipped"] == dict.fromkeys(FEATURES, 0)


def test_how_often_each_value_occurs():
    one = NOTES[NOTES["piece"] == "one"]
    table = tones.frequencies(one, tones.fit_scale(one, ALL))
    assert table.columns.tolist() == ["feature", "value", "scaled", "count", "share"]
    rows = list(zip(table["feature"], table["value"], table["count"], strict=True))
    assert rows == [
        ("length", 18, 1), ("length", 24, 1), ("length", 36, 1),
        ("pitch", 57, 1), ("pitch", 62, 1), ("pitch", 65, 1),
        ("intensity", 80, 1), ("intensity", 81, 1), ("intensity", 83, 1),
        ("gap", 0, 1), ("gap", 24, 1), ("gap", 36, 1),
    ]  # fmt: skip
    assert table["share"].tolist() == [1 / 3] * 12
    np.testing.assert_allclose(table.loc[3:5, "scaled"], [-1, 0.25, 1])


def test_every_split_is_encoded_and_only_training_transposed():
    for key, train_shifts in (("original", [[0, 0]]), ("common", [[0, 0]]), ("augment", [[-5, 6]])):
        settings = with_vectors(tones="all", key=key)
        text, frequent, covered = tones.described(NOTES, PIECES, settings)
        scale = Scale.from_json(text)
        splits = tones.encoded_splits(NOTES, PIECES, scale, settings)
        assert {name: of.pieces for name, of in splits.items()} == {
            "train": ("one",), "validation": ("two",), "test": ("three",)
        }  # fmt: skip
        assert splits["train"].shifts.tolist() == train_shifts
        assert not splits["validation"].shifts.any() and not splits["test"].shifts.any()
        assert frequent["count"].sum() == 4 * covered["train"]["tones"] == 4 * len(splits["train"].values)


def test_the_common_key_moves_every_split():
    third = note_table(piece="one", onset=[0, 0, 24], duration=24, pitch=[62, 66, 69])  # D major
    others = [third.assign(piece=name, pitch=third["pitch"] + 1) for name in ("two", "three")]
    notes = pd.concat([third, *others], ignore_index=True)
    settings = with_vectors(tones="all", key="common")
    text, _, covered = tones.described(notes, PIECES, settings)
    scale = Scale.from_json(text)
    assert (scale.low[PITCH], scale.high[PITCH]) == (60, 67)
    assert all(of["clipped"]["pitch"] == 0 for of in covered.values())
    splits = tones.encoded_splits(notes, PIECES, scale, settings)
    np.testing.assert_array_equal(splits["train"].values, splits["test"].values)


def test_a_melody_is_the_voice_that_params_name():
    pieces = PIECES.assign(track_names=[["A", "B", "C"]] * 3)
    content = params.overlay(
        params.read_yaml(params.paths.PARAMS),
        {"vectors": {"tones": "melody", "key": "original"}, "melody": {"voice": "B"}},
    )
    notes = pd.concat([NOTES, NOTES[NOTES["piece"] != "one"].assign(track=1, pitch=50)], ignore_index=True)
    text, frequent, _ = tones.described(notes, pieces, params.parse(content))
    assert Scale.from_json(text).texture == "melody"
    assert frequent.loc[frequent["feature"] == "pitch", "value"].tolist() == [57]
    with pytest.raises(TextureError, match=r"melody\.voice in params\.yaml is 'D'"):
        tones.described(notes, pieces, params.parse(params.overlay(content, {"melody": {"voice": "D"}})))


def test_splits_come_back_and_equal_ones_are_equal_bytes(tmp_path, monkeypatch):
    settings = with_vectors(key="augment")
    scale = Scale.from_json(tones.described(NOTES, PIECES, settings)[0])
    splits = tones.encoded_splits(NOTES, PIECES, scale, settings)
    tones.save_splits(tmp_path / "folder" / "one.npz", splits)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 100_000.0)
    tones.save_splits(tmp_path / "two.npz", splits)
    assert (tmp_path / "folder" / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    for name, split in splits.items():
        back = tones.load_split(tmp_path / "two.npz", name)
        assert back.pieces == split.pieces
        for array in ("offsets", "values", "shifts"):
            np.testing.assert_array_equal(getattr(back, array), getattr(split, array))
            assert getattr(back, array).dtype == getattr(split, array).dtype
    with pytest.raises(ValueError, match="no split 'verse'; it has test, train, validation"):
        tones.load_split(tmp_path / "two.npz", "verse")


def read(*patterns):
    files = [file for pattern in patterns for file in sorted(DATA.glob(pattern))]
    tables = [read_midi(file.read_bytes(), file.stem, max_notes=50_000, max_beats=5_000)[0] for file in files]
    notes = pd.concat(tables, ignore_index=True)
    return notes[~notes["is_drum"]]


def pieces_back(notes, settings):
    scale = tones.fit_scale(notes, settings.model_copy(update={"tones_per_step": 1}))
    encoded = vectors.encode(notes, scale)
    ranges = zip(encoded.pieces, encoded.offsets[:-1], encoded.offsets[1:], strict=True)
    return pd.concat([vectors.decode(encoded.values[None, a:b], [piece], scale) for piece, a, b in ranges])


def test_a_chorale_s_melody_comes_back_exactly():
    melodies = highest_line(read("chorales/*.mid"))
    settings = ALL.model_copy(update={"tones": "melody"})
    back = pieces_back(melodies, settings).reset_index(drop=True)
    pd.testing.assert_frame_equal(back[SOUND], melodies[SOUND])
    assert len(back) > 200


def test_all_of_real_bands_comes_back_on_the_grid():
    notes = read("freedoom/*.mid", "bands/*.mid")
    kept = vectors.on_grid(notes, 6, "chords")
    pd.testing.assert_frame_equal(
        pieces_back(notes, ALL)[SOUND].reset_index(drop=True), kept[SOUND].reset_index(drop=True)
    )
    assert notes["piece"].nunique() == 16 and len(kept) > 8_000
    assert np.abs(kept["onset"] - notes.loc[kept.index, "onset"]).max() == 3


def test_velocities_octaves_and_lengths_survive_into_the_midi():
    notes = read("freedoom/freedoom1_D_E3M8.mid")
    back = pieces_back(notes, ALL)
    heard = read_midi(write_midi(back, tempo_bpm=90), "freedoom1_D_E3M8", max_notes=9_999, max_beats=9_999)[0]
    kept = vectors.on_grid(notes, 6, "chords")
    for column in ("velocity", "pitch", "duration"):
        assert sorted(heard[column]) == sorted(kept[column])
    assert heard["velocity"].nunique() > 50 and heard["pitch"].max() - heard["pitch"].min() > 36
