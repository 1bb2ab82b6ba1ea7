"""Windows to train on: where they begin, what moves them, and what is held out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from counterpoint.encodings import tones
from counterpoint.encodings.scale import GAP
from counterpoint.encodings.vectors import Encoded, encode
from counterpoint.models.crnn_gan.heads import Chosen
from counterpoint.models.crnn_gan.material import NoWindowsError, batches, gather
from counterpoint.notes.table import note_table
from tests.models.crnn_gan.small import CHORDS, MELODY

STEPS = 3


def encoded(lengths: list[int], shifts: list[tuple[int, int]]) -> Encoded:
    """Pieces of so many tones; a tone's four numbers say which it is: 0.01 after the one before."""
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    values = (np.arange(offsets[-1])[:, None] * 0.01 + np.array([0, -0.5, 0.25, -0.25])).astype(np.float32)
    names = tuple(f"piece {number}" for number in range(len(lengths)))
    return Encoded(names, offsets.astype(np.int64), values, np.array(shifts, np.int8))


@pytest.fixture
def stored(tmp_path) -> Path:
    splits = {"train": encoded([4, 2, 5], [(-1, 2), (0, 0), (3, 3)]), "validation": encoded([7, 4], [(0, 0)] * 2)}
    splits["test"] = encoded([2], [(0, 0)])  # shorter than a window: nothing of it is shown
    tones.save_splits(tmp_path / "encoded.npz", splits)
    return tmp_path / "encoded.npz"


def test_windows_begin_at_every_tone_of_training_and_end_to_end_in_validation(stored):
    material = gather(stored, MELODY, STEPS)
    assert material.starts.tolist() == [0, 1, 6, 7, 8]  # the piece of two tones has none
    assert material.shifts.tolist() == [[-1, 2]] * 2 + [[3, 3]] * 3
    assert material.held_out["validation"].starts.tolist() == [0, 3, 7]


def test_where_a_step_is_two_tones_a_window_is_twice_as_many(stored):
    material = gather(stored, CHORDS, 2)
    assert material.starts.tolist() == [0, 6, 7]
    assert material.held_out["validation"].starts.tolist() == [0, 7]


def test_batches_are_real_windows_moved_within_what_their_piece_may(stored):
    material = gather(stored, MELODY, STEPS)
    drawn = list(batches(material, 40, 8, np.random.default_rng(1)).as_numpy_iterator())
    assert len(drawn) == 40 and {window.shape for window in drawn} == {(8, STEPS, 4)}
    windows = np.concatenate(drawn)
    starts = np.rint(windows[:, 0, 0] / 0.01).astype(int)
    unmoved = material.train.values[starts[:, None] + np.arange(STEPS)]
    unmoved[:, 0, GAP] = material.places[starts]
    moved = np.rint((windows - unmoved) / MELODY.semitone)
    np.testing.assert_allclose(windows, unmoved + moved * MELODY.semitone, atol=1e-6)
    assert not moved[..., [0, 2, 3]].any() and (moved[:, :, 1] == moved[:, :1, 1]).all()
    assert {*zip(starts.tolist(), moved[:, 0, 1].astype(int).tolist(), strict=True)} == {
        *((start, shift) for start in (0, 1) for shift in (-1, 0, 1, 2)),
        *((start, 3) for start in (6, 7, 8)),
    }


def test_of_two_tones_a_step_both_are_moved(stored):
    material = gather(stored, CHORDS, 2)
    (windows,) = batches(material, 1, 60, np.random.default_rng(2)).as_numpy_iterator()
    last = windows[windows[:, 0, 0] > 0.055]  # of the piece that is moved by 3
    assert len(last) and last.shape[1:] == (2, 8)
    for tone in (0, 1):
        above = last[..., 4 * tone + 1] - last[..., 4 * tone]
        np.testing.assert_allclose(above, -0.5 + 3 * CHORDS.semitone, atol=1e-6)


def test_the_same_draw_is_the_same_batches(stored):
    material = gather(stored, MELODY, STEPS)
    one, again, other = (
        np.stack(list(batches(material, 3, 4, np.random.default_rng(seed)).as_numpy_iterator())) for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_what_is_held_out_are_different_windows_of_the_validation_split(stored):
    material = gather(stored, MELODY, STEPS)
    notes = material.notes_of("validation", 2, np.random.default_rng(3))
    assert sorted(notes["piece"].unique()) == ["000", "001"]
    assert material.notes_of("validation", 9, np.random.default_rng(3))["piece"].nunique() == 3


def test_a_window_longer_than_any_piece_is_refused_by_name(stored):
    with pytest.raises(
        NoWindowsError, match=r"no piece of the train split has 6 tones \(3 have fewer, such as piece 0"
    ):
        gather(stored, MELODY, 6)


# Two pieces, of whose tones a window of two holds the last two, too. A bar is 96 ticks.
LONG = note_table(
    piece="long",
    onset=[72, 96, 102, 198, 240],
    duration=[24, 6, 96, 42, 12],
    pitch=[60, 62, 60, 67, 69],
    velocity=[80, 60, 100, 80, 80],
)
SHORT = note_table(piece="short", onset=[18, 42, 48], duration=[24, 6, 6], pitch=[72, 71, 65], velocity=[80, 90, 80])


def stored_notes(folder: Path, *, held_out: pd.DataFrame) -> Path:
    notes = pd.concat([LONG, SHORT])
    splits = {"train": encode(notes, MELODY), "validation": encode(held_out, MELODY), "test": encode(SHORT, MELODY)}
    tones.save_splits(folder / "notes.npz", splits)
    return folder / "notes.npz"


def whole(values: np.ndarray, feature: int) -> list[int]:
    """Scaled values of one feature, in ticks, MIDI numbers or velocities."""
    rows = np.zeros((len(values), 4))
    rows[:, feature] = values
    return MELODY.unscaled(rows)[:, feature].tolist()


def test_a_window_s_first_gap_is_its_place_in_the_bar(tmp_path):
    material = gather(stored_notes(tmp_path, held_out=SHORT), MELODY, 2)
    places = [72, 0, 6, 6, 48, 18, 42, 48]
    gaps = [72, 24, 6, 96, 42, 18, 24, 6]
    assert whole(material.places, GAP) == places and whole(material.train.values[:, GAP], GAP) == gaps
    assert whole(material.held_out["validation"].places, GAP) == places[5:]
    (windows,) = batches(material, 1, 200, np.random.default_rng(1)).as_numpy_iterator()
    begun, followed = (whole(windows[:, step, GAP], GAP) for step in (0, 1))
    assert {*zip(begun, followed, strict=True)} == {(72, 24), (0, 6), (6, 96), (6, 42), (18, 24), (42, 6)}


def test_what_is_held_out_stands_in_the_bar_as_in_the_piece(tmp_path):
    material = gather(stored_notes(tmp_path, held_out=LONG), MELODY, 2)
    notes = material.notes_of("validation", 2, np.random.default_rng(4))
    found = {tuple((of["onset"] % 96).tolist()): of["pitch"].tolist() for _, of in notes.groupby("piece")}
    assert found == {(72, 0): [60, 62], (6, 6): [60, 67]}


def test_a_place_is_on_the_grid_and_within_the_scale(tmp_path):
    coarse = replace(MELODY, grid_ticks=36, low=(36, 55, 60, 0), high=(108, 79, 100, 36))
    notes = note_table(piece="a", onset=[0, 36, 72, 108], duration=36, pitch=[60, 62, 64, 65], velocity=80)
    tones.save_splits(tmp_path / "a.npz", dict.fromkeys(("train", "validation", "test"), encode(notes, coarse)))
    material = gather(tmp_path / "a.npz", coarse, 2)
    rows = np.stack([np.zeros(4)] * 3 + [material.places], axis=1)
    assert coarse.unscaled(rows)[:, GAP].tolist() == [
        0,
        36,
        36,
        36,
    ]  # three bars are eight steps; what is beyond the scale is clipped


def test_choices_are_what_training_has_places_in_the_bar_and_every_pitch(tmp_path):
    choices = gather(stored_notes(tmp_path, held_out=SHORT), MELODY, 2).choices()
    found = [whole(np.array(values), feature) for feature, values in enumerate(choices)]
    assert found == [[6, 12, 24, 42, 96], [*range(55, 80)], [60, 80, 90, 100], [0, 6, 18, 24, 42, 48, 72, 96]]
    assert all(isinstance(value, float) for values in choices for value in values)
    head = Chosen(choices, 1)
    values = gather(tmp_path / "notes.npz", MELODY, 2).train.values
    np.testing.assert_array_equal(head.tones(head.made_of(values)), values)
