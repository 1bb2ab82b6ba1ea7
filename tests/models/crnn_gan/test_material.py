"""Windows to train on: where they begin, what moves them, and what is held out."""

from pathlib import Path

import numpy as np
import pytest

from counterpoint.encodings import tones
from counterpoint.encodings.vectors import Encoded
from counterpoint.models.crnn_gan.material import NoWindowsError, batches, gather
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
    tones.save_splits(tmp_path / "encoded.npz", splits)
    return tmp_path / "encoded.npz"


def test_windows_begin_at_every_tone_of_training_and_end_to_end_in_validation(stored):
    material = gather(stored, MELODY, STEPS)
    assert material.starts.tolist() == [0, 1, 6, 7, 8]  # the piece of two tones has none
    assert material.shifts.tolist() == [[-1, 2]] * 2 + [[3, 3]] * 3
    assert material.validation_starts.tolist() == [0, 3, 7]


def test_where_a_step_is_two_tones_a_window_is_twice_as_many(stored):
    material = gather(stored, CHORDS, 2)
    assert material.starts.tolist() == [0, 6, 7]
    assert material.validation_starts.tolist() == [0, 7]


def test_batches_are_real_windows_moved_within_what_their_piece_may(stored):
    material = gather(stored, MELODY, STEPS)
    drawn = list(batches(material, 40, 8, np.random.default_rng(1)).as_numpy_iterator())
    assert len(drawn) == 40 and {window.shape for window in drawn} == {(8, STEPS, 4)}
    windows = np.concatenate(drawn)
    starts = np.rint(windows[:, 0, 0] / 0.01).astype(int)
    unmoved = material.train.values[starts[:, None] + np.arange(STEPS)]
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
    notes = material.held_out(2, np.random.default_rng(3))
    assert sorted(notes["piece"].unique()) == ["000", "001"]
    assert material.held_out(9, np.random.default_rng(3))["piece"].nunique() == 3


def test_a_window_longer_than_any_piece_is_refused_by_name(stored):
    with pytest.raises(
        NoWindowsError, match=r"no piece of the train split has 6 tones \(3 have fewer, such as piece 0"
    ):
        gather(stored, MELODY, 6)
