"""The paper's measures by hand."""

import numpy as np
import pandas as pd
import pytest

from counterpoint.models.crnn_gan.measures import MEASURES, measures
from counterpoint.notes.table import empty_notes, note_table


def test_means_over_pieces():
    scale = note_table(piece="scale", onset=24 * np.arange(8), duration=24, pitch=[60, 62, 64, 65, 67, 69, 71, 72])
    chromatic = note_table(piece="up", onset=[0, 0, *range(24, 288, 24)], duration=24, pitch=[48, *range(60, 72)])
    found = measures(pd.concat([scale, chromatic], ignore_index=True))
    assert found["pitch_range"] == pytest.approx((12 + 23) / 2)
    # Of the chromatic piece's 13 tones, C twice and F, G, A among them: a scale of seven holds 8 at best.
    assert found["scale_consistency"] == pytest.approx((1 + 8 / 13) / 2)


def test_a_split_is_named_and_nothing_has_no_measure():
    assert list(measures(empty_notes(), "test")) == [f"{name}_test" for name in MEASURES]
    assert np.isnan(list(measures(empty_notes()).values())).all()
