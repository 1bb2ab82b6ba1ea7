"""The guard's figures by hand."""

import numpy as np
import pytest

from counterpoint.models.crnn_gan.guard import figures
from counterpoint.notes.table import note_table
from tests.evaluation.bach import split


def _windows(pitches: np.ndarray, velocity: int = 90):
    """(windows, tones): quarter notes of these pitches."""
    count, tones = pitches.shape
    names = np.repeat([f"{number:03d}" for number in range(count)], tones)
    onsets = np.tile(24 * np.arange(tones), count)
    return note_table(piece=names, onset=onsets, duration=24, pitch=pitches.ravel(), velocity=velocity)


def test_different_windows_and_pitch_classes_are_counted():
    """The second is the first in another key."""
    found = figures(
        _windows(np.array([[60, 62, 64], [63, 65, 67], [60, 62, 76], [60, 60, 60]])),
        split("validation", "melody"),
        "melody",
    )
    assert found["unique_windows"] == 3 / 4
    assert found["used_pitch_classes"] == pytest.approx((3 + 3 + 3 + 1) / 4)


def test_alike_windows_have_no_diversity_and_are_far_from_bach():
    found = figures(_windows(np.tile([60, 61, 67, 55, 60], (6, 1))), split("validation", "melody"), "melody")
    assert found["diversity"] == 0 and found["distance_to_validation"] > 0.3


def test_held_out_music_is_near():
    melodies = split("validation", "melody")
    found = figures(split("test", "melody"), melodies, "melody")
    assert found["distance_to_validation"] < 0.1 and found["diversity"] > 0.7 and found["unique_windows"] > 0.9
