"""The guard's figures by hand."""

import numpy as np
import pytest

from counterpoint.encodings.layout import PITCHES, REST
from counterpoint.encodings.pianoroll import decode
from counterpoint.models.musegan.guard import figures
from tests.evaluation.bach import split
from tests.models.musegan.untrained import CHOIR


def _rolls(rows: np.ndarray) -> np.ndarray:
    """(phrases, tracks, bars): the row that is on in all 16 steps of the bar."""
    rolls = np.zeros((*rows.shape, 16, PITCHES), bool)
    np.put_along_axis(rolls, np.repeat(rows[..., None, None], 16, axis=-2), True, axis=-1)
    return rolls


def _figures(rows: np.ndarray) -> dict[str, float]:
    rolls = _rolls(rows)
    names = [f"{number}" for number in range(len(rolls))]
    return figures(decode(rolls, names, CHOIR), split("validation", "voices"), rolls, "voices")


def test_different_bars_silent_bars_and_pitch_classes_are_counted_by_track():
    rows = np.array([[[40, 40], [30, 31], [20, 20], [10, REST]], [[40, 41], [30, 31], [20, 20], [10, REST]]])
    found = _figures(rows)
    assert found["unique_bars"] == (2 + 2 + 1 + 2) / 4 / 4  # different bars of each track, of 4
    assert found["empty_bars"] == pytest.approx(1 / 8)
    assert found["used_pitch_classes"] == 1  # held through a bar


def test_alike_phrases_have_no_diversity_and_are_far_from_bach():
    found = _figures(np.tile(np.array([[[40, 40], [30, 31], [20, 20], [10, 12]]]), (6, 1, 1)))
    assert found["diversity"] == 0 and found["distance_to_validation"] > 0.3


def test_silence_is_told_as_such():
    found = _figures(np.full((3, 4, 2), REST))
    assert found["empty_bars"] == 1 and np.isnan(found["diversity"])
